"""A point is snoozed: what would start is recorded and not acted on, and at the end it starts as ever."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from click.testing import CliRunner
from django.db import IntegrityError, transaction

from tests.journeys.city import BUREAU, Bureau, at, letters
from tests.journeys.rulers import AUTHOR, BOARD, in_effect, installed, line, person, revised
from tests.journeys.test_replaying import END, LIFTS, lived, online
from tests.journeys.test_taking_effect import city, played
from tests.journeys.test_versions import E1, trapped
from zhunsheng.cli.commands.prove import command as prove
from zhunsheng.core.actors import PowerLackingError, Scope, ScopeKind, Viewer
from zhunsheng.engine.versions import Course
from zhunsheng.foundation.evidence.models import AuditEvent
from zhunsheng.judging.rulebook import queries
from zhunsheng.judging.rulebook.lifecycle import ProposalStepError, SnoozeState
from zhunsheng.judging.rulebook.models import Snooze
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.judging.triggers.models import SnoozedTouch
from zhunsheng.registers.registry import queries as registry
from zhunsheng.sensing.signals import queries as signals
from zhunsheng.workflows import judging, snoozing
from zhunsheng.workflows.ruling import course_at

pytestmark = pytest.mark.django_db
BEGUN, UNTIL = at("2026-03-01 09:30"), at("2026-03-20 12:00")


def begin(district: str = "", until: datetime = UNTIL, **more: Any) -> int:
    told = {
        "by": BOARD,
        "at": BEGUN,
        "viewer": BUREAU,
        "point_id": "T02-1",
        "reason": "数据源正在更换",
        **more,
    }
    return snoozing.start(district=district, until=until, **told)


def acted() -> tuple[int, int, int]:
    facts = [f for _, own in signals.timelines(viewer=BUREAU, known_at=at("2027-01-01")) for f in own]
    return len(triggers.touches(viewer=BUREAU)), sum(f.kind == "TOUCH" for f in facts), len(letters(E1))


def test_what_would_start_is_recorded_and_starts_at_the_very_end() -> None:
    bureau = city()
    number = begin()
    trapped(bureau, "L-7", "2026-03-02", 2)
    bureau.pass_time("2026-03-19")
    assert acted() == (0, 0, 0)
    assert triggers.snoozed_counts(viewer=BUREAU, snooze_ids=[number]) == {
        number: [(at("2026-03-02").date(), 1)]
    }
    bureau.pass_time("2026-03-21")
    (touch,) = triggers.touches(viewer=BUREAU)
    assert (touch.point, touch.colour, touch.started_at) == ("T02-1", "YELLOW", UNTIL)
    assert acted()[1:] == (1, 1), "the ordinary message follows, once"
    (card,) = queries.snoozes(viewer=BUREAU, known_at=at("2026-03-21"))
    assert (card.state, card.over_at) == (SnoozeState.ENDED, UNTIL)
    acts = AuditEvent.objects.filter(target=f"snooze:{number}").values_list("action", flat=True)
    assert list(acts) == ["SNOOZE_STARTED", "SNOOZE_ENDED"]


def test_a_snoozed_touch_that_sends_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted fault: judging that does not ask what is snoozed."""
    bureau = city()
    begin()
    monkeypatch.setattr(judging, "snoozed_at", lambda *_: {})
    trapped(bureau, "L-7", "2026-03-02", 2)
    assert acted() != (0, 0, 0)


