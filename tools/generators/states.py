"""docs/reference/states.md: the life cycles, drawn from the transition tables that the code obeys."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from tools.bootstrap import ROOT

Table = Mapping[str, frozenset[str] | Mapping[str, str]]
SOURCE = ROOT / "src"
PAGE = "docs/reference/states.md"


def tables() -> dict[str, Table]:
    """Every transition table by `module.NAME`: a mapping in a lifecycle module from state to next states."""
    found = {}
    for path in sorted(SOURCE.glob("zhunsheng/*/*/lifecycle.py")):
        module = ".".join(path.relative_to(SOURCE).with_suffix("").parts)
        for name, value in sorted(vars(import_module(module)).items()):
            if name.endswith("TRANSITIONS") and isinstance(value, Mapping):
                found[f"{module}.{name}"] = value
    return found


def diagram(table: Table) -> str:
    """One Mermaid state diagram: state → next states, or state → step → next state; no way out is an end."""
    lines = ["stateDiagram-v2"]
    for before, following in table.items():
        if isinstance(following, Mapping):
            lines += [f"    {before} --> {after}: {step}" for step, after in sorted(following.items())]
        else:
            lines += [f"    {before} --> {after}" for after in sorted(following)]
        if not following:
            lines.append(f"    {before} --> [*]")
    return "\n".join(lines)


def pages() -> dict[str, str]:
    """The one page."""
    parts = ["# Life cycles", "Written by `make docs` from the transition tables; do not edit."]
    for name, table in tables().items():
        context, what = name.split(".")[-3], name.rpartition(".")[2].removesuffix("TRANSITIONS").rstrip("_")
        parts += [f"## {context}{f': {what.lower()}' if what else ''}", f"From `{name}`."]
        parts.append(f"```mermaid\n{diagram(table)}\n```")
    return {PAGE: "\n\n".join(parts) + "\n"}
