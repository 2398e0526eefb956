"""The law base: the text of the day of the act, one ranking on both databases, citations that resolve."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.conf import settings
from django.db import IntegrityError

from zhunsheng.cli.main import main
from zhunsheng.core.actors import Actor, ActorKind, Viewer
from zhunsheng.core.clock import SHANGHAI
from zhunsheng.core.statutes.parsing import parse_statute
from zhunsheng.core.statutes.provisions import read_provisions
from zhunsheng.core.statutes.references import Citation, LawRecord, Place, citations, read_records
from zhunsheng.engine.packfiles import read_documents
from zhunsheng.registers.statutes.actions import laws as actions
from zhunsheng.registers.statutes.queries import laws as queries
from zhunsheng.registers.statutes.queries import provisions
from zhunsheng.registers.statutes.queries.citing import Standing, standings

pytestmark = pytest.mark.django_db
OFFICER = Actor(ActorKind.PERSON, "9801-09", "法规科 闻笛")
LOOK = Viewer.bureau("test")
NOW = dt.datetime(2026, 7, 1, 9, tzinfo=SHANGHAI)
OLD = "# 云汀市纸鸢办法\n\n自2020年5月1日起施行\n\n第一条 放飞须登记。\n第二条 近电放飞的，罚款二百元。"
NEW = (
    "# 云汀市纸鸢办法\n\n自2026年4月15日起施行\n\n第一条 放飞须登记。\n"
    "第二条 近电放飞的，责令改正；拒不改正的，罚款一百元。\n\n下列情形除外：\n\n（一）比赛；\n\n（二）演练。"
)
KITES = {"纸鸢办法": LawRecord("纸鸢办法", "云汀市纸鸢办法", "放飞", "VERIFIED", None, None, "")}


def bring(text: str, **given: dt.date) -> actions.Imported:
    done = actions.import_law(by=OFFICER, at=NOW, parsed=parse_statute(text), source="invented.md", **given)
    actions.index_again(by=OFFICER, at=NOW)
    return done


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def test_the_text_in_force_on_the_day_of_the_act() -> None:
    for text in (NEW, OLD):
        bring(text)
    for on, wanted in (("2020-05-01", "二百元"), ("2026-04-14", "二百元"), ("2026-04-15", "一百元")):
        card = queries.article_on(viewer=LOOK, law="云汀市纸鸢办法", place=Place(2, 0, ()), on=day(on))
        assert card is not None and wanted in card.text
    assert queries.version_on(viewer=LOOK, law="云汀市纸鸢办法", on=day("2020-04-30")) is None
    assert queries.version_on(viewer=LOOK, law="云汀市陀螺办法", on=day("2026-04-30")) is None
    assert [v.in_force_to for v in queries.versions(viewer=LOOK, law="云汀市纸鸢办法")] == [
        day("2026-04-14"),
        None,
    ]


def test_old_or_lighter_is_shown_and_not_chosen() -> None:
    bring(OLD)
    bring(NEW)
    between = {
        "viewer": LOOK,
        "law": "云汀市纸鸢办法",
        "acted_on": day("2025-01-01"),
        "judged_on": day("2026-07-01"),
    }
    assert len(queries.articles_between(**between, place=Place(2, 0, ()))) == 2  # type: ignore[arg-type]
    assert len(queries.articles_between(**between, place=Place(1, 0, ()))) == 1  # type: ignore[arg-type]


def test_the_same_text_again_changes_nothing_and_another_of_the_day_is_refused() -> None:
    assert bring(OLD).new
    assert not bring(OLD).new
    with pytest.raises(IntegrityError):
        bring(NEW, valid_from=day("2020-05-01"))


def test_a_date_that_is_a_guess_says_so() -> None:
    amended = OLD.replace("自2020年5月1日起施行", "2020年5月1日起施行 根据2024年2月3日决定修正")
    assert bring(amended).date_source == "LAST_DATE"
    assert bring(amended.replace("登记", "备案"), valid_from=day("2024-03-01")).date_source == "GIVEN"
    with pytest.raises(actions.UndatedLawError):
        bring("# 无日期法\n第一条 甲。")


def test_search_by_words_law_name_and_lay_question() -> None:
    bring(OLD)
    bring(
        "# 云汀市茶馆办法\n自2021年1月1日起施行\n第一条 经营者应当标明茶价。\n第二条 不得售卖超过保质期的茶。"
    )

    def best(question: str, **more: object) -> tuple[str, int]:
        found = queries.search(viewer=LOOK, question=question, words={"过期": ["超过保质期"]}, **more)  # type: ignore[arg-type]
        return (found[0][0].law, found[0][0].number)

    assert best("近电放飞") == ("云汀市纸鸢办法", 2)
    assert best("茶馆办法 茶价") == ("云汀市茶馆办法", 1)
    assert best("喝到过期的茶怎么办") == ("云汀市茶馆办法", 2)
    assert best("茶的价") == ("云汀市茶馆办法", 1), "one character is shared, no pair of them"
    asking: dict[str, list[str]] = {"怎么办": [], "该怎么办": []}
    assert queries.search(viewer=LOOK, question="该怎么办", words=asking) == [], "办 is in both names"
    assert queries.search(viewer=LOOK, question="潜水艇", words={}) == []
    assert queries.search(viewer=LOOK, question="近电放飞", words={}, on=day("2019-01-01")) == []


@pytest.mark.parametrize(
    ("law", "article", "status", "on", "told"),
    [
        ("纸鸢办法", "2", "VERIFIED", "2026-07-01", Standing.RESOLVED),
        ("纸鸢办法", "2(2)(2)", "VERIFIED", "2026-07-01", Standing.RESOLVED),
        ("纸鸢办法", "2(2)(3)", "VERIFIED", "2026-07-01", Standing.NO_SUCH_ARTICLE),
        ("纸鸢办法", "3", "VERIFIED", "2026-07-01", Standing.NO_SUCH_ARTICLE),
        ("纸鸢办法", "2", "UNVERIFIED", "2026-07-01", Standing.UNVERIFIED),
        ("纸鸢办法", "2", "VERIFIED", "2027-01-01", Standing.REPEALED),
        ("陀螺办法", "1", "VERIFIED", "2026-07-01", Standing.NO_RECORD),
    ],
)
def test_citations_resolve_or_say_why_not(
    law: str, article: str, status: str, on: str, told: Standing
) -> None:
    bring(NEW)
    actions.repeal(by=OFFICER, at=NOW, law="云汀市纸鸢办法", on=day("2027-01-01"), reason="新办法")
    citation = Citation("x.yaml", law, article, status)
    assert standings(viewer=LOOK, citations=[citation], records=KITES, on=day(on)) == {citation: told}


def test_a_conduct_is_told_with_the_texts_of_the_day_of_the_act() -> None:
    for text in (OLD, NEW):
        bring(text)
    body = {
        "id": "KITE",
        "field": "X",
        "conduct_zh": "近电放飞",
        "duty": {"law": "纸鸢办法", "article": "1", "status": "VERIFIED"},
        "consequences": [
            {
                "stage": "AT_ONCE",
                "kinds": ["FINE"],
                "basis": {"law": "纸鸢办法", "article": "2", "status": "VERIFIED"},
            }
        ],
        "exemptions": [{"law": "陀螺办法", "article": "3", "status": "VERIFIED"}],
        "tolerance": [],
    }
    known = read_provisions([("x.yaml", {"schema": "zhunsheng.provisions/1", "provisions": [body]})])
    for on, wanted in (("2026-04-14", "二百元"), ("2026-04-15", "一百元")):
        card = provisions.on_day(viewer=LOOK, provision=known["KITE"], records=KITES, on=day(on))
        assert card.duty.text == "放飞须登记。" and wanted in card.consequences[0][1].text
        assert (card.exemptions[0].standing, card.exemptions[0].text) == (Standing.NO_RECORD, "")


def test_every_law_a_pack_cites_has_a_record_and_none_is_idle() -> None:
    folder = Path(settings.PACKS)
    records = read_records(read_documents(folder / "statutes"))
    cited = {c.law for name, d in read_documents(folder) for c in citations(name, d)}
    assert cited - records.keys() == set(), "add these to packs/statutes/laws.yaml"
    assert records.keys() - cited == set(), "no pack cites these"


def test_the_commands(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(OLD, encoding="utf-8")
    (tmp_path / "b.md").write_text(NEW, encoding="utf-8")
    (tmp_path / "c.md").write_text("# 没有条文", encoding="utf-8")
    done = CliRunner().invoke(main, ["law", "import", str(tmp_path), "--json"])
    told = json.loads(done.stdout)
    assert done.exit_code == 3 and len(told["laws"]) == 2 and told["refused"][0]["file"] == "c.md"
    done = CliRunner().invoke(main, ["law", "show", "云汀市纸鸢办法", "2", "--on", "2025-01-01", "--json"])
    assert "二百元" in json.loads(done.stdout)[0]["text"] and "从旧兼从轻" in done.stderr
    done = CliRunner().invoke(main, ["law", "search", "近电放飞", "--json"])
    assert json.loads(done.stdout)[0]["article"] == 2
    done = CliRunner().invoke(main, ["law", "check", "--json"])
    assert done.exit_code == 0 and json.loads(done.stdout)["counts"]["NOT_INSTALLED"] > 0
    done = CliRunner().invoke(main, ["law", "conduct", "保质期", "--goods", "10000", "--json"])
    (told,) = json.loads(done.stdout)
    assert told["consequences"][0]["fine_fen"] == [10_000_000, 20_000_000]
    done = CliRunner().invoke(main, ["law", "conduct", "FOOD-EXPIRED"])
    assert "50,000.00" in done.output and CliRunner().invoke(main, ["law", "conduct", "?"]).exit_code == 1
    assert CliRunner().invoke(main, ["law", "show", "云汀市纸鸢办法", "二"]).exit_code == 2
