"""The evaluation of registry codes on a folder small enough to count by hand."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl

from evaluations.registry_codes import evaluate_codes, section
from zhunsheng.core.identifiers.uscc import make

ONE, TWO = make("91", "980102", "MA100A1B"), make("91", "980103", "MA200A1B")
HEAD = "dirt,name,uscc,reg_date,ent_type,capital,scope,province,city,address,file_year"


def test_wrong_codes_are_counted_by_reason_and_a_right_one_among_them_is_seen(tmp_path: Path) -> None:
    folder = tmp_path / "registry"
    folder.mkdir()
    rows = {"uscc": [ONE, TWO], "name": ["甲", "乙"], "reg_date": [dt.date(1999, 1, 7)] * 2}
    rows |= {"capital": ["70万人民币", "5万美元"], "scope": ["N/A"] * 2, "address": ["汀前街1号"] * 2}
    pl.DataFrame(rows).write_parquet(folder / "enterprises_100k.parquet")
    dirty = [
        f"old_13,丙,9801021110122,1999-01-07,,,,,,,{1999}",
        f"mojibake_shifted,丁,汀前街2号,{make('91', '980104', 'MA300A1B')},,,,,,,1999",
        f"planted,戊,{make('91', '980105', 'MA400A1B')},1999-01-07,,,,,,,1999",
    ]
    (folder / "dirty_rows_1000.csv").write_text("\n".join([HEAD, *dirty, ""]), encoding="utf-8")
    told = evaluate_codes(tmp_path)
    assert (told.right, told.refused_right, told.accepted_dirty) == (2, 0, 1)
    assert {dirt for dirt, _reason in told.dirty} == {"old_13", "mojibake_shifted"}
    assert (told.rescued, told.shifted) == (1, 1)
    for text in ("2 rows", "3 dirty rows: 1 taken", "| old_13 | 这是 13 位更早的注册号 | 1 |"):
        assert text in section(told)
