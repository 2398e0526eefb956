"""Division codes and industry classes: what was in force on a day, and what took its place."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from zhunsheng.core import reference
from zhunsheng.core.packs.nodes import PackError
from zhunsheng.core.reference import DIVISIONS, INDUSTRIES, NotInForceError, Table, read_edition
from zhunsheng.engine.referencefiles import shipped_editions

SHIPPED = shipped_editions(Path(__file__).parents[2] / "packs/reference")
CITY = Table.of(DIVISIONS, [e for e in SHIPPED if e.kind == DIVISIONS])
TRADES = Table.of(INDUSTRIES, [e for e in SHIPPED if e.kind == INDUSTRIES])
TODAY = dt.date(2026, 6, 1)


def codes(code: str, on: dt.date) -> list[str]:
    return [entry.code for entry in CITY.resolve(code, on)]


def test_a_renamed_division_keeps_its_code_and_has_the_name_of_the_day() -> None:
    last, first = CITY.in_force("980103", dt.date(2014, 4, 30)), CITY.in_force("980103", dt.date(2014, 5, 1))
    assert last is not None and first is not None
    assert (last.name, first.name) == ("西浦县", "西浦区")


def test_a_merger_leads_to_one_and_a_split_to_several() -> None:
    assert codes("980107", dt.date(2016, 8, 31)) == ["980107"]
    assert codes("980107", dt.date(2016, 9, 1)) == ["980104"]
    assert codes("980108", TODAY) == ["980105", "980106"]
    assert codes("980105", dt.date(2019, 6, 30)) == [] and codes("980199", TODAY) == []


@pytest.mark.parametrize(
    ("text", "cure"),
    [
        ("980107", "改填 980104 北港区"),
        ("980108", "由人选定其一：980105 晴岚区、980106 海驿区"),
        ("盐埕区", "改填 980104 北港区"),
        ("西浦县", "改填 980103 西浦区"),
        ("980199", "zhunsheng reference load divisions"),
        ("汀后区", "核对名称"),
        ("99", "reference load"),
    ],
)
def test_what_is_not_in_force_is_refused_with_what_to_write_instead(text: str, cure: str) -> None:
    with pytest.raises(NotInForceError) as refused:
        CITY.look_up(text, TODAY)
    assert cure in refused.value.cure_zh


def test_a_name_means_its_code_and_a_depth_that_is_not_loaded_is_held_against_the_parent() -> None:
    assert CITY.look_up("西浦县", dt.date(2010, 1, 1)) == CITY.look_up("西浦区", TODAY) == "980103"
    assert CITY.look_up("110105", TODAY) == "110105", "no county of this province is loaded"
    assert TRADES.look_up("5212", TODAY) == "5212" and TRADES.look_up("零售业", TODAY) == "52"
    for wrong in ("9812", "98", "00", "521234"):
        with pytest.raises(NotInForceError):
            TRADES.look_up(wrong, TODAY)
    assert TRADES.look_up("5212", dt.date(2012, 1, 1)) == "5212", (
        "before the table begins: as of its first day"
    )


def test_all_sections_and_divisions_of_the_industries_stand_under_their_section() -> None:
    sections = [c for c in TRADES.by_code if c.isalpha()]
    assert sections == [chr(ord("A") + n) for n in range(20)]
    divisions = [c for c in TRADES.by_code if c.isdigit()]
    assert sorted(divisions) == [f"{n:02d}" for n in range(1, 98)]
    assert all(TRADES.by_code[c][0].parent in sections for c in divisions)


def edition(name: str, start: str, *nodes: dict[str, Any]) -> reference.Edition:
    document = {"edition": name, "source": "示例", "valid_from": start, "entries": list(nodes)}
    return read_edition(DIVISIONS, document, where=name, known=CITY)


def test_a_later_edition_speaks_for_its_part_and_earlier_days_stay() -> None:
    later = edition(
        "2027", "2027-01-01", {"code": "980102", "name": "汀前新区"}, {"code": "980103", "name": "西浦区"}
    )
    table = Table.of(DIVISIONS, [*(e for e in SHIPPED if e.kind == DIVISIONS), later])
    names = {y: e.name for y in (2026, 2027) if (e := table.in_force("980102", dt.date(y, 6, 1)))}
    assert names == {2026: "汀前区", 2027: "汀前新区"}
    gone = table.by_code["980121"][-1]
    assert gone.valid_to == dt.date(2026, 12, 31), "what it leaves out has ended"
    assert table.in_force("11", dt.date(2027, 6, 1)) is not None, "other parts are not its business"


def test_an_edition_that_ends_nothing_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference, "_ended", lambda entry, last: entry)
    with pytest.raises(AssertionError):
        test_a_later_edition_speaks_for_its_part_and_earlier_days_stay()


@pytest.mark.parametrize(
    ("node", "place"),
    [
        ({"code": 980102, "name": "甲"}, "x.entries[0].code"),
        ({"code": "9801", "name": "甲"}, "x.entries[0].code"),
        ({"code": "980102", "name": ""}, "x.entries[0].name"),
        ({"code": "980102", "name": "甲", "parent": "970000"}, "x.entries[0].parent"),
        ({"code": "980102", "name": "甲", "until": "2026-01-01"}, "x.entries[0]"),
        ({"code": "980102", "name": "甲", "valid_to": "2026-13-01"}, "x.entries[0].valid_to"),
        ({"code": "980102", "name": "甲", "valid_to": "2019-01-01"}, "x.entries[0].valid_to"),
        ({"code": "980102", "name": "甲", "successors": ["980103"]}, "x.entries[0].successors"),
        (
            {"code": "980102", "name": "甲", "valid_to": "2026-01-01", "successors": ["980199"]},
            "x.entries[0].successors",
        ),
    ],
)
def test_nonsense_is_refused_with_its_place(node: dict[str, Any], place: str) -> None:
    document = {"edition": "x", "source": "示例", "valid_from": "2020-01-01", "entries": [node]}
    with pytest.raises(PackError) as refused:
        read_edition(DIVISIONS, document, where="x", known=CITY)
    assert refused.value.path == place


def test_overlapping_stretches_are_refused() -> None:
    twice = {"code": "980102", "name": "甲"}
    with pytest.raises(PackError, match="重叠"):
        edition("x", "2020-01-01", twice, twice)


def test_successors_in_a_circle_end() -> None:
    nodes = (
        {"code": "980102", "name": "甲", "valid_to": "2021-01-01", "successors": ["980103"]},
        {"code": "980103", "name": "乙", "valid_to": "2021-01-01", "successors": ["980102"]},
    )
    assert Table.of(DIVISIONS, [edition("x", "2020-01-01", *nodes)]).resolve("980102", TODAY) == ()