def test_what_began_before_goes_on_and_a_lift_starts_the_rest_at_once() -> None:
    bureau = city()
    trapped(bureau, "L-7", "2026-02-20", 2)
    number = begin()
    trapped(bureau, "L-8", "2026-03-02", 2)
    trapped(bureau, "L-7", "2026-03-03", 2)
    told = {t.object: t.colour for t in triggers.touches(viewer=BUREAU)}
    assert told == {"L-7": "RED"}, "decision 0050: what began goes on, red and all"
    (card,) = queries.snoozes(viewer=BUREAU, known_at=at("2026-03-04"))
    lifted = at("2026-03-05 10:00")
    snoozing.lift(BOARD, lifted, BUREAU, card, "数据源已恢复")
    bureau.pass_time("2026-03-06")
    told_at = {t.object: t.started_at for t in triggers.touches(viewer=BUREAU)}
    assert told_at["L-8"] == lifted
    (card,) = queries.snoozes(viewer=BUREAU, known_at=at("2026-03-06"))
    assert (card.state, card.ended_why, card.over_at) == (SnoozeState.LIFTED, "数据源已恢复", lifted)
    with pytest.raises(ProposalStepError):
        snoozing.lift(BOARD, at("2026-03-06"), BUREAU, card, "再一次")
    assert AuditEvent.objects.filter(target=f"snooze:{number}", action="SNOOZE_LIFTED").exists()


def test_a_snooze_of_one_district_is_none_elsewhere() -> None:
    bureau = city()
    division = registry.divisions(viewer=BUREAU, keys=[E1])[E1]
    begin("980199")
    trapped(bureau, "L-7", "2026-03-02", 2)
    assert acted()[0] == 1
    scope = Scope(ScopeKind.UNIT_AND_BELOW, districts=frozenset({"980199"}))
    chief = Viewer(BUREAU.audience, BOARD.key, scope=scope)
    for district in ("", division):
        with pytest.raises(PowerLackingError):
            begin(district, viewer=chief)
    begin(division)
    trapped(bureau, "L-8", "2026-03-04", 2)
    assert acted()[0] == 1
    (row,) = SnoozedTouch.objects.all()
    assert triggers.snoozed_counts(viewer=chief, snooze_ids=[row.snooze]) == {}, "another district's file"
    assert triggers.snoozed_of(viewer=BUREAU, subject=E1, snooze_ids=[row.snooze]) == {("T02-1", "L-8")}


def critical() -> str:
    return next(p.id for item in installed().items for p in item.points if p.critical is not None)


def test_who_may_snooze_what_and_for_how_long() -> None:
    city()
    with pytest.raises(PowerLackingError):
        begin(by=AUTHOR)
    for wrong in ({"reason": " "}, {"until": BEGUN}, {"until": at("2026-05-01")}, {"point_id": "T99-9"}):
        with pytest.raises(ProposalStepError):
            begin(**wrong)
    with pytest.raises(ProposalStepError, match="安全红线"):
        begin(point_id=critical())
    in_effect(at("2026-02-20"), revised(at("2026-02-20"), line(1)), at("2026-02-25").date())
    Bureau().pass_time("2026-02-26")
    with pytest.raises(ProposalStepError, match="起草"):
        begin(by=person(AUTHOR.key, "rule.approve"))
    begin()
    with pytest.raises(ProposalStepError, match="已经暂停"):
        begin("980102")
    row = Snooze.objects.values().get()
    for change in ({"until_at": row["started_at"]}, {"reason": ""}, {"state": "ENDED"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Snooze.objects.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Snooze.objects.create(**{**row, "id": None})


def test_online_and_replay_are_one_across_snoozes() -> None:
    begun = [at(f"2026-{month} 09:00") for month in ("02-10", "03-13", "04-14", "05-16")]
    turns = {
        f"{day:%Y-%m-%d %H:%M}": partial(begin, at=day, until=day + timedelta(days=29, seconds=7))
        for day in begun
    }
    lived(3, turns)
    course = course_at(at("2026-08-01"))
    was, would = online(), played(course)
    assert SnoozedTouch.objects.exists() and was and was <= would
    assert not was <= played(Course(course.parts)), "the planted fault: a replay that ignores the snoozes"
    words = ["--as-of", END.isoformat(), "--histories", "5", "--days", "150", "--packs", "0", "--json"]
    proof = CliRunner().invoke(prove, words)
    assert proof.exit_code == 0 and json.loads(proof.stdout)["histories"] == 2 * len(LIFTS)
