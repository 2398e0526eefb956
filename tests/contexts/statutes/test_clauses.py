"""The clause picker: the text of the day of the act, down to paragraph and item, or the bureau's notice."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.contexts.statutes.test_law_base import KITES, LOOK, NEW, OLD, bring
from zhunsheng.core.documents.clauses import Clause
from zhunsheng.registers.statutes.queries.clauses import clause

pytestmark = pytest.mark.django_db
MISSING = "本局法律库没有这一条"


def pick(article: str, on: str, law: str = "纸鸢办法") -> Clause:
    day = dt.date.fromisoformat(on)
    return clause(viewer=LOOK, law=law, article=article, on=day, records=KITES, missing_zh=MISSING)


def test_the_text_is_that_of_the_day_of_the_act() -> None:
    bring(OLD)
    bring(NEW)
    before, after = pick("2", "2026-04-14"), pick("2", "2026-04-15")
    assert "二百元" in before.text and before.valid_from == dt.date(2020, 5, 1)
    assert "一百元" in after.text and after.valid_from == dt.date(2026, 4, 15)
    assert after.words == "《云汀市纸鸢办法》第二条"


@pytest.mark.parametrize(
    ("article", "words", "text"),
    [
        ("2(1)", "第二条第一款", "近电放飞的，责令改正；拒不改正的，罚款一百元。"),
        ("2(2)(1)", "第二条第二款第一项", "下列情形除外：\n（一）比赛；"),
    ],
)
def test_paragraph_and_item(article: str, words: str, text: str) -> None:
    bring(NEW)
    told = pick(article, "2026-07-01")
    assert (told.words, told.text) == (f"《云汀市纸鸢办法》{words}", text)


@pytest.mark.parametrize(
    ("article", "on", "law"),
    [
        ("2(2)(3)", "2026-07-01", "纸鸢办法"),
        ("9", "2026-07-01", "纸鸢办法"),
        ("2", "2020-04-30", "纸鸢办法"),
        ("1", "2026-07-01", "陀螺办法"),
        ("放飞", "2026-07-01", "纸鸢办法"),
    ],
)
def test_a_missing_text_is_said(article: str, on: str, law: str) -> None:
    bring(NEW)
    told = pick(article, on, law)
    assert (told.text, told.valid_from, told.missing_zh) == ("", None, MISSING)
    assert told.words.startswith(f"《云汀市{law}》" if law == "纸鸢办法" else f"《{law}》")


def test_a_clause_is_kept_as_it_was() -> None:
    bring(NEW)
    for told in (pick("2", "2026-07-01"), pick("9", "2026-07-01")):
        assert Clause.read(told.as_json()) == told
