"""The queue of deadlines: told once a level, at its own instant, whatever the worker's clock does (F-08)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction

from zhunsheng.core.actors import Actor, ActorKind, HumanDecisionRequiredError, Viewer
from zhunsheng.core.clock import SHANGHAI, FixedClock
from zhunsheng.core.deadlines.icalendar import CalendarEntry, icalendar
from zhunsheng.core.deadlines.regimes import Authority, PauseReason, UnlawfulClockError
from zhunsheng.engine.library import open_library
from zhunsheng.foundation.schedule import queries as clocks
from zhunsheng.foundation.schedule.actions import deadlines, years
from zhunsheng.foundation.schedule.lifecycle import ClosedDeadlineError
from zhunsheng.foundation.schedule.models import DeadlineStep
from zhunsheng.workflows import escalating
from zhunsheng.workflows.running import turn_inside

pytestmark = pytest.mark.django_db
TERMS = open_library(Path(__file__).parents[3] / "packs").clocks
OFFICER = Actor(ActorKind.PERSON, "9801-07", "程岚")
BUREAU = Viewer.bureau("test")
History = list[tuple[str, str, tuple[str, ...]]]


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def open_lead(key: str = "lead:1", started: str = "2026-08-11 10:00", clock: str = "lead.verify") -> str:
    of = deadlines.Matter(key, key, "气瓶线索核查", "9801-07")
    deadlines.open_deadline(
        by=OFFICER, at=at(started), of=of, clock=clock, started_at=at(started), terms=TERMS
    )
    return key


def history(key: str) -> History:
    return [
        (f"{s.at.astimezone(SHANGHAI):%m-%d %H:%M:%S}", s.kind, s.told)
        for s in clocks.steps_of(viewer=BUREAU, key=key)
    ]


def work(*moments: str) -> None:
    clock = FixedClock(at(moments[0]))
    for moment in moments:
        clock.move_to(at(moment))
        turn_inside(clock, escalating.HANDLES)


LEVELS: History = [
    ("08-28 09:00:00", "SOON", ("HANDLER",)),
    ("09-01 09:00:00", "DUE", ("HANDLER", "CHIEF")),
    ("09-02 00:00:00", "OVERDUE", ("HANDLER", "CHIEF", "LEADER")),
    ("09-04 09:00:00", "OVERDUE_LONG", ("LEADER", "SUPERVISION")),
]


@pytest.mark.parametrize(
    "moments",
    [
        ["2026-12-01"],
        [f"2026-{m:02d}-{d:02d} {h:02d}:00" for m in (8, 9) for d in range(12, 31) for h in (3, 9, 15)],
        [
            "2026-09-01 12:00",
            "2026-08-30 12:00",
            "2026-09-01 11:00",
            "2026-09-03",
            "2026-09-01",
            "2026-09-05",
        ],
        ["2026-08-28 08:59:59", "2026-08-28 09:00:00", "2026-09-02 00:00:00", "2026-10-01"],
    ],
    ids=["one jump", "three looks a day", "stepped back and forth", "to the second"],
)
def test_every_clock_tells_the_same_story(moments: list[str]) -> None:
    key = open_lead()
    work(*moments)
    assert history(key)[1:] == LEVELS


def test_a_late_worker_records_the_instants_that_were_set_not_its_own() -> None:
    key = open_lead()
    machine = Actor.service("late")
    deadlines.escalate(by=machine, at=at("2026-12-01 17:00"), key=key, terms=TERMS)
    assert history(key)[1:] == LEVELS
    assert deadlines.escalate(by=machine, at=at("2026-12-02"), key=key, terms=TERMS) == []


def test_the_last_second_is_not_overdue() -> None:
    key = open_lead()
    work("2026-09-01 23:59:59")
    assert [kind for _, kind, _ in history(key)] == ["STARTED", "SOON", "DUE"]
    work("2026-09-02 00:00:00")
    assert [kind for _, kind, _ in history(key)][-1] == "OVERDUE"


def test_done_in_time_nobody_is_told_any_more() -> None:
    key = open_lead()
    deadlines.meet(by=OFFICER, at=at("2026-08-20"), key=key, met_at=at("2026-08-20"), terms=TERMS)
    work("2026-12-01")
    assert [kind for _, kind, _ in history(key)] == ["STARTED", "MET"]
    with pytest.raises(ClosedDeadlineError):
        deadlines.meet(by=OFFICER, at=at("2026-08-21"), key=key, met_at=at("2026-08-21"), terms=TERMS)


def test_a_pause_moves_the_levels_and_an_extension_begins_them_anew() -> None:
    key = open_lead()
    pause = {"by": OFFICER, "at": at("2026-08-17"), "key": key, "reason": PauseReason.TESTING}
    deadlines.pause(**pause, first_on=dt.date(2026, 8, 17), terms=TERMS)  # type: ignore[arg-type]
    work("2026-12-01")
    (card,) = clocks.due_list(viewer=BUREAU, at=at("2026-12-01"), terms=TERMS)
    assert (card.state, card.nearness) == ("PAUSED", "UNKNOWN")
    deadlines.resume(by=OFFICER, at=at("2026-08-28"), key=key, last_on=dt.date(2026, 8, 28), terms=TERMS)
    work("2026-09-15 12:00")
    assert history(key)[-1][1] == "DUE"
    extend = {"by": OFFICER, "key": key, "authority": Authority.LEADER, "reason": "情况特殊", "terms": TERMS}
    deadlines.extend(**extend, at=at("2026-09-15 13:00"), decided_on=dt.date(2026, 9, 15))  # type: ignore[arg-type]
    (card,) = clocks.due_list(viewer=BUREAU, at=at("2026-09-15 13:00"), terms=TERMS)
    assert (str(card.due_on), card.state, card.level) == ("2026-10-12", "EXTENDED", "NONE")
    work("2026-12-01")
    assert [kind for _, kind, _ in history(key)][-4:] == ["SOON", "DUE", "OVERDUE", "OVERDUE_LONG"]
    with pytest.raises(UnlawfulClockError):
        deadlines.extend(**extend, at=at("2026-12-01"), decided_on=dt.date(2026, 12, 1))  # type: ignore[arg-type]


def test_only_a_person_extends_and_announces() -> None:
    key = open_lead()
    machine = Actor.service("judge")
    with pytest.raises(HumanDecisionRequiredError):
        deadlines.extend(
            by=machine,
            at=at("2026-08-20"),
            key=key,
            authority=Authority.LEADER,
            decided_on=dt.date(2026, 8, 20),
            reason="x",
            terms=TERMS,
        )
    with pytest.raises(HumanDecisionRequiredError):
        years.announce_year(
            by=machine, at=at("2026-12-01"), year=2027, holidays=[], make_up=[], source="x", terms=TERMS
        )


def test_a_year_not_announced_is_told_and_announcing_it_moves_the_queue() -> None:
    key = open_lead(started="2026-12-25 10:00")
    (card,) = clocks.due_list(viewer=BUREAU, at=at("2026-12-26"), terms=TERMS)
    assert card.nearness == "UNKNOWN" and "尚未公布" in card.trace[-1].zh()
    work("2027-01-20")
    assert history(key)[-1] == ("01-09 09:00:00", "YEAR_UNKNOWN", ("HANDLER", "CHIEF"))
    moved = years.announce_year(
        by=OFFICER,
        at=at("2027-01-20"),
        year=2027,
        holidays=[dt.date(2027, 1, 1)],
        make_up=[],
        source="云汀市政府办公室转发的放假通知（示例）",
        terms=TERMS,
    )
    assert moved == 1
    merged = clocks.terms(viewer=BUREAU, base=TERMS)
    (card,) = clocks.due_list(viewer=BUREAU, at=at("2027-01-15"), terms=merged)
    assert str(card.due_on) == "2027-01-18"
    with pytest.raises(ValueError, match="2027"):
        years.announce_year(
            by=OFFICER,
            at=at("2027-01-20"),
            year=2027,
            holidays=[dt.date(2026, 1, 1)],
            make_up=[],
            source="x",
            terms=TERMS,
        )


def test_due_today_this_week_overdue_and_nothing_for_strangers() -> None:
    open_lead("lead:late", "2026-08-10 10:00")
    open_lead("lead:today", "2026-08-11 10:00")
    open_lead("lead:week", "2026-08-13 10:00")
    open_lead("lead:later", "2026-08-25 10:00")
    cards = clocks.due_list(viewer=BUREAU, at=at("2026-09-01 10:00"), terms=TERMS)
    assert [(c.key, c.nearness) for c in cards] == [
        ("lead:late", "OVERDUE"),
        ("lead:today", "TODAY"),
        ("lead:week", "THIS_WEEK"),
        ("lead:later", "LATER"),
    ]
    assert all(card.trace for card in cards)
    for viewer in (Viewer.business("lead:late"),):
        assert clocks.due_list(viewer=viewer, at=at("2026-09-01"), terms=TERMS) == []
        assert clocks.steps_of(viewer=viewer, key="lead:late") == []


def test_hours_are_told_in_hours() -> None:
    key = open_lead(started="2026-09-30 22:00", clock="urgent.approval")
    work("2026-12-01")
    assert [(when, kind) for when, kind, _ in history(key)][1:] == [
        ("10-01 16:00:00", "SOON"),
        ("10-01 20:00:00", "DUE"),
        ("10-01 22:00:01", "OVERDUE"),
        ("10-02 22:00:00", "OVERDUE_LONG"),
    ]


def test_history_cannot_be_rewritten() -> None:
    open_lead()
    with pytest.raises(DatabaseError), transaction.atomic():
        DeadlineStep.objects.update(note="x")


def test_icalendar_is_stable_folded_and_escaped() -> None:
    entry = CalendarEntry("lead:1", dt.date(2026, 9, 1), "核查; 立案, 气瓶" * 5, "第一行\n第二行\\")
    text = icalendar([entry], stamped_at=at("2026-08-11"), host="example.invalid")
    assert text == icalendar([entry], stamped_at=at("2026-08-11"), host="example.invalid")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    unfolded = text.replace("\r\n ", "")
    assert "DTSTART;VALUE=DATE:20260901\r\nDTEND;VALUE=DATE:20260902" in unfolded
    assert "核查\\; 立案\\, 气瓶" in unfolded and "第一行\\n第二行\\\\" in unfolded
