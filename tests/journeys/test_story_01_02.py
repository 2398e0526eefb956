"""Story 1, yellow that helps; story 2, red without yellow. On the real 2026 calendar."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys.city import BUREAU, MACHINE, OFFICER, Bureau, at, letters
from zhunsheng.core.actors import HumanDecisionRequiredError
from zhunsheng.engine.reference import judge
from zhunsheng.foundation.outreach import actions as outreach
from zhunsheng.foundation.outreach import queries as messages
from zhunsheng.foundation.outreach.lifecycle import MessageState
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.judging.triggers.actions import tasks, visits
from zhunsheng.judging.triggers.lifecycle import ForbiddenStepError, Step
from zhunsheng.sensing.signals import queries as signals
from zhunsheng.workflows.answering import take_answer, take_decision
from zhunsheng.workflows.classing import judge_all, run_classes
from zhunsheng.workflows.enrolling import apply_for
from zhunsheng.workflows.terms import clock_terms

E1 = "91980102MA100A1B2U"
E2 = "91980103MA200C2D2N"
pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau() -> Bureau:
    city = Bureau()
    city.register(E1, "云汀电梯物业")
    city.register(E2, "西浦气瓶充装", industry="4512")
    city.enrol(E1, "T01", "T02")
    city.enrol(E2, "T04")
    return city


def lift(bureau: Bureau, name: str) -> None:
    bureau.tell(E1, "ELEVATOR_RECORD", "2026-01-02", object=name, inspection_due_on="2026-07-31")


def points_of(subject: str, when: str) -> int:
    facts = signals.timeline(viewer=BUREAU, subject=subject)
    moment = int(at(when).timestamp())
    return judge(Bureau().library.pack, subject, facts, [], moment, moment).models[0].score


def test_story_1_time_touches_the_line_and_help_is_sent(bureau: Bureau) -> None:
    lift(bureau, "L-7")
    lift(bureau, "L-8")
    bureau.tell(E1, "ELEVATOR_INSPECTION_APPLIED", "2026-06-20", object="L-8")
    score = points_of(E1, "2026-06-30")
    bureau.pass_time("2026-06-30 23:59:59")
    assert bureau.touches(E1) == []
    bureau.pass_time("2026-07-01")
    assert bureau.touches(E1) == [("T01-1", "L-7", "YELLOW", "OBSERVING")]
    (touch,) = triggers.touches(viewer=BUREAU, subject=E1)
    assert str(touch.reply_due_on) == "2026-07-10"
    assert "7 个工作日" in touch.reply_why
    (letter,) = letters(E1)
    assert "L-7" in letter.text and "违法" not in letter.text
    assert messages.totals(viewer=BUREAU)["QUEUED"] == 1

    bureau.tell(E1, "ELEVATOR_INSPECTION_APPLIED", "2026-07-06 10:00", object="L-7")
    assert bureau.touches(E1) == [("T01-1", "L-7", "YELLOW", "NORMAL")]
    assert points_of(E1, "2026-07-07") == score
    bureau.pass_time("2026-08-15")
    assert [t for t in bureau.touches(E1) if t[3] != "NORMAL"] == []


def sms() -> dict[str, int]:
    """Short messages by state."""
    return {state: n for state, n in messages.totals(viewer=BUREAU).items() if state != "segments"}


def fail_sms(bureau: Bureau, number: int, when: str) -> None:
    """The gateway says that the short message of the newest touch did not arrive."""
    outreach.take_receipt(
        by=MACHINE,
        at=at(when),
        key=f"SMS:{bureau.last_touch(E1)}:{number}",
        told=MessageState.FAILED,
        policy=bureau.library.message_policy,
    )
    bureau.work(at(when))


def test_story_1_trap_a_dead_number_ends_on_the_visit_list_and_is_no_mark(bureau: Bureau) -> None:
    lift(bureau, "L-7")
    bureau.pass_time("2026-07-01")
    score = points_of(E1, "2026-07-02")
    fail_sms(bureau, 1, "2026-07-01 09:00")
    assert triggers.visit_list(viewer=BUREAU) == []
    bureau.pass_time("2026-07-02 08:59:59")
    assert sms() == {"FAILED": 1}
    bureau.pass_time("2026-07-02 09:00")
    assert sms() == {"FAILED": 1, "QUEUED": 1}
    fail_sms(bureau, 2, "2026-07-02 09:30")
    ((subject, reason, _),) = triggers.visit_list(viewer=BUREAU)
    assert subject == E1 and "不作任何记录" in reason
    bureau.pass_time("2026-07-05")
    assert sms() == {"FAILED": 2}
    assert points_of(E1, "2026-07-05") == score
    assert bureau.touches(E1) == [("T01-1", "L-7", "YELLOW", "OBSERVING")]
    with pytest.raises(HumanDecisionRequiredError):
        visits.note_visit(by=MACHINE, at=at("2026-07-06"), subject=E1, note="号码已更新")
    visits.note_visit(by=OFFICER, at=at("2026-07-06"), subject=E1, note="号码已更新")
    assert triggers.visit_list(viewer=BUREAU) == []


def test_who_has_answered_is_not_reminded_again(bureau: Bureau) -> None:
    lift(bureau, "L-7")
    bureau.pass_time("2026-07-01")
    fail_sms(bureau, 1, "2026-07-01 09:00")
    take_answer(by=MACHINE, at=at("2026-07-01 10:00"), touch_id=bureau.last_touch(E1), answer="HELP")
    bureau.pass_time("2026-07-03")
    assert sms() == {"FAILED": 1}


def test_without_a_telephone_the_letter_lies_in_the_inbox_and_the_station_goes_there(bureau: Bureau) -> None:
    bureau.register(E1, "云汀电梯物业", phone="")
    lift(bureau, "L-7")
    bureau.pass_time("2026-07-01")
    assert len(letters(E1)) == 1
    assert [(s, why[:6]) for s, why, _ in triggers.visit_list(viewer=BUREAU)] == [(E1, "没有联系电话")]


def test_no_answer_by_the_reply_date_turns_yellow_to_a_review_off_site(bureau: Bureau) -> None:
    lift(bureau, "L-7")
    bureau.pass_time("2026-07-10 23:59:58")
    assert bureau.touches(E1)[0][3] == "OBSERVING"
    bureau.pass_time("2026-07-10 23:59:59")
    assert bureau.touches(E1)[0][3] == "OFFSITE_REVIEW"
    kinds = [f.kind for f in signals.timeline(viewer=BUREAU, subject=E1)]
    assert kinds.count("TOUCH_MISSED") == 1


@pytest.mark.parametrize("answer", ["DONE", "HELP"])
def test_an_answer_keeps_the_reply_date_but_not_the_observation(bureau: Bureau, answer: str) -> None:
    lift(bureau, "L-7")
    bureau.pass_time("2026-07-01")
    take_answer(by=MACHINE, at=at("2026-07-03"), touch_id=bureau.last_touch(E1), answer=answer)
    bureau.pass_time("2026-07-11")
    assert bureau.touches(E1)[0][3] == "OBSERVING"
    bureau.pass_time("2026-07-31 23:59:59")
    assert bureau.touches(E1)[0][3] == "OFFSITE_REVIEW"


def test_a_second_yellow_in_the_observation_period_is_red(bureau: Bureau) -> None:
    for number, day in enumerate(("2026-05-01", "2026-06-01")):
        bureau.tell(E1, "ELEVATOR_RECORD", "2026-01-02", object="L-7", inspection_due_on="2027-07-31")
        bureau.tell(E1, "ELEVATOR_TRAPPED", day, object="L-7", number=f"n{number}")
    assert bureau.touches(E1) == [("T02-1", "L-7", "YELLOW", "OBSERVING")]
    take_answer(by=MACHINE, at=at("2026-06-02"), touch_id=bureau.last_touch(E1), answer="DONE")
    bureau.work(at("2026-06-02"))
    bureau.pass_time("2026-07-30")
    assert bureau.touches(E1)[0][3] == "NORMAL"
    bureau.tell(E1, "ELEVATOR_TRAPPED", "2026-07-30 12:00", object="L-7", number="n9")
    assert bureau.touches(E1)[-1] == ("T02-1", "L-7", "YELLOW", "OFFSITE_REVIEW")


def fills(bureau: Bureau, day: str, number: int, state: str = "GOOD") -> None:
    for n in range(number):
        when = f"{day} 08:{n:02d}"
        bureau.tell(E2, "CYLINDER_FILL", when, object=f"C-{n:04d}", scanned=True, state=state)


def open_tasks(subject: str) -> dict[str, tuple[str, str]]:
    """Kind → (due date, state) of what the bureau still has to do about a business."""
    told = triggers.tasks(viewer=BUREAU, subject=subject, open_only=True)
    return {t.kind: (str(t.due_on), t.state) for t in told}


def test_story_2_safety_has_no_yellow_and_goes_off_site_first(bureau: Bureau) -> None:
    run_classes(at("2026-08-01"), judge_all(at("2026-08-01"), at("2026-08-01")))
    assert apply_for(OFFICER, at("2026-08-01"), E2, ["T04"]) == 1
    fills(bureau, "2026-08-11", 3, "OVERDUE")
    assert bureau.touches(E2) == [("T04-2", "", "CRITICAL", "OFFSITE_REVIEW")]
    assert messages.totals(viewer=BUREAU) == {"segments": 0}
    assert open_tasks(E2) == {"REVIEW": ("2026-08-11", "OPEN"), "EMERGENCY_CONTROL": ("2026-08-12", "OPEN")}
    review = triggers.tasks(viewer=BUREAU, subject=E2)[0]
    assert (review.station, review.scope["item"], review.scope["point"]) == ("汀前所", "T04", "T04-2")
    before = points_of(E2, "2026-08-11 12:00")
    touch = bureau.last_touch(E2)
    with pytest.raises(HumanDecisionRequiredError):
        take_decision(by=MACHINE, at=at("2026-08-11 13:00"), touch_id=touch, step=Step.SUSPECTED, reason="x")
    assert triggers.enrolments(viewer=BUREAU, subject=E2) == {"T04": "ENROLLED"}
    take_decision(
        by=OFFICER, at=at("2026-08-11 14:00"), touch_id=touch, step=Step.SUSPECTED, reason="扫码记录属实"
    )
    bureau.work(at("2026-08-11 14:00"))
    assert bureau.touches(E2)[-1][3] == "LEAD"
    assert points_of(E2, "2026-08-11 15:00") == before + 400
    assert open_tasks(E2)["LEAD_DUE"] == ("2026-09-01", "OPEN")
    assert triggers.enrolments(viewer=BUREAU, subject=E2) == {"T04": "REVOKED"}


def why(reason: str) -> dict[str, Any]:
    return {"reason": reason, "terms": clock_terms()}


def test_story_2_only_a_person_approves_emergency_control(bureau: Bureau) -> None:
    fills(bureau, "2026-08-11", 1, "OVERDUE")
    (control,) = [t for t in triggers.tasks(viewer=BUREAU, subject=E2) if t.kind == "EMERGENCY_CONTROL"]
    with pytest.raises(HumanDecisionRequiredError):
        tasks.decide_control(by=MACHINE, at=at("2026-08-11"), task_id=control.id, approve=True, **why("x"))
    with pytest.raises(tasks.TaskError):
        tasks.decide_control(by=OFFICER, at=at("2026-08-11"), task_id=control.id, approve=True, **why(" "))
    tasks.decide_control(
        by=OFFICER, at=at("2026-08-11 16:00"), task_id=control.id, approve=True, **why("停止充装上述气瓶")
    )
    (done,) = [t for t in triggers.tasks(viewer=BUREAU, subject=E2) if t.kind == "EMERGENCY_CONTROL"]
    assert (done.state, done.outcome) == ("DONE", "APPROVED")
    with pytest.raises(tasks.TaskError):
        tasks.decide_control(by=OFFICER, at=at("2026-08-12"), task_id=control.id, approve=False, **why("改"))


def test_story_2_an_explained_red_withdraws_the_proposal_and_costs_nothing(bureau: Bureau) -> None:
    fills(bureau, "2026-08-11", 1, "OVERDUE")
    before = points_of(E2, "2026-08-11 12:00")
    take_decision(
        by=OFFICER,
        at=at("2026-08-11 14:00"),
        touch_id=bureau.last_touch(E2),
        step=Step.FALSE_ALARM,
        reason="扫码枪时钟错误",
    )
    assert open_tasks(E2) == {}
    assert points_of(E2, "2026-08-12") == before
    assert {t.kind: t.state for t in triggers.tasks(viewer=BUREAU, subject=E2)} == {
        "REVIEW": "DONE",
        "EMERGENCY_CONTROL": "WITHDRAWN",
    }


def test_story_2_trap_silence_is_an_alarm_and_not_an_improvement(bureau: Bureau) -> None:
    fills(bureau, "2026-08-11", 3, "OVERDUE")
    bureau.pass_time("2026-08-14")
    alarms = triggers.data_alarms(viewer=BUREAU)
    assert {point for _, point, _, _ in alarms} == {"T04-1"}
    assert bureau.touches(E2)[-1][2:] == ("CRITICAL", "OFFSITE_REVIEW")
    bureau.pass_time("2026-08-25")
    assert {point for _, point, _, _ in triggers.data_alarms(viewer=BUREAU)} == {"T04-1", "T04-2"}
    assert bureau.touches(E2)[-1][3] == "OFFSITE_REVIEW"


def test_there_is_no_step_from_a_touch_to_a_visit_on_site(bureau: Bureau) -> None:
    lift(bureau, "L-7")
    bureau.pass_time("2026-07-01")
    with pytest.raises(ForbiddenStepError):
        take_decision(
            by=OFFICER,
            at=at("2026-07-02"),
            touch_id=bureau.last_touch(E1),
            step=Step.SUSPECTED,
            reason="直接查",
        )
