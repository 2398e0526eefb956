"""What is masked cannot be computed back, and what is drawn says what the table says."""

from __future__ import annotations

import re
from datetime import date
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from zhunsheng.core.reporting.charts import bars
from zhunsheng.core.reporting.credit import Bands, Cells, Classed, credit_tables
from zhunsheng.core.reporting.tables import MASKED, Counts, masked

GRIDS = st.integers(1, 4).flatmap(
    lambda width: st.lists(
        st.lists(st.integers(0, 40), min_size=width, max_size=width), min_size=1, max_size=6
    )
)


def table(grid: list[list[int]]) -> Counts:
    rows = tuple((f"第{n}行", tuple(row)) for n, row in enumerate(grid))
    return Counts("t", "表", "行", tuple("ABCD"[: len(grid[0])]), rows)


@given(GRIDS, st.integers(2, 12))
def test_no_small_cell_is_shown_and_none_follows_from_a_sum(grid: list[list[int]], least: int) -> None:
    shown = [values for _, values in masked(table(grid), least).rows]
    for row, values in zip(grid, shown, strict=True):
        for told, value in zip(row, values, strict=True):
            assert value in {told, MASKED} and not 0 < value < least
    lines = [*shown, *(tuple(row[c] for row in shown) for c in range(len(shown[0])))]
    for line in lines:
        assert line.count(MASKED) != 1 or len(line) == 1, line


@given(GRIDS)
def test_nothing_is_hidden_without_need(grid: list[list[int]]) -> None:
    if all(n == 0 or n >= 10 for row in grid for n in row):
        assert masked(table(grid), 10) == table(grid)


def test_a_chart_is_a_drawing_of_its_table_alone() -> None:
    told = Counts(
        "t", "区<域>", "区域", ("A", "B"), (("东&西", (3, 1)), ("南", (0, 0)), ("北", (MASKED, MASKED)))
    )
    drawn = bars(told)
    tree = ElementTree.fromstring(drawn)
    widths = [float(r.get("width", "0")) for r in tree.iter("{http://www.w3.org/2000/svg}rect")]
    assert widths[2:] == [315.0, 105.0]
    assert tree.get("aria-label") == "区<域>" and "户数过少" in drawn and "style" not in drawn
    assert drawn == bars(told) and not re.search(r"script|href", drawn)


def test_a_report_counts_everybody_once_in_every_table() -> None:
    rows = [
        Classed("A", "B", "980102", "7020", date(2026, 1, 1), 5, 900, checked=True, found=False),
        Classed("B", "", "980102", "", None, None, 300, checked=False, found=False),
        Classed("C", "A", "980103", "5211", date(2010, 1, 1), 300, 700, checked=True, found=True),
    ]
    ends = Bands(((1, "新"), (None, "老")), ((10, "小"), (None, "大")), ((400, "少"), (None, "多")))
    cells = Cells(ends, date(2026, 7, 1), lambda _k, c: c or "不详")
    told = credit_tables(rows, "ABCD", [("2026-06-01", {"A": 2})], cells)
    by = {t.id: dict(t.rows) for t in told}
    assert by["area"] == {"980102": (1, 1, 0, 0), "980103": (0, 0, 1, 0)}
    assert by["age"] == {"新": (1, 0, 0, 0), "老": (0, 0, 1, 0), "不详": (0, 1, 0, 0)}
    assert by["size"]["大"] == (0, 0, 1, 0)
    assert by["migration"]["B"] == (1, 0, 0, 0) and by["migration"]["未分类"] == (0, 1, 0, 0)
    assert by["discovery"]["A"] == (1, 0) and by["discovery"]["B"] == (0, 1)
    assert by["trend"] == {"2026-06-01": (2, 0, 0, 0)}
    for key in ("area", "industry", "size", "age", "migration", "sufficiency"):
        assert sum(sum(values) for values in by[key].values()) == len(rows), key
