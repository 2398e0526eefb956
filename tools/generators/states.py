"""docs/reference/states.md: the life cycles, drawn from the transition tables that the code obeys."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

from tools.bootstrap import ROOT

SOURCE = ROOT / "src"
PAGE = "docs/reference/states.md"


def tables() -> dict[str, Mapping[str, frozenset[str]]]:
    """Every transition table by `module.NAME`: a mapping in a lifecycle module from state to next states."""
    found = {}
    for path in sorted(SOURCE.glob("zhunsheng/*/*/lifecycle.py")):
        module = ".".join(path.relative_to(SOURCE).with_suffix("").parts)
        for name, value in sorted(vars(import_module(module)).items()):
            if name.endswith("TRANSITIONS") and isinstance(value, Mapping):
                found[f"{module}.{name}"] = value
    return found


def diagram(table: Mapping[str, frozenset[str]]) -> str:
    """One Mermaid state diagram; a state without a way out ends."""
    lines = ["stateDiagram-v2"]
    for before, following in table.items():
        lines += [f"    {before} --> {after}" for after in sorted(following)]
        if not following:
            lines.append(f"    {before} --> [*]")
    return "\n".join(lines)


def pages() -> dict[str, str]:
    """The one page."""
    parts = ["# Life cycles", "Written by `make docs` from the transition tables; do not edit."]
    for name, table in tables().items():
        parts += [f"## {Path(name.replace('.', '/')).parent.parent.name}", f"From `{name}`."]
        parts.append(f"```mermaid\n{diagram(table)}\n```")
    return {PAGE: "\n\n".join(parts) + "\n"}
