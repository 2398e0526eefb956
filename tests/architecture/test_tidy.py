"""Budgets, not taste."""

from __future__ import annotations

from pathlib import Path

import pytest

import zhunsheng
from tests.architecture import floors, tidy

PACKAGE = Path(zhunsheng.__file__).parent
ROOT = PACKAGE.parent.parent
CODE_FOLDERS = ("src", "tests", "tools", "evaluations", "benchmarks")


@pytest.mark.parametrize(
    "check", [tidy.long_functions, tidy.hidden_imports, tidy.undocumented, tidy.present_in_rules]
)
def test_source_keeps(check: tidy.Check) -> None:
    complaints = [c for name, tree in floors.modules_below(PACKAGE) for c in check(name, tree)]
    assert complaints == []


@pytest.mark.parametrize("folder", CODE_FOLDERS)
def test_files_keep_their_budget(folder: str) -> None:
    assert tidy.long_files(ROOT / folder, lines_max=tidy.FILE_LINES_MAX) == []
    assert tidy.junk_drawers(ROOT / folder) == []


def test_workflows_stay_stories() -> None:
    assert tidy.long_files(PACKAGE / "workflows", lines_max=tidy.WORKFLOW_LINES_MAX) == []


def test_one_title_per_page() -> None:
    def titles(path: Path) -> int:
        fenced = False
        count = 0
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("```"):
                fenced = not fenced
            count += line.startswith("# ") and not fenced
        return count

    pages = [p for p in ROOT.rglob("*.md") if not {".venv", ".git", "node_modules", "home"} & set(p.parts)]
    assert [str(p.relative_to(ROOT)) for p in pages if titles(p) != 1] == []
