"""A version judges from its day on: online, in batch, in replay and in the proof alike; and back again."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.conf import settings

from tests.journeys.city import BUREAU, MACHINE, Bureau, at
from tests.journeys.rulers import AUTHOR, OWNER, approve, approved, in_effect, installed, line, revised
from tests.journeys.test_replaying import END, LATER, LIFTS, START, Told, joined, lived, online
from tests.journeys.test_versions import E1, trapped
from zhunsheng.cli import health
from zhunsheng.cli.commands.packs import command as packs
from zhunsheng.cli.commands.prove import command as prove
from zhunsheng.cli.commands.replay import command as replay
from zhunsheng.core.clock import instant
from zhunsheng.core.reporting.profiles import Selection
from zhunsheng.core.rules.tree import Pack
from zhunsheng.engine import closed
from zhunsheng.engine.fast.batch import plain
from zhunsheng.engine.lived import STARTS
from zhunsheng.engine.packfiles import load_pack
from zhunsheng.engine.reference import judge
from zhunsheng.engine.versions import Course
from zhunsheng.judging.portraits import queries as portraits
from zhunsheng.judging.rulebook import actions as rulebook
from zhunsheng.judging.rulebook import queries
from zhunsheng.judging.rulebook.lifecycle import ProposalState, ProposalStepError
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.sensing.signals import queries as signals
from zhunsheng.workflows.answering import take_answer
from zhunsheng.workflows.classing import judge_all, run_classes
from zhunsheng.workflows.impacting import asked_of, report
from zhunsheng.workflows.proposing import roll_back
from zhunsheng.workflows.ruling import course_at, points_at, rules_at
from zhunsheng.workflows.taking_effect import publish

pytestmark = pytest.mark.django_db


def city() -> Bureau:
    bureau = Bureau()
    bureau.register(E1, "云汀电梯物业")
    bureau.enrol(E1, "T02")
    for lift in ("L-7", "L-8"):
        bureau.tell(E1, "ELEVATOR_RECORD", "2026-01-02", object=lift, inspection_due_on="2027-07-31")
    return bureau


def states() -> list[ProposalState]:
    return [card.state for card in queries.proposals(viewer=BUREAU)]


def played(rules: Pack | Course) -> set[Told]:
    events = report(BUREAU, [rules], asked_of((START, END), LATER, Selection()))[1]
    return {
        (e.at, s, closed.place_of(e.point, e.object), e.colour.value)
        for s, e in events
        if e.change in STARTS and not e.covered
    }


def test_the_day_itself_is_an_instant_and_nothing_before_it_is_judged_anew() -> None:
    bureau = city()
    trapped(bureau, "L-7", "2026-03-02", 1)
    old, strict = installed(), revised(at("2026-03-03"), line(1))
    number = in_effect(at("2026-03-03 15:00"), strict, date(2026, 3, 5))
    trapped(bureau, "L-8", "2026-03-04", 1)
    assert bureau.touches(E1) == [] and states() == [ProposalState.PUBLISHED]
    bureau.pass_time("2026-03-05")
    told = {t.object: (t.colour, t.started_at, t.pack_hash) for t in triggers.touches(viewer=BUREAU)}
    begun = ("YELLOW", at("2026-03-05"), strict.content_hash)
    assert told == {"L-7": begun, "L-8": begun}, "no fact came: the day itself was judged"
    assert states() == [ProposalState.EFFECTIVE]
    one_second_before = datetime.fromisoformat("2026-03-04T23:59:59+08:00")
    assert rules_at(one_second_before).pack is old and rules_at(at("2026-03-05")).pack == strict
    assert rules_at(at("2026-03-05"), at("2026-03-03 14:59")).pack is old, "not known yet"
    assert number == queries.rulings(viewer=BUREAU, known_at=at("2026-03-05"))[0].proposal
    for as_of, pack in ((one_second_before, old), (at("2026-03-05"), strict)):
        (judged,) = judge_all(as_of, at("2026-03-06"))
        run_classes(at("2026-03-06"), [judged])
        held = portraits.current(viewer=BUREAU, subject=E1)
        assert held is not None and held.pack_hash == pack.content_hash
        shown = {(r.object, r.colour.value) for r in judged.points if r.point == "T02-1"}
        assert (("L-7", "YELLOW") in shown) == (pack is strict), "in batch as online"


def test_online_replay_and_proof_are_one_across_a_change_and_a_roll_back() -> None:
    packs: dict[str, Pack] = {"old": installed()}

    def stricter() -> None:
        packs["strict"] = revised(at("2026-03-25 09:00"), line(1))
        in_effect(at("2026-03-25 09:00"), packs["strict"], date(2026, 4, 1))

    def back() -> None:
        in_effect(at("2026-04-05 09:00"), packs["old"], date(2026, 4, 5))

    lived(3, {"2026-03-25 09:00": stricter, "2026-04-05 09:00": back})
    course = course_at(LATER)
    assert [(since, pack.content_hash) for since, pack in course.parts[1:]] == [
        (instant(at("2026-04-01")), packs["strict"].content_hash),
        (instant(at("2026-04-05 09:00")), packs["old"].content_hash),
    ], "published for today: from that very second"
    was, would = online(), played(course)
    assert len(was) > 3 and was <= would and all(joined(told) for told in would - was)
    for wrong in (packs["old"], packs["strict"], Course(((course.parts[0]), (course.parts[1])))):
        assert not was <= played(wrong), "the planted fault: another course is seen at once"
    by_hash = {t.pack_hash for t in triggers.touches(viewer=BUREAU)}
    assert by_hash == {pack.content_hash for pack in packs.values()}
    words = ["--as-of", END.isoformat(), "--histories", "5", "--days", "150", "--packs", "0", "--json"]
    proof = CliRunner().invoke(prove, words)
    assert proof.exit_code == 0 and json.loads(proof.stdout)["histories"] == 2 * len(LIFTS)
    words = ["--from", START.isoformat(), "--to", END.isoformat(), "--known-at", LATER.isoformat()]
    told = CliRunner().invoke(
        replay, [str(settings.PACKS / "general"), *words, "--against", "then", "--json"]
    )
    versions = json.loads(told.stdout)["report"]["versions"]
    assert [v["hash"] for v in versions] == [packs["old"].content_hash, course.content_hash]
    assert versions[1]["touches"] == len(would)


def test_the_doctor_tells_what_judges_and_a_command_writes_it_out(tmp_path: Path) -> None:
    """Commands that read the installed folder can be given the version in effect, to the same hash."""
    (same,) = health.rules()
    assert same.level is health.Level.OK
    strict = revised(at("2026-03-01"), line(1))
    in_effect(at("2026-03-01"), strict, date(2026, 3, 2))
    (other,) = health.rules()
    assert other.level is health.Level.WARN and strict.content_hash[:12] in other.text
    words = ["write", "--to", str(tmp_path / "mine"), "--json"]
    told = json.loads(CliRunner().invoke(packs, words).stdout)
    assert told["content_hash"] == strict.content_hash == load_pack(tmp_path / "mine").pack.content_hash
    before = ["write", "--to", str(tmp_path / "before"), "--as-of", "2026-03-01", "--json"]
    assert json.loads(CliRunner().invoke(packs, before).stdout)["content_hash"] == installed().content_hash
    again = CliRunner().invoke(packs, words)
    assert again.exit_code != 0 and "不是空目录" in again.output


def test_a_version_is_called_off_before_its_day_and_no_later() -> None:
    bureau, old = city(), installed()
    strict = revised(at("2026-03-01"), line(1))
    trapped(bureau, "L-7", "2026-03-02", 1)
    number = approved(at("2026-03-02"), strict)
    with pytest.raises(ProposalStepError):
        publish(OWNER, at("2026-03-02"), number, date(2026, 3, 1))
    publish(OWNER, at("2026-03-02"), number, date(2026, 3, 5))
    rulebook.call_off(by=OWNER, at=at("2026-03-04"), proposal_id=number, reason="依据有误")
    bureau.pass_time("2026-03-06")
    assert bureau.touches(E1) == [] and states() == [ProposalState.WITHDRAWN]
    assert rules_at(at("2026-03-06")).pack is old
    assert rules_at(at("2026-03-06"), at("2026-03-03")).pack == strict, "as it was known in between"
    second = in_effect(at("2026-03-06"), strict, date(2026, 3, 6))
    with pytest.raises(ProposalStepError):
        rulebook.call_off(by=OWNER, at=at("2026-03-06"), proposal_id=second, reason="晚了")
    bureau.pass_time("2026-03-06 00:01")
    assert [t[:3] for t in bureau.touches(E1)] == [("T02-1", "L-7", "YELLOW")]


def test_a_point_that_was_given_up_still_has_its_name() -> None:
    bureau = city()
    trapped(bureau, "L-7", "2026-03-02", 2)
    dropped = revised(at("2026-03-03"), lambda documents: [d for d in documents if "T02" not in d[0]])
    in_effect(at("2026-03-03"), dropped, date(2026, 3, 4))
    bureau.pass_time("2026-03-10")
    assert bureau.touches(E1)[-1][3] == "OBSERVING", "what began under a version ends under it"
    assert "T02-1" not in rules_at(at("2026-03-10")).points and "T02-1" in points_at(at("2026-03-10"))


def test_a_roll_back_is_a_proposal_and_restores_every_judgement() -> None:
    bureau, old = city(), installed()
    strict = revised(at("2026-03-01"), line(1))
    first = in_effect(at("2026-03-01"), strict, date(2026, 3, 1))
    bureau.pass_time("2026-03-01 00:01")
    trapped(bureau, "L-7", "2026-03-02", 1)
    assert bureau.touches(E1)[-1] == ("T02-1", "L-7", "YELLOW", "OBSERVING")
    second = roll_back(AUTHOR, at("2026-03-03"), BUREAU, first, "误报多，恢复原线")
    with pytest.raises(ProposalStepError):
        publish(OWNER, at("2026-03-03"), second, date(2026, 3, 3))
    publish(OWNER, at("2026-03-03"), approve(at("2026-03-03"), second), date(2026, 3, 4))
    bureau.pass_time("2026-03-04")
    trapped(bureau, "L-8", "2026-03-04", 1)
    assert states() == [ProposalState.EFFECTIVE, ProposalState.SUPERSEDED]
    assert len(bureau.touches(E1)) == 1, "one is nothing in the old version"
    trapped(bureau, "L-7", "2026-03-05", 1)
    assert bureau.touches(E1)[-1] == ("T02-1", "L-7", "YELLOW", "OBSERVING"), "bound to the version between"
    now = at("2026-03-06")
    timeline, world = signals.timeline(viewer=BUREAU, subject=E1), signals.world(viewer=BUREAU)
    (judged,) = judge_all(now, now)
    assert plain(judged) == plain(judge(old, E1, timeline, world, instant(now), instant(now)))
    assert rules_at(now).pack is old and rules_at(at("2026-03-03")).pack == strict, "history stays"
    take_answer(by=MACHINE, at=now, touch_id=bureau.last_touch(E1), answer="DONE")
    bureau.pass_time("2026-06-04")
    assert "NORMAL" not in {t[3] for t in bureau.touches(E1)}, "one within ninety days still shows in it"
    bureau.pass_time("2026-06-10")
    card, dossier = queries.proposal(viewer=BUREAU, proposal_id=second) or (None, {})
    assert card is not None and (card.author_name, card.reason) == (AUTHOR.name, "误报多，恢复原线")
    assert dossier["restores"]["proposal"] == first and dossier["pack"]["hash"] == old.content_hash
    third = roll_back(AUTHOR, at("2026-06-10"), BUREAU, first, "又要更早提醒")
    assert queries.proposals(viewer=BUREAU)[0].id == third, "forward again, as a proposal of its own"
    with pytest.raises(ProposalStepError):
        roll_back(AUTHOR, at("2026-06-10"), BUREAU, third, "还没有施行过")


def test_a_failing_example_refuses_to_go_on_and_is_part_of_what_is_approved() -> None:
    told = [{"id": "X", "name_zh": "例", "passes": False, "why_zh": "应为 YELLOW，实为 NONE"}]
    pack = revised(at("2026-03-01"), line(1))
    with pytest.raises(ProposalStepError, match="示例"):
        approved(at("2026-03-01"), pack, tests=told)
    number = approved(at("2026-03-01"), pack, tests=[{**told[0], "passes": True}])
    hashes = {card.dossier_hash for card in queries.proposals(viewer=BUREAU)}
    assert len(hashes) == 2, "what the examples came to is in the hash"
    publish(OWNER, at("2026-03-01"), number, date(2026, 3, 2))


@pytest.mark.parametrize("guarded", [True, False])
def test_a_queue_that_comes_late_ends_nothing_that_began_meanwhile(
    guarded: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    bureau = city()
    in_effect(at("2026-03-03"), revised(at("2026-03-03"), line(1)), date(2026, 3, 5))
    trapped(bureau, "L-7", "2026-03-05", 1)
    assert [t[:3] for t in bureau.touches(E1)] == [("T02-1", "L-7", "YELLOW")], (
        "the day counts, not the queue"
    )
    if not guarded:  # the planted fault: the fold goes back to midnight, where nothing showed
        monkeypatch.setattr(triggers, "moved_after", lambda **_: set[str]())
    bureau.pass_time("2026-03-06")
    assert (bureau.touches(E1)[-1][3] == "OBSERVING") is guarded
