"""Pages do not drift from the code: commands, links, settings, words. Each check sees its fault."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import click
import pytest
from django.apps import apps

from tests.docs import pages
from tools.bootstrap import ROOT
from tools.generators import states
from zhunsheng.cli import main

PAGES = sorted(
    path
    for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("src/**/*.md")]
    if not path.name.startswith("cli.")
)
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
CONFIG = ROOT / "src" / "zhunsheng" / "config"


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def context_model(table: str) -> str:
    """A life cycle belongs to the context's first model; its states are named under it."""
    module = table.rpartition(".")[0].replace(".lifecycle", ".models")
    inside = (m for m in apps.get_models() if f"{m.__module__}.".startswith(f"{module}."))
    return next((m.__name__ for m in inside), module)


def stored_words() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for model in apps.get_models():
        if not model.__module__.startswith("zhunsheng."):
            continue
        words = found.setdefault(model.__name__, set())
        for field in model._meta.fields:
            words |= {str(value) for value, _label in field.flatchoices if value not in ("", None)}
    for name, table in states.tables().items():
        found.setdefault(context_model(name), set()).update(str(state) for state in table)
    return found


def test_every_command_named_exists() -> None:
    assert {
        str(p.relative_to(ROOT)): u for p in PAGES if (u := pages.unknown_commands(read(p), main.main))
    } == {}


def test_every_target_named_exists() -> None:
    assert {
        str(p.relative_to(ROOT)): u for p in PAGES if (u := pages.unknown_targets(read(p), MAKEFILE))
    } == {}


def test_every_link_leads_somewhere() -> None:
    assert {str(p.relative_to(ROOT)): b for p in PAGES if (b := pages.broken_links(p, read(p)))} == {}


def test_settings_page_and_code_agree() -> None:
    in_code = {name for path in CONFIG.glob("*.py") for name in pages.settings_read(ast.parse(read(path)))}
    documented = pages.first_column(read(ROOT / "docs" / "reference" / "settings.md"))
    assert documented - in_code == set(), "documented, but nothing reads it"
    assert in_code - documented == set(), "read, but not documented in docs/reference/settings.md"


def test_no_setting_is_read_outside_config() -> None:
    """`LC_ALL` and its kin are the shell's; everything else is a setting and belongs to config."""
    stray = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in (ROOT / "src" / "zhunsheng").rglob("*.py")
        if CONFIG not in path.parents
        for name in pages.settings_read(ast.parse(read(path)))
        if name.startswith("ZHUNSHENG_") or name == "DATABASE_URL"
    }
    assert stray == set()


def test_every_model_and_stored_choice_has_its_word() -> None:
    known = pages.glossary_identifiers(read(ROOT / "GLOSSARY.md"))
    assert pages.missing_words(stored_words(), known) == [], "add these to GLOSSARY.md"


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "decisions").glob("*.md")), ids=lambda p: p.stem)
def test_a_decision_says_why_and_what_shows_it(path: Path) -> None:
    assert re.match(r"\d{4}-[a-z0-9-]+\.md$", path.name)
    assert pages.faults_of_decision(read(path), ROOT) == []


def test_decisions_are_numbered_once() -> None:
    numbers = [path.name[:4] for path in (ROOT / "docs" / "decisions").glob("*.md")]
    assert len(numbers) == len(set(numbers))


def test_unknown_commands_are_seen() -> None:
    fenced = "\n\n```sh\n.venv/bin/zhunsheng doctor  # zhunsheng x\n```\n"
    text = "run `zhunsheng serve` or `zhunsheng frobnicate now`" + fenced
    assert pages.unknown_commands(text, main.main) == ["zhunsheng frobnicate now"]
    group = click.Group("zhunsheng", commands={"packs": click.Group("packs")})
    assert pages.unknown_commands("`zhunsheng packs lint`", group) == ["zhunsheng packs lint"]


def test_unknown_targets_are_seen() -> None:
    assert pages.unknown_targets("we make do; `make moon`, `make test ARGS=x`", MAKEFILE) == ["make moon"]


def test_broken_links_are_seen(tmp_path: Path) -> None:
    text = "[a](gone.md) [b](https://example.org) [c](page.md#part)"
    (tmp_path / "page.md").write_text("")
    assert pages.broken_links(tmp_path / "x.md", text) == ["gone.md"]


def test_settings_read_are_seen() -> None:
    text = "import os\nA = env_text('ONE', '')\nB = os.environ.get('TWO')\nC = {}.get('no')\n"
    assert set(pages.settings_read(ast.parse(text))) == {"ONE", "TWO"}


def test_missing_words_are_seen() -> None:
    known = pages.glossary_identifiers("| 中文 | identifier |\n|---|---|\n| 主体 | `Subject`, `ACTIVE` |\n")
    assert pages.missing_words({"Subject": {"ACTIVE", "CLOSED"}, "Shop": set()}, known) == [
        "Shop",
        "Subject: CLOSED",
    ]


def test_a_decision_without_reason_or_witness_is_seen(tmp_path: Path) -> None:
    assert "## Context" in pages.faults_of_decision("# x\n## Decision\n", tmp_path)
    assert pages.faults_of_decision("## Shown by\n`gone.py`", tmp_path)[-1] == "does not exist: gone.py"
