"""Enrolment as a privilege of A and B: applied for, given up, lost with the class, lost for a year."""

from __future__ import annotations

import pytest

from tests.journeys.city import BUREAU, OFFICER, Bureau, at
from zhunsheng.core.actors import Viewer
from zhunsheng.engine.judgement import Colour
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.judging.triggers.lifecycle import Step
from zhunsheng.workflows import enrolling, monthly
from zhunsheng.workflows.answering import take_answer, take_decision
from zhunsheng.workflows.judging import look

E1 = "91980102MA100A1B2U"
E12 = "91980104MA030B2C02"
pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau() -> Bureau:
    city = Bureau()
    for key, name in ((E1, "云汀电梯物业"), (E12, "宏材制造")):
        city.register(key, name)
        city.tell(key, "ELEVATOR_RECORD", "2026-01-02", object="L-7", inspection_due_on="2027-07-31")
    monthly.run(at("2026-02-01"), at("2026-02-01"))
    return city


def trapped(bureau: Bureau, subject: str, day: str, number: int = 2) -> None:
    for n in range(number):
        bureau.tell(subject, "ELEVATOR_TRAPPED", f"{day} 08:0{n}", object="L-7", number=f"{day}-{n}")


def state(subject: str) -> dict[str, str]:
    return triggers.enrolments(viewer=BUREAU, subject=subject)


def test_without_enrolment_no_line_but_the_safety_line_is_open(bureau: Bureau) -> None:
    trapped(bureau, E1, "2026-02-02", 4)
    assert bureau.touches(E1) == []
    bureau.tell(E1, "ELEVATOR_FAULT", "2026-02-03", object="L-7", ran_unchecked=True)
    assert [t[0] for t in bureau.touches(E1)] == ["T02-3"]


def test_who_applies_is_judged_at_once_and_sees_its_own_enrolment(bureau: Bureau) -> None:
    trapped(bureau, E1, "2026-02-02")
    assert enrolling.apply_for(OFFICER, at("2026-02-03"), E1, ["T02"]) == 1
    bureau.work(at("2026-02-03"))
    assert bureau.touches(E1)[-1] == ("T02-1", "L-7", "YELLOW", "OBSERVING")
    own = Viewer.business(E1)
    (card,) = triggers.enrolment_cards(viewer=own, subject=E1)
    assert (card.item, card.state, card.barred_until_on) == ("T02", "ENROLLED", None)
    assert triggers.enrolment_cards(viewer=own, subject=E12) == []
    assert len(triggers.touches(viewer=own)) == 1
    assert triggers.touches(viewer=Viewer.business(E12)) == []


@pytest.mark.parametrize("item", ["T25", "T99"])
def test_nobody_enrols_in_what_is_not_on_the_list_or_needs_no_enrolment(bureau: Bureau, item: str) -> None:
    with pytest.raises(enrolling.NotPublishedError):
        enrolling.apply_for(OFFICER, at("2026-02-03"), E1, ["T02", item])
    assert state(E1) == {}


def test_class_c_or_no_class_at_all_gets_no_enrolment(bureau: Bureau) -> None:
    bureau.tell(E12, "ABNORMAL_LIST", "2026-02-02", object="异-1", state="LISTED")
    assert enrolling.apply_for(OFFICER, at("2026-02-03"), E12, ["T02"]) == 0
    assert enrolling.apply_for(OFFICER, at("2026-02-03"), "91980102MA700X7X7X", ["T02"]) == 0


def test_leaving_costs_nothing_and_bars_nothing(bureau: Bureau) -> None:
    enrolling.apply_for(OFFICER, at("2026-02-03"), E1, ["T02"])
    before = look(E1, at("2026-02-03 10:00"))
    enrolling.leave(OFFICER, at("2026-02-04"), E1, "T02", "企业申请退出")
    after = look(E1, at("2026-02-04 10:00"))
    assert before is not None and after is not None
    assert before.judgement.models[0].score == after.judgement.models[0].score
    assert state(E1) == {"T02": "LEFT"}
    assert enrolling.apply_for(OFFICER, at("2026-02-05"), E1, ["T02"]) == 1


def test_the_class_falls_while_observed_the_observation_ends_then_the_enrolment(bureau: Bureau) -> None:
    enrolling.apply_for(OFFICER, at("2026-02-03"), E1, ["T01", "T02"])
    trapped(bureau, E1, "2026-02-10")
    take_answer(by=OFFICER, at=at("2026-02-11"), touch_id=bureau.last_touch(E1), answer="DONE")
    bureau.tell(E1, "ABNORMAL_LIST", "2026-02-12", object="异-1", state="LISTED")
    assert enrolling.apply_for(OFFICER, at("2026-02-13"), E1, ["T03"]) == 0
    monthly.run(at("2026-03-01"), at("2026-03-01"))
    bureau.work(at("2026-03-01"))
    assert state(E1) == {"T01": "LEFT", "T02": "ENROLLED"}
    assert bureau.touches(E1)[-1][3] == "OBSERVING"
    bureau.pass_time("2026-05-11")
    (touch,) = triggers.touches(viewer=BUREAU, subject=E1)
    assert touch.state == "NORMAL"
    monthly.run(at("2026-06-01"), at("2026-06-01"))
    assert state(E1) == {"T01": "LEFT", "T02": "LEFT"}
    (card, _) = triggers.enrolment_cards(viewer=BUREAU, subject=E1)
    assert card.barred_until_on is None and card.reason.endswith("C")


def test_a_revoked_enrolment_is_barred_for_twelve_months_to_the_day(bureau: Bureau) -> None:
    enrolling.apply_for(OFFICER, at("2026-02-03"), E1, ["T02"])
    trapped(bureau, E1, "2026-02-10", 4)
    assert bureau.touches(E1)[-1][2] == Colour.RED
    take_decision(
        by=OFFICER,
        at=at("2026-02-12"),
        touch_id=bureau.last_touch(E1),
        step=Step.FIXABLE,
        reason="维保缺项",
    )
    bureau.work(at("2026-02-12"))
    (card,) = triggers.enrolment_cards(viewer=BUREAU, subject=E1)
    assert (card.state, str(card.barred_until_on)) == ("REVOKED", "2027-02-12")
    enrolling.leave(OFFICER, at("2026-02-13"), E1, "T02", "以退出绕过撤销")
    assert state(E1) == {"T02": "REVOKED"}
    assert enrolling.apply_for(OFFICER, at("2027-02-11"), E1, ["T02"]) == 0
    assert enrolling.apply_for(OFFICER, at("2027-02-12"), E1, ["T02"]) == 1
