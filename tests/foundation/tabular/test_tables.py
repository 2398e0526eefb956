"""The same table in four formats reads the same; what goes out cannot run and comes back as it was."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest
from pyarrow import parquet

from tests.foundation.tabular import strangers
from zhunsheng.foundation.tabular.limits import Row
from zhunsheng.foundation.tabular.reading import read_table
from zhunsheng.foundation.tabular.writing import harmless, restored, write_table

TOLD = [
    Row(2, {"编号": "7", "日期": "2026-05-01", "备注": "甲"}),
    Row(4, {"编号": "8", "日期": "", "备注": "乙"}),
]


def test_four_formats_are_one_table(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("编号,日期,备注\n7,2026-05-01,甲\n ,,\n8,,乙\n", encoding="utf-8")
    (tmp_path / "t.tsv").write_text("编号\t日期\t备注\n7\t2026-05-01\t甲\n\n8\t\t乙\n", encoding="utf-8")
    assert list(read_table(tmp_path / "t.csv")) == TOLD
    assert list(read_table(tmp_path / "t.tsv")) == TOLD
    rows: list[list[object]] = [
        ["编号", "日期", "备注"],
        [7, "2026-05-01", "甲"],
        ["", " ", ""],
        [8, "", "乙"],
    ]
    assert list(read_table(strangers.workbook(tmp_path / "t.xlsx", rows))) == TOLD
    contents = [row.cells for row in TOLD]
    table = pa.table({"编号": [7, 8], "日期": [dt.date(2026, 5, 1), None], "备注": ["甲", "乙"]})
    parquet.write_table(table, tmp_path / "t.parquet")
    assert [row.cells for row in read_table(tmp_path / "t.parquet")] == contents
    text = '{"编号": 7, "日期": "2026-05-01", "备注": "甲"}\n\n{"编号": 8, "日期": null, "备注": "乙"}\n'
    (tmp_path / "t.jsonl").write_text(text, encoding="utf-8")
    assert [row.cells for row in read_table(tmp_path / "t.jsonl")] == contents


def test_a_row_with_too_many_cells_is_refused_alone(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b\n1,2\n1,2,3\n4,5\n", encoding="utf-8")
    good, bad, last = read_table(tmp_path / "t.csv")
    assert (good.cells, last.cells) == ({"a": "1", "b": "2"}, {"a": "4", "b": "5"})
    assert bad.number == 3 and "3 格" in bad.reason_zh


DANGEROUS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1"]


@pytest.mark.parametrize("text", DANGEROUS)
def test_what_goes_out_cannot_run_and_comes_back(text: str, tmp_path: Path) -> None:
    assert harmless(text).startswith("'") and restored(harmless(text)) == text
    write_table(tmp_path / "o.csv", ["a"], [[text]])
    assert (tmp_path / "o.csv").read_text(encoding="utf-8-sig").splitlines()[1].lstrip('"').startswith("'")
    write_table(tmp_path / "o.xlsx", ["a"], [[text]])
    found = openpyxl.load_workbook(tmp_path / "o.xlsx").active["A2"]
    assert found.data_type in {"s", "inlineStr"} or found.value == text
    assert "<f>" not in str((tmp_path / "o.xlsx").read_bytes())


@pytest.mark.parametrize("text", ["甲", "'quoted", "", "a=b"])
def test_harmless_text_is_left_alone(text: str) -> None:
    assert harmless(text) == text and restored(text) == text
