"""docs/reference/trust.md and tests/trust name the same figures, each with a planted fault."""

from __future__ import annotations

import re

from tools.bootstrap import ROOT

ROWS = re.findall(
    r"^\| (F-\d\d) \|.*\| `(tests/\S+)` \|$",
    (ROOT / "docs" / "reference" / "trust.md").read_text(encoding="utf-8"),
    re.MULTILINE,
)


def test_each_figure_stands_in_its_test_and_each_test_on_the_page() -> None:
    in_tests = {
        (re.search(r"F-\d\d", text)[0], str(path.relative_to(ROOT)))  # type: ignore[index]
        for path in (ROOT / "tests" / "trust").glob("test_*.py")
        if (text := path.read_text(encoding="utf-8"))
    }
    assert set(ROWS) == in_tests


def test_each_figure_has_a_planted_fault() -> None:
    without = [
        page for _, page in ROWS if "def test_planted_fault_" not in (ROOT / page).read_text(encoding="utf-8")
    ]
    assert without == []
