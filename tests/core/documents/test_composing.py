"""Values become a page: typed, complete, with the clauses of the day, and hashed in one way only."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest
import yaml

from tests.core.documents.test_catalogue import KITE
from zhunsheng.core.documents.clauses import Clause, citation_words
from zhunsheng.core.documents.composing import (
    Frame,
    IncompleteError,
    accepted,
    compose,
    content_hash,
    laws_of,
    lines_of,
)
from zhunsheng.core.documents.fields import FieldError
from zhunsheng.core.documents.template import Template, canonical_bytes, read_template

VALUES = {"place": "柳汀", "rules": [{"law": "纸鸢办法", "article": "2(1)"}]}
FRAME = Frame(
    "云汀市市场监督管理局", "0900-12345", "柳汀纸鸢店", issued_on=dt.date(2026, 6, 30), serial="鸢〔2026〕1号"
)
TEXT = Clause("纸鸢办法", "2(1)", "《纸鸢办法》第二条第一款", "近电不得放飞。", dt.date(2020, 5, 1))


def template() -> Template:
    return read_template(yaml.safe_load(KITE), "kite.yaml")


def content(values: dict[str, Any] = VALUES, frame: Frame = FRAME, clause: Clause = TEXT) -> dict[str, Any]:
    told = accepted(template(), values)
    return compose(template(), told, {"纸鸢办法#2(1)": clause}, frame)


def test_the_page_reads_as_it_should() -> None:
    assert lines_of(content(VALUES | {"fee": 120_050})) == [
        "纸鸢放飞通知",
        "鸢〔2026〕1号",
        "柳汀纸鸢店",
        "请到柳汀。",
        "费用人民币壹仟贰佰元伍角整（¥1,200.50）。",
        "《纸鸢办法》第二条第一款：近电不得放飞。",
        "云汀市市场监督管理局",
        "二〇二六年六月三十日",
    ]


def test_an_empty_optional_field_takes_its_paragraph_along() -> None:
    assert not [line for line in lines_of(content()) if "费用" in line]
    assert accepted(template(), VALUES | {"fee": None}) == accepted(template(), VALUES)


def test_a_missing_text_is_said_and_never_invented() -> None:
    gone = dataclasses.replace(TEXT, text="", valid_from=None, missing_zh="法律库没有这一条")
    assert "《纸鸢办法》第二条第一款：法律库没有这一条" in lines_of(content(clause=gone))


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"wind": "东"}, "没有这些字段"),
        ({"fee": -1}, "不小于零"),
        ({"fee": True}, "整数"),
        ({"fee": 12.5}, "整数"),
        ({"place": "两\n行"}, "一行"),
        ({"place": "钟\x07"}, "控制字符"),
        ({"rules": "第二条"}, "列表"),
        ({"rules": [{"law": "纸鸢办法"}]}, "article"),
        ({"rules": [{"law": "纸鸢办法", "article": "2", "page": "3"}]}, "每项写明"),
    ],
)
def test_a_value_that_its_field_cannot_hold_is_refused(change: dict[str, Any], match: str) -> None:
    with pytest.raises(FieldError, match=match):
        accepted(template(), VALUES | change)


def test_what_is_lacking_is_named() -> None:
    with pytest.raises(IncompleteError, match="地点"):
        content({"rules": VALUES["rules"]})
    with pytest.raises(IncompleteError, match="尚未填写正文"):
        compose(dataclasses.replace(template(), blocks=()), {}, {}, FRAME)


def test_laws_are_asked_for_once() -> None:
    rules = VALUES["rules"]
    assert isinstance(rules, list)
    twice = rules * 2
    assert laws_of(template(), accepted(template(), {"rules": twice})) == VALUES["rules"]


def test_every_change_changes_the_hash() -> None:
    base = content_hash(content())
    others = [
        content(VALUES | {"place": "柳汀东"}),
        content(VALUES | {"fee": 1}),
        content(frame=dataclasses.replace(FRAME, serial="鸢〔2026〕2号")),
        content(frame=dataclasses.replace(FRAME, issued_on=dt.date(2026, 7, 1))),
        content(clause=dataclasses.replace(TEXT, text="近电不得放飞")),
    ]
    assert len({base, *(content_hash(other) for other in others)}) == 6
    assert content_hash(content()) == base


def test_the_hashed_bytes_are_written_in_one_way_only() -> None:
    assert canonical_bytes({"乙": 1, "a": [dt.date(2026, 6, 30)]}) == '{"a":["2026-06-30"],"乙":1}'.encode()


@pytest.mark.parametrize(
    ("article", "paragraphs", "told"),
    [
        ("83", None, "《甲法》第八十三条"),
        ("83(4)", None, "《甲法》第八十三条（四）"),
        ("83(4)", 1, "《甲法》第八十三条第四项"),
        ("83(2)", 3, "《甲法》第八十三条第二款"),
        ("83(4)", 3, "《甲法》第八十三条第四项"),
        ("21(1)(5)", 2, "《甲法》第二十一条第一款第五项"),
        ("120-1", None, "《甲法》第一百二十条之一"),
        ("受理", None, "《甲法》受理"),
    ],
)
def test_citations_in_full(article: str, paragraphs: int | None, told: str) -> None:
    assert citation_words("甲法", article, paragraphs=paragraphs) == told
