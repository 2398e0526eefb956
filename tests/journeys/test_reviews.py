"""Red touches as work: due dates on the real calendar, escalation, hand-over, rest and resumption."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.journeys.city import BUREAU, MACHINE, OFFICER, Bureau, at
from zhunsheng.core.actors import Actor, ActorKind, HumanDecisionRequiredError
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.judging.triggers.actions import tasks
from zhunsheng.judging.triggers.lifecycle import ForbiddenStepError, Step
from zhunsheng.registers.registry import queries as registry
from zhunsheng.workflows import reviewing
from zhunsheng.workflows.answering import take_answer, take_decision

E1 = "91980102MA100A1B2U"
E7 = "91980121MA700N7P1K"
BUSINESS = Actor(ActorKind.BUSINESS, E1, E1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau() -> Bureau:
    city = Bureau()
    city.register(E1, "云汀电梯物业")
    city.register(E7, "崇岛绿源食品", industry="1391", station="崇岛所")
    city.enrol(E1, "T02")
    city.enrol(E7, "T08")
    city.tell(E1, "ELEVATOR_RECORD", "2026-01-02", object="L-7", inspection_due_on="2027-07-31")
    return city


def trapped(bureau: Bureau, day: str, number: int) -> None:
    for n in range(number):
        bureau.tell(E1, "ELEVATOR_TRAPPED", f"{day} 08:0{n}", object="L-7", number=f"{day}-{n}")


def desk(subject: str = E1) -> list[tuple[str, str, str]]:
    told = triggers.tasks(viewer=BUREAU, subject=subject, open_only=True)
    return [(t.kind, str(t.due_on), t.state) for t in told]


COLLEAGUE = replace(OFFICER, key="9801-08", name="方砚")


def decide(bureau: Bureau, when: str, step: Step, subject: str = E1, by: Actor = OFFICER) -> None:
    take_decision(by=by, at=at(when), touch_id=bureau.last_touch(subject), step=step, reason="核对记录")
    bureau.work(at(when))


def test_a_review_is_due_in_five_workdays_and_overdue_work_is_reported(bureau: Bureau) -> None:
    """From Tuesday 2026-09-29: 09-30, the holiday until 10-07, 10-08, 10-09, 10-10 (make-up), 10-12."""
    trapped(bureau, "2026-09-29", 4)
    assert desk() == [("REVIEW", "2026-10-12", "OPEN")]
    (task,) = triggers.tasks(viewer=BUREAU, subject=E1)
    assert "2026-10-10" in task.due_why and "5 个工作日" in task.due_why
    bureau.pass_time("2026-10-12 23:59:58")
    assert desk() == [("REVIEW", "2026-10-12", "OPEN")]
    bureau.pass_time("2026-10-12 23:59:59")
    assert desk() == [("REVIEW", "2026-10-12", "OVERDUE")]
    decide(bureau, "2026-10-13", Step.EXPLAINED)
    assert desk() == []
    history = [change for change, *_ in triggers.task_history(viewer=BUREAU, task_id=task.id)]
    assert history == ["OPENED", "PASSED_DUE", "FINISHED"]


def test_the_lead_clock_runs_from_the_red_and_not_from_when_somebody_opened_it(bureau: Bureau) -> None:
    trapped(bureau, "2026-08-11", 4)
    decide(bureau, "2026-08-14", Step.SUSPECTED)
    assert desk() == [("LEAD_DUE", "2026-09-01", "OPEN")]
    (lead,) = triggers.tasks(viewer=BUREAU, subject=E1, open_only=True)
    with pytest.raises(HumanDecisionRequiredError):
        reviewing.extend(MACHINE, at("2026-08-20"), lead.id, "检测未出")
    reviewing.extend(OFFICER, at("2026-08-20"), lead.id, "检测未出")
    assert desk() == [("LEAD_DUE", "2026-09-21", "OPEN")]
    with pytest.raises(tasks.TaskError):
        reviewing.extend(OFFICER, at("2026-08-21"), lead.id, "再延一次")
    bureau.pass_time("2026-09-20")
    assert desk() == [("LEAD_DUE", "2026-09-21", "OPEN")]
    bureau.pass_time("2026-09-22")
    assert desk() == [("LEAD_DUE", "2026-09-21", "OVERDUE")]


def test_a_fixable_matter_is_corrected_reported_and_rechecked(bureau: Bureau) -> None:
    trapped(bureau, "2026-08-11", 4)
    decide(bureau, "2026-08-12", Step.FIXABLE)
    assert [kind for kind, *_ in desk()] == ["CORRECTION_DUE"]
    take_answer(by=BUSINESS, at=at("2026-08-20"), touch_id=bureau.last_touch(E1), answer="DONE")
    assert desk() == [("RECHECK_DUE", "2026-09-03", "OPEN")]
    decide(bureau, "2026-08-28", Step.RECHECK_PASSED, by=COLLEAGUE)
    assert desk() == []
    assert bureau.touches(E1)[-1][3] == "NORMAL"


def test_story_18_a_failed_recheck_is_a_lead_whose_clock_runs_from_the_recheck(bureau: Bureau) -> None:
    trapped(bureau, "2026-05-11", 4)
    decide(bureau, "2026-05-12", Step.FIXABLE)
    take_answer(by=BUSINESS, at=at("2026-06-01"), touch_id=bureau.last_touch(E1), answer="DONE")
    decide(bureau, "2026-06-12", Step.RECHECK_FAILED, by=COLLEAGUE)
    due = str(bureau.library.calendar.after_workdays(at("2026-06-12").date(), 15).on)
    assert desk() == [("LEAD_DUE", due, "OPEN")]


@pytest.mark.parametrize("step", [Step.RECTIFIED, Step.OBSERVED, Step.REPLY_MISSED, Step.SUSPEND])
def test_what_time_and_facts_decide_no_person_may_decide(bureau: Bureau, step: Step) -> None:
    trapped(bureau, "2026-08-11", 2)
    with pytest.raises(ForbiddenStepError):
        decide(bureau, "2026-08-12", step)
    assert bureau.touches(E1)[-1][3] == "OBSERVING"


def test_a_missed_reply_becomes_a_review_with_its_own_due_date(bureau: Bureau) -> None:
    trapped(bureau, "2026-08-11", 2)
    assert desk() == []
    bureau.pass_time("2026-08-20 23:59:59")
    assert bureau.touches(E1)[-1][2:] == ("YELLOW", "OFFSITE_REVIEW")
    assert desk() == [("REVIEW", "2026-08-27", "OPEN")]


def test_story_12_a_red_from_a_test_report_is_locked_to_what_failed(bureau: Bureau) -> None:
    failed = bureau.tell(
        E7,
        "SAMPLING_RESULT",
        "2026-06-10",
        object="米粉 26-118",
        field="FOOD_PRODUCTION",
        result="FAIL",
        nature="SAFETY",
    )
    (review, *_) = triggers.tasks(viewer=BUREAU, subject=E7)
    assert review.scope == {"item": "T08", "point": "T08-1", "object": "", "facts": [failed]}
    assert review.station == "崇岛所"


def test_a_station_merges_and_a_person_leaves_work_moves_with_its_history(bureau: Bureau) -> None:
    trapped(bureau, "2026-08-11", 4)
    (task,) = triggers.tasks(viewer=BUREAU, subject=E1)
    tasks.take(by=OFFICER, at=at("2026-08-12"), task_id=task.id)
    moved = reviewing.merge_stations(OFFICER, at("2026-08-13"), "汀前所", "汀中所", "机构改革")
    assert moved == 1
    (after,) = triggers.tasks(viewer=BUREAU, station="汀中所")
    assert (after.id, after.due_on, after.holder) == (task.id, task.due_on, OFFICER.key)
    card = registry.get(viewer=BUREAU, key=E1)
    assert card is not None and card.station == "汀中所"
    assert tasks.hand_over(
        by=OFFICER, at=at("2026-08-14"), reason="调离", holder=(OFFICER.key, "9801-08")
    ) == [task.id]
    notes = [note for *_, note in triggers.task_history(viewer=BUREAU, task_id=task.id)]
    assert notes == [
        "汀前所",
        f" → {OFFICER.key} 程岚",
        "汀前所 → 汀中所：机构改革",
        f"{OFFICER.key} → 9801-08：调离",
    ]
    assert triggers.tasks(viewer=BUREAU, station="汀前所", open_only=True) == []
    with pytest.raises(HumanDecisionRequiredError):
        tasks.hand_over(by=MACHINE, at=at("2026-08-14"), reason="x", holder=("9801-08", "y"))


def test_dormancy_rests_a_touch_and_its_clocks_and_both_go_on_afterwards(bureau: Bureau) -> None:
    trapped(bureau, "2026-03-02", 2)
    (touch,) = triggers.touches(viewer=BUREAU, subject=E1)
    assert str(touch.reply_due_on) == "2026-03-11"
    bureau.tell(E1, "SUBJECT_STATE", "2026-03-05", state="DORMANT")
    bureau.pass_time("2026-03-20")
    assert bureau.touches(E1)[-1][3] == "SUSPENDED"
    bureau.tell(E1, "SUBJECT_STATE", "2026-03-25", state="ACTIVE")
    (touch,) = triggers.touches(viewer=BUREAU, subject=E1)
    assert (touch.state, str(touch.reply_due_on)) == ("OBSERVING", "2026-03-31")
    bureau.pass_time("2026-03-31 23:59:58")
    assert bureau.touches(E1)[-1][3] == "OBSERVING"
    bureau.pass_time("2026-03-31 23:59:59")
    assert bureau.touches(E1)[-1][3] == "OFFSITE_REVIEW"


def test_a_review_rests_with_its_touch_and_is_taken_up_as_a_review(bureau: Bureau) -> None:
    trapped(bureau, "2026-08-11", 4)
    bureau.tell(E1, "SUBJECT_STATE", "2026-08-12", state="DORMANT")
    assert desk() == [("REVIEW", "2026-08-18", "RESTING")]
    bureau.pass_time("2026-08-20")
    assert desk() == [("REVIEW", "2026-08-18", "RESTING")]
    bureau.tell(E1, "SUBJECT_STATE", "2026-08-22", state="ACTIVE")
    assert desk() == [("REVIEW", "2026-08-28", "OPEN")]
    bureau.pass_time("2026-08-29")
    assert desk() == [("REVIEW", "2026-08-28", "OVERDUE")]


def test_nothing_new_begins_for_who_is_deregistered(bureau: Bureau) -> None:
    bureau.tell(E1, "SUBJECT_STATE", "2026-03-05", state="DEREGISTERED")
    trapped(bureau, "2026-03-06", 4)
    assert bureau.touches(E1)[-1][3] == "SUSPENDED"
    assert desk() == []
    bureau.tell(E1, "ELEVATOR_FAULT", "2026-03-07", object="L-7", ran_unchecked=True)
    assert {t[3] for t in bureau.touches(E1)} == {"SUSPENDED"}
    assert desk() == []
