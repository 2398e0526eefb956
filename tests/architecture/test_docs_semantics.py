"""docs/reference/semantics.md and the tests say the same rows: neither can drift alone."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
ROW = re.compile(r"\b(?:TIME|FORCE|WINDOW|VALUE|UNKNOWN|POINT|TOUCH|CLASS|DUE|VERSION)-\d+\b")


def rows_of_page() -> set[str]:
    page = (ROOT / "docs/reference/semantics.md").read_text(encoding="utf-8")
    return {m.group() for line in page.splitlines() if line.startswith("| ") for m in [ROW.search(line)] if m}


def rows_of_tests() -> set[str]:
    found: set[str] = set()
    for path in sorted((ROOT / "tests/engine").glob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                found |= set(ROW.findall(ast.get_docstring(node) or ""))
    return found


def test_every_row_has_a_test_and_every_named_row_exists() -> None:
    assert rows_of_page() == rows_of_tests()
