"""Two records of one firm become one, and two again; a changed form is linked and not inherited."""

from __future__ import annotations

import json
from datetime import date

import pytest
from click.testing import CliRunner

from tests.journeys.city import BUREAU, OFFICER, Bureau, at
from zhunsheng.cli.main import main
from zhunsheng.core.identifiers.uscc import make
from zhunsheng.engine.judgement import Colour, Judgement
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.registers.registry import queries as registry
from zhunsheng.registers.registry.actions import LinkError
from zhunsheng.sensing.signals import queries as signals
from zhunsheng.workflows import classing, linking, unmerging

FIRM, TWIN = make("91", "980102", "MA1X0X0X"), make("91", "980102", "MA2Y0Y0Y")
LIKE_FIRM, LIKE_TWIN = make("91", "980102", "MA3X0X0X"), make("91", "980102", "MA4Y0Y0Y")
pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau() -> Bureau:
    bureau = Bureau()
    for key in (FIRM, TWIN):
        bureau.register(key, "阿福餐饮", industry="6210")
        bureau.enrol(key, "T10")
    return bureau


def merge(bureau: Bureau, when: str = "2026-06-01") -> int:
    made = linking.link(
        by=OFFICER,
        at=at(when),
        subject=TWIN,
        other=FIRM,
        kind="MERGED_INTO",
        since_on=date(2026, 1, 1),
        reason="重复档案",
    )
    bureau.work(at(when))
    return made


def undo(bureau: Bureau, made: int, when: str) -> None:
    linking.reverse(by=OFFICER, at=at(when), link_id=made, reason="并错了")
    bureau.work(at(when))


def judged(when: str, subject: str = FIRM) -> Judgement:
    (told,) = classing.judge_all(at(when), at(when), [subject])
    return told


def penalty(bureau: Bureau, subject: str, number: str, when: str) -> None:
    bureau.tell(subject, "PENALTY", when, object=number, severity="ORDINARY", published=True)


def test_a_duplicate_record_counts_for_the_firm_once_and_is_not_judged_itself(bureau: Bureau) -> None:
    penalty(bureau, FIRM, "罚-1", "2026-02-01")
    penalty(bureau, TWIN, "罚-1", "2026-02-01")
    alone = judged("2026-06-01").models[0].score
    penalty(bureau, TWIN, "罚-2", "2026-03-01")
    made = merge(bureau)
    both = judged("2026-06-01").models[0].score
    penalty(bureau, FIRM, "罚-3", "2026-06-02")
    assert alone < both < judged("2026-06-02").models[0].score
    kinds = [f.object for f in signals.timeline(viewer=BUREAU, subject=FIRM) if f.kind == "PENALTY"]
    assert sorted(kinds) == ["罚-1", "罚-2", "罚-3"]
    assert classing.judge_all(at("2026-06-02"), at("2026-06-02"), [TWIN]) == []
    assert [j.subject for j in classing.judge_all(at("2026-06-02"), at("2026-06-02"))] == [FIRM]
    before = classing.judge_all(at("2026-05-31"), at("2026-05-31"))
    assert {j.subject for j in before} == {FIRM, TWIN}, "what was known before the link is judged as it was"
    undo(bureau, made, "2026-06-03")
    assert {j.subject for j in classing.judge_all(at("2026-06-03"), at("2026-06-03"))} == {FIRM, TWIN}


def test_a_reversal_restores_the_judgement_and_the_touches_go_on(bureau: Bureau) -> None:
    bureau.tell(TWIN, "SCOPE_HIT", "2026-05-20", object="凉菜")
    assert bureau.touches(TWIN) == [("T10-2", "", "YELLOW", "OBSERVING")]
    touch = bureau.last_touch(TWIN)
    made = merge(bureau, "2026-06-01")
    assert bureau.touches(TWIN) == [("T10-2", "", "YELLOW", "SUSPENDED")]
    bureau.tell(FIRM, "SCOPE_HIT", "2026-06-02", object="烧烤")
    assert bureau.touches(FIRM)[0][2] == "RED", "the second within the window, over both records"
    assert Colour.RED in {colour for _, _, colour in shown(FIRM)[1]}
    undo(bureau, made, "2026-06-03")
    assert bureau.touches(TWIN) == [("T10-2", "", "YELLOW", "OBSERVING")]
    steps = [(s.step, s.reason) for s in triggers.steps(viewer=BUREAU, touch_id=touch)]
    assert steps == [("SUSPEND", "主体已并入另一主体"), ("RESUME_OBSERVE", "并入已撤销")]
    never = Bureau()
    for key, hit, day in ((LIKE_FIRM, "烧烤", "2026-06-02"), (LIKE_TWIN, "凉菜", "2026-05-20")):
        never.register(key, "阿福餐饮", industry="6210")
        never.enrol(key, "T10")
        never.tell(key, "SCOPE_HIT", day, object=hit)
    assert (shown(FIRM), shown(TWIN)) == (shown(LIKE_FIRM), shown(LIKE_TWIN))


