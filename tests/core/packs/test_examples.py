"""Examples stand beside the rules and must come true before anything is published."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.journeys.city import HOUSE
from zhunsheng.core.packs.lines import Named, moved
from zhunsheng.engine.examples import tried
from zhunsheng.engine.packfiles import pack_from, read_documents

DOCUMENTS: list[Named] = [(name, dict(d)) for name, d in read_documents(HOUSE / "packs/general")]


def rows(documents: list[Named]) -> list[dict[str, Any]]:
    return tried(*pack_from(documents), documents)


def test_every_example_of_the_house_comes_true() -> None:
    told = rows(DOCUMENTS)
    assert len(told) > 1 and all(row["passes"] for row in told)


def test_a_line_that_moves_breaks_the_example_that_says_where_it_was() -> None:
    told = rows(moved(DOCUMENTS, "T02-1", "yellow.at_least", 1))
    assert [(row["id"], row["why_zh"]) for row in told if not row["passes"]] == [
        ("T02-E2", "T02-1（L-1） 应为 NONE，实为 YELLOW；T02-1（L-2） 应为 NONE，实为 YELLOW")
    ]


def case(**changes: Any) -> Named:
    fact = {"kind": "ENROLMENT", "at": date(2026, 1, 1), "object": "T02", "payload": {"state": "ENROLLED"}}
    expect = {"points": [{"point": "T02-1", "colour": "NONE"}]}
    told = {"schema": "zhunsheng.example/1", "id": "X", "name_zh": "例", "as_of": "2026-03-01"}
    return "x.yaml", {**told, "facts": [fact], "expect": expect, **changes}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"facts": [{"kind": "NOTHING", "at": "2026-01-01"}]}, "没有这种事实"),
        ({"facts": [{"kind": "ENROLMENT", "at": "2026-01-01"}]}, "第 1 条事实"),
        ({"facts": [{"kind": "ENROLMENT", "at": "1. März"}]}, "示例写得不完整"),
        ({"expect": {}}, "应有的触线或分值"),
        ({"id": "T02-E1"}, "示例编号重复"),
        ({"expect": {"score_hundredths": 5}}, "分值应为 5"),
    ],
)
def test_an_example_that_says_nothing_or_something_else_fails(changes: dict[str, Any], words: str) -> None:
    failing = [row["why_zh"] for row in rows([*DOCUMENTS, case(**changes)]) if not row["passes"]]
    assert len(failing) == 1 and words in failing[0]
