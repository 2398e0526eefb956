"""Lines as data: the shipped ones keep the published schema, and a file that means nothing is refused."""

from __future__ import annotations

import copy
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from zhunsheng.core.alarms.rules import AlarmKind, alarm_schema, read_alarms
from zhunsheng.core.packs.nodes import PackError
from zhunsheng.engine.packfiles import read_documents

PACKS = Path(__file__).parents[3] / "packs"
((NAME, SHIPPED),) = read_documents(PACKS / "alarms")


def changed(**more: Any) -> dict[str, Any]:
    """The shipped file with other keys in the first line of its first alarm."""
    document = copy.deepcopy(dict(SHIPPED))
    document["alarms"][0]["lines"][0] |= more
    return document


def test_the_shipped_lines_keep_the_schema_and_speak() -> None:
    Draft202012Validator.check_schema(alarm_schema())
    lines = read_alarms([(NAME, SHIPPED)])
    assert {line.kind for line in lines} == set(AlarmKind)
    assert lines[0].says().zh() == "一个单位有 1 件及以上期限届满超过 5 个工作日仍未办结"
    assert lines[1].says().zh() == "未办结或近 12 个月内办结的同一期限（延长）2 次及以上"
    assert all(line.version.startswith("2026.1·") and len(line.version) == 19 for line in lines)


def test_another_number_is_another_version() -> None:
    (old, *_), (new, *_) = read_alarms([(NAME, SHIPPED)]), read_alarms([(NAME, changed(at_least=2))])
    assert old.version != new.version and new.at_least == 2


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ({"months": 3}, "alarms[0]"),
        ({"at_least": 0}, "alarms[0]"),
        ({"at_least": "2"}, "alarms[0]"),
        ({"from": "2020-02-30"}, "overdue"),
        ({"misspelt": 1}, "alarms[0]"),
    ],
)
def test_what_means_nothing_is_refused(more: dict[str, Any], place: str) -> None:
    with pytest.raises(PackError, match=place.replace("[", r"\[").replace("]", r"\]")):
        read_alarms([(NAME, changed(**more))])


def test_lines_follow_one_another_by_day() -> None:
    document = changed(to="2026-06-30")
    document["alarms"][0]["lines"].append({"from": "2026-07-01", "beyond_workdays": 3, "at_least": 2})
    lines = [line for line in read_alarms([(NAME, document)]) if line.id == "overdue"]
    days = [dt.date(2026, 6, 30), dt.date(2026, 7, 1)]
    assert [[line.at_least for line in lines if line.in_force(day)] for day in days] == [[1], [2]]
    document["alarms"][0]["lines"][0].pop("to")
    with pytest.raises(PackError, match="两行在同一日有效"):
        read_alarms([(NAME, document)])


def test_the_published_schema_is_the_one_that_is_read_by() -> None:
    published = PACKS.parent / "docs" / "reference" / "alarms.schema.json"
    assert json.loads(published.read_text(encoding="utf-8")) == alarm_schema()