def shown(subject: str) -> tuple[int, list[tuple[str, str, Colour]]]:
    told = judged("2026-06-03 12:00", subject)
    return told.models[0].score, [(p.point, p.object, p.colour) for p in told.points]


def test_a_reversal_that_forgets_what_was_written_meanwhile_is_caught(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unmerging, "_take_back", lambda *_: None)
    with pytest.raises(AssertionError):
        test_a_reversal_restores_the_judgement_and_the_touches_go_on(bureau)


def test_both_are_told_in_one_commit_and_the_link_is_a_dated_fact(bureau: Bureau) -> None:
    made = merge(bureau)
    facts = signals.told_of(viewer=BUREAU, subjects=[FIRM, TWIN], kinds=["SUBJECT_LINK"])
    told = {who: dict(own[0].payload) for who, own in facts}
    assert told == {
        FIRM: {"relation": "MERGED_INTO", "other": TWIN, "side": "TO"},
        TWIN: {"relation": "MERGED_INTO", "other": FIRM, "side": "FROM"},
    }
    for wrong in ((FIRM, TWIN), (TWIN, FIRM)):
        with pytest.raises(LinkError):
            linking.link(
                by=OFFICER,
                at=at("2026-06-02"),
                subject=wrong[0],
                other=wrong[1],
                kind="MERGED_INTO",
                since_on=date(2026, 6, 1),
                reason="再并",
            )
    undo(bureau, made, "2026-06-03")
    assert registry.links(viewer=BUREAU, key=FIRM) == []
    with pytest.raises(LinkError):
        linking.reverse(by=OFFICER, at=at("2026-06-04"), link_id=made, reason="再撤")
    merge(bureau, "2026-06-05")
    assert signals.survivor_of(viewer=BUREAU, subject=TWIN) == FIRM, "what was reversed may be linked again"


def test_a_sole_trader_who_became_a_company_is_linked_and_the_penalty_stays_his(bureau: Bureau) -> None:
    penalty(bureau, TWIN, "罚-1", "2026-02-01")
    before = judged("2026-06-01").models[0].score
    linking.link(
        by=OFFICER,
        at=at("2026-06-01"),
        subject=FIRM,
        other=TWIN,
        kind="SUCCEEDS",
        since_on=date(2026, 6, 1),
        reason="个转企",
    )
    bureau.work(at("2026-06-01"))
    assert judged("2026-06-01").models[0].score == before
    assert judged("2026-06-01", TWIN).models[0].score > before


def test_a_name_is_that_of_its_day(bureau: Bureau) -> None:
    payload = {"established_on": "2018-03-01", "industry": "6210", "division": "980102"}
    bureau.tell(FIRM, "REGISTRATION", "2026-02-01", name="阿福餐饮", **payload)
    bureau.tell(FIRM, "REGISTRATION", "2026-05-01", name="阿福酒家", **payload)
    named = {d: signals.name_on(viewer=BUREAU, subject=FIRM, on=date(2026, *d)) for d in ((4, 30), (5, 1))}
    assert named == {(4, 30): "阿福餐饮", (5, 1): "阿福酒家"}


def test_the_command_links_and_reverses(bureau: Bureau) -> None:
    def run(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(main, list(words))
        return done.exit_code, done.output

    words = (
        "link",
        TWIN,
        FIRM,
        "--kind",
        "MERGED_INTO",
        "--since",
        "2026-06-01",
        "--reason",
        "重复档案",
        "--json",
    )
    code, output = run(*words)
    told = json.loads(output.splitlines()[-1])
    assert (code, told["subjects"], told["reversed"]) == (0, [TWIN, FIRM], False)
    assert FIRM in run("explain", TWIN)[1] and FIRM in run("judge", "--subject", TWIN)[1]
    assert run(*words)[0] != 0
    assert run("link", "--reverse", str(told["link"]), "--reason", "并错了")[0] == 0
    assert run("explain", TWIN)[0] == 0
