"""What pages say that code can check: commands, links, settings, glossary entries, decisions."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click

FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")
ZHUNSHENG = re.compile(r"(?<![\w.-])zhunsheng((?: +[a-z][a-z-]*)+)(?![\w.-]*[/:=])")
MAKE = re.compile(r"(?<![\w-])make +([a-z][a-z-]*)")
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)[^)]*\)")
ENVIRONMENT_READERS = {"env_text", "env_number", "env_flag", "env_list", "getenv", "get"}
DECISION_HEADINGS = ("## Context", "## Decision", "## Consequences", "## Shown by")


def code_in(text: str) -> list[str]:
    """Lines of fenced blocks and pieces of inline code: the only places where a command is a command."""
    fenced = [line.split("  #")[0] for block in FENCE.findall(text) for line in block.splitlines()]
    return fenced + INLINE.findall(FENCE.sub("", text))


def unknown_commands(text: str, root: click.Group) -> list[str]:
    """`zhunsheng …` calls whose words do not lead to a command."""
    unknown = []
    for piece in code_in(text):
        for match in ZHUNSHENG.finditer(piece):
            command: click.Command | None = root
            for word in match.group(1).split():
                if not isinstance(command, click.Group):
                    break
                command = command.get_command(click.Context(command), word)
                if command is None:
                    unknown.append(f"zhunsheng{match.group(1)}")
                    break
    return unknown


def unknown_targets(text: str, makefile: str) -> list[str]:
    """`make …` calls that the Makefile does not know."""
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
    return [
        f"make {target}" for piece in code_in(text) for target in MAKE.findall(piece) if target not in targets
    ]


def broken_links(page: Path, text: str) -> list[str]:
    """Relative links that lead nowhere."""
    return [
        target
        for target in LINK.findall(FENCE.sub("", text))
        if "://" not in target and not target.startswith("mailto:") and not (page.parent / target).exists()
    ]


def settings_read(tree: ast.Module) -> Iterator[str]:
    """Names of environment variables that a module reads."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and node.args):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        owner = ast.unparse(node.func.value) if isinstance(node.func, ast.Attribute) else ""
        first = node.args[0]
        if name not in ENVIRONMENT_READERS or (name == "get" and owner != "os.environ"):
            continue
        if isinstance(first, ast.Constant) and isinstance(first.value, str):
            yield first.value


def first_column(text: str) -> set[str]:
    """Code in the first column of a page's tables."""
    return set(re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE))


def glossary_identifiers(text: str) -> set[str]:
    """Every identifier in the last column of the glossary."""
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    return {name for row in rows for name in INLINE.findall(row.rstrip(" |").rpartition("|")[2])}


def missing_words(models: dict[str, set[str]], known: set[str]) -> list[str]:
    """Model classes and stored choices without an entry; `models` maps a class to its choices."""
    missing = []
    for name, choices in sorted(models.items()):
        if name not in known:
            missing.append(name)
        missing += [f"{name}: {choice}" for choice in sorted(choices) if choice not in known]
    return missing


def faults_of_decision(text: str, root: Path) -> list[str]:
    """What a decision page lacks: a heading, or a witness that exists."""
    faults = [heading for heading in DECISION_HEADINGS if heading not in text]
    witnesses = INLINE.findall(text.partition("## Shown by")[2])
    faults += [f"does not exist: {path}" for path in witnesses if not (root / path).exists()]
    return faults if witnesses else [*faults, "nothing shows it"]
