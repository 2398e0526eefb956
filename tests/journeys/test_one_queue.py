"""Answers that are awaited and tasks of review stand in the one queue of deadlines, and leave it again."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db.models import F, Value
from django.db.models.functions import Concat

from tests.journeys.city import BUREAU, MACHINE, OFFICER, Bureau, at
from tests.journeys.test_reviews import BUSINESS, E1, bureau, decide, trapped
from zhunsheng.foundation.schedule import actions as schedule
from zhunsheng.foundation.schedule import queries as clocks
from zhunsheng.foundation.schedule.models import DeadlineEntry, DueRow
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.judging.triggers.actions import tasks
from zhunsheng.judging.triggers.lifecycle import Step
from zhunsheng.workflows import reviewing
from zhunsheng.workflows.answering import take_answer
from zhunsheng.workflows.terms import clock_terms

__all__ = ["bureau"]
pytestmark = pytest.mark.django_db


def queue(now: str) -> list[tuple[str, str, str]]:
    """(clock, due on, state) of what is open."""
    cards = clocks.due_list(viewer=BUREAU, at=at(now), terms=clock_terms())
    return [(card.clock, str(card.due_on), card.state.value) for card in cards]


def history(clock: str) -> list[tuple[str, str]]:
    (entry,) = DeadlineEntry.objects.filter(clock=clock)
    steps = clocks.steps_of(viewer=BUREAU, key=entry.key)
    return [(f"{step.at.astimezone(at('2026-01-01').tzinfo):%m-%d %H:%M:%S}", step.kind) for step in steps]


def test_an_answer_is_awaited_until_it_is_given(bureau: Bureau) -> None:
    trapped(bureau, "2026-08-11", 2)
    (touch,) = triggers.touches(viewer=BUREAU, subject=E1)
    (card,) = clocks.due_list(viewer=BUREAU, at=at("2026-08-11 12:00"), terms=clock_terms())
    assert (card.clock, card.due_on, card.state) == ("touch.reply", touch.reply_due_on, "RUNNING")
    assert card.handler == "汀前所" and "期限：7 个工作日" in [sentence.zh() for sentence in card.trace]
    bureau.pass_time("2026-08-19")
    take_answer(by=BUSINESS, at=at("2026-08-19 10:00"), touch_id=touch.id, answer="DONE")
    bureau.pass_time("2026-12-01")
    assert queue("2026-12-01") == []
    assert history("touch.reply")[1:] == [("08-18 09:00:00", "SOON"), ("08-19 10:00:00", "MET")]


@pytest.mark.parametrize(
    "looks", [["2026-09-05"], ["2026-08-19", "2026-08-20 23:59:59", "2026-08-28", "2026-09-05"]]
)
def test_a_missed_answer_lapses_and_its_review_escalates_alike_in_every_replay(
    bureau: Bureau, looks: list[str]
) -> None:
    trapped(bureau, "2026-08-11", 2)
    for look in looks:
        bureau.pass_time(look)
    assert queue("2026-09-05") == [("task.review", "2026-08-27", "MISSED")]
    told = [("08-18 09:00:00", "SOON"), ("08-20 09:00:00", "DUE"), ("08-20 23:59:59", "LAPSED")]
    assert history("touch.reply")[1:] == told
    levels = [("08-25 09:00:00", "SOON"), ("08-27 09:00:00", "DUE")]
    levels += [("08-28 00:00:00", "OVERDUE"), ("09-01 09:00:00", "OVERDUE_LONG")]
    assert history("task.review")[1:] == levels
    decide(bureau, "2026-09-06", Step.EXPLAINED)
    assert queue("2026-09-06") == [] and history("task.review")[-1][1] == "MET"


def test_what_is_put_right_needs_no_answer(bureau: Bureau) -> None:
    bureau.enrol(E1, "T01")
    bureau.tell(E1, "ELEVATOR_RECORD", "2026-06-29", object="L-8", inspection_due_on="2026-07-31")
    bureau.pass_time("2026-07-01")
    assert queue("2026-07-01") == [("touch.reply", "2026-07-10", "RUNNING")]
    bureau.tell(E1, "ELEVATOR_RECORD", "2026-07-03", object="L-8", inspection_due_on="2027-07-31")
    bureau.pass_time("2026-07-20")
    assert queue("2026-07-20") == [] and history("touch.reply")[1:] == [("07-03 00:00:00", "LIFTED")]


def test_days_of_rest_are_not_counted(bureau: Bureau) -> None:
    trapped(bureau, "2026-03-02", 2)
    bureau.tell(E1, "SUBJECT_STATE", "2026-03-05", state="DORMANT")
    assert queue("2026-03-06") == [("touch.reply", "None", "PAUSED")]
    bureau.pass_time("2026-03-20")
    bureau.tell(E1, "SUBJECT_STATE", "2026-03-25", state="ACTIVE")
    assert queue("2026-03-26") == [("touch.reply", "2026-03-31", "RUNNING")]
    assert str(triggers.touches(viewer=BUREAU, subject=E1)[0].reply_due_on) == "2026-03-31"


def test_who_rests_and_goes_on_on_one_day_loses_none_and_may_rest_again(bureau: Bureau) -> None:
    trapped(bureau, "2026-03-02", 2)
    for hour, state in ((9, "DORMANT"), (10, "ACTIVE"), (11, "DORMANT"), (12, "ACTIVE")):
        bureau.tell(E1, "SUBJECT_STATE", f"2026-03-05 {hour:02d}:00", state=state)
    assert queue("2026-03-06") == [("touch.reply", "2026-03-11", "RUNNING")]


def test_a_task_in_hand_is_its_holders_and_a_lead_is_extended_in_the_queue(bureau: Bureau) -> None:
    trapped(bureau, "2026-08-11", 4)
    decide(bureau, "2026-08-14", Step.SUSPECTED)
    (lead,) = triggers.tasks(viewer=BUREAU, subject=E1, open_only=True)
    tasks.take(by=OFFICER, at=at("2026-08-15"), task_id=lead.id)
    due = tasks.extend(
        by=OFFICER, at=at("2026-08-20"), task_id=lead.id, reason="检测未出", terms=clock_terms()
    )
    (card,) = clocks.due_list(viewer=BUREAU, at=at("2026-08-21"), terms=clock_terms())
    assert (card.handler, card.due_on, card.state) == (OFFICER.key, due, "EXTENDED")
    assert (card.clock, str(due)) == ("task.lead_due", "2026-09-21")


def test_what_was_open_before_the_queue_was_one_keeps_its_dates(bureau: Bureau) -> None:
    trapped(bureau, "2026-08-11", 2)
    before = queue("2026-08-12")
    DeadlineEntry.objects.update(key=Concat(Value("old:"), F("key")), closed_at=at("2026-08-12"))
    DueRow.objects.filter(topic="deadline").delete()
    import_module("zhunsheng.judging.triggers.migrations.0009_one_queue").enter(apps, None)
    assert queue("2026-08-12") == before == [("touch.reply", "2026-08-20", "RUNNING")]
    bureau.pass_time("2026-08-21")
    assert [clock for clock, *_ in queue("2026-08-21")] == ["task.review"]
    assert all(row.due_at > at("2026-08-20") + timedelta(hours=23) for row in DueRow.objects.all())


def carriers(clock: str) -> list[tuple[str, str]]:
    """(topic, instant) of what waits for the deadline of a clock, and of anything beside it."""
    (entry,) = DeadlineEntry.objects.filter(clock=clock, closed_at=None)
    assert not DueRow.objects.filter(topic__in=["task.due", "touch.reply"]).exists()
    rows = DueRow.objects.filter(key=entry.key, topic="until")
    return [(row.topic, f"{row.due_at.astimezone(at('2026-01-01').tzinfo):%m-%d %H:%M:%S}") for row in rows]


def test_what_follows_hangs_on_the_deadline_alone_and_moves_with_it(bureau: Bureau) -> None:
    trapped(bureau, "2026-08-11", 4)
    decide(bureau, "2026-08-14", Step.SUSPECTED)
    (lead,) = triggers.tasks(viewer=BUREAU, subject=E1, open_only=True)
    assert carriers("task.lead_due") == [("until", "09-01 23:59:59")]
    reviewing.extend(OFFICER, at("2026-08-20"), lead.id, "检测未出")
    assert carriers("task.lead_due") == [("until", "09-21 23:59:59")]
    bureau.pass_time("2026-09-21 23:59:58")
    assert triggers.tasks(viewer=BUREAU, subject=E1, open_only=True)[0].state == "OPEN"
    bureau.pass_time("2026-09-21 23:59:59")
    assert triggers.tasks(viewer=BUREAU, subject=E1, open_only=True)[0].state == "OVERDUE"
    assert carriers("task.lead_due") == []


def test_a_worker_that_slept_past_reply_and_observation_tells_the_same(bureau: Bureau) -> None:
    trapped(bureau, "2026-08-11", 2)
    assert carriers("touch.reply") == [("until", "08-20 23:59:59")]
    while schedule.hand_over(by=MACHINE, at=at("2026-12-01")):
        bureau.work(at("2026-12-01"))
    (touch,) = triggers.touches(viewer=BUREAU, subject=E1)
    assert touch.state == "OFFSITE_REVIEW"
    steps = [(s.step, s.at) for s in triggers.steps(viewer=BUREAU, touch_id=touch.id)]
    assert steps[-1] == (Step.REPLY_MISSED, at("2026-08-20 23:59:59"))
    assert history("touch.reply")[-1] == ("08-20 23:59:59", "LAPSED")


def test_instants_that_stood_beside_move_onto_their_deadlines(bureau: Bureau) -> None:
    trapped(bureau, "2026-08-11", 2)
    (touch,) = triggers.touches(viewer=BUREAU, subject=E1)
    DueRow.objects.filter(topic="until").update(topic="touch.reply", key=str(touch.id))
    DueRow.objects.create(topic="task.due", key="999999", due_at=at("2026-08-20"))
    import_module("zhunsheng.foundation.schedule.migrations.0005_one_carrier").hang_on_the_deadline(
        apps, None
    )
    assert carriers("touch.reply") == [("until", "08-20 23:59:59")]
    bureau.pass_time("2026-08-21")
    assert [clock for clock, *_ in queue("2026-08-21")] == ["task.review"]
