"""Classes over time: a veto at once, its removal at once, late data without another past."""

from __future__ import annotations

import pytest

from tests.journeys.city import BUREAU, OFFICER, Bureau, at
from zhunsheng.core.actors import Viewer
from zhunsheng.judging.portraits import queries as classes
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.judging.triggers.lifecycle import Step
from zhunsheng.sensing.signals import actions as signals
from zhunsheng.sensing.signals.new_facts import NewFact
from zhunsheng.workflows.answering import take_decision
from zhunsheng.workflows.classing import judge_all, run_classes
from zhunsheng.workflows.enrolling import enrol

E1 = "91980102MA100A1B2U"
E12 = "91980104MA030B2C02"
pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau() -> Bureau:
    city = Bureau()
    for key, name in ((E1, "云汀电梯物业"), (E12, "宏材制造")):
        city.register(key, name)
        for kind, payload in (
            ("ADDRESS_CHECK", {"matches": True, "same_address_count": 1, "cluster_registered": False}),
            ("EXPOSURE", {"band": "SMALL"}),
        ):
            city.tell(key, kind, "2026-01-02", **payload)
    run_classes(at("2026-01-31"), judge_all(at("2026-01-31"), at("2026-01-31")))
    return city


def class_of(subject: str) -> str:
    card = classes.current(viewer=BUREAU, subject=subject)
    assert card is not None
    assert sum(points for _, points in card.items) == card.score
    return card.class_name


def test_a_veto_begins_and_ends_on_its_own_day(bureau: Bureau) -> None:
    assert class_of(E12) == "A"
    bureau.tell(E12, "ABNORMAL_LIST", "2026-02-10", object="异-1", state="LISTED")
    assert class_of(E12) == "C"
    bureau.tell(E12, "ABNORMAL_LIST", "2026-03-10", object="异-1", state="REMOVED")
    assert class_of(E12) == "A"
    told = [c.class_name for c in classes.history(viewer=BUREAU, subject=E12)]
    assert told == ["A", "C", "A"]
    assert class_of(E1) == "A"


def test_story_9_an_annulled_decision_is_taken_back_the_same_day(bureau: Bureau) -> None:
    fined = bureau.tell(E12, "PENALTY", "2026-02-10", object="罚-1", severity="ORDINARY", published=True)
    assert class_of(E12) == "B"
    annulled = NewFact("PENALTY", E12, at("2026-02-10"), object="罚-1", retracts=fined)
    signals.record_facts(
        by=OFFICER,
        at=at("2026-09-24"),
        facts=[annulled],
        source="case",
        contracts=bureau.library.contracts,
    )
    bureau.work(at("2026-09-24"))
    assert class_of(E12) == "A"
    card = classes.current(viewer=BUREAU, subject=E12)
    assert card is not None and dict(card.items).get("I21") is None


def test_late_data_make_a_new_row_and_never_another_past(bureau: Bureau) -> None:
    before = classes.history(viewer=BUREAU, subject=E12)
    bureau.tell(
        E12, "PENALTY", "2026-01-15", known="2026-02-20", object="罚-9", severity="SEVERE", published=True
    )
    assert class_of(E12) == "C"
    assert classes.history(viewer=BUREAU, subject=E12)[: len(before)] == before
    (then,) = judge_all(at("2026-01-31"), at("2026-01-31"), [E12])
    (now,) = judge_all(at("2026-01-31"), at("2026-02-20"), [E12])
    assert (then.models[0].class_name, now.models[0].class_name) == ("A", "C")


def test_nobody_outside_the_bureau_gets_a_class(bureau: Bureau) -> None:
    for viewer in (Viewer.business(E12), Viewer.business(E1)):
        assert classes.current(viewer=viewer, subject=E12) is None
        assert classes.history(viewer=viewer, subject=E12) == []
        assert classes.distribution(viewer=viewer) == {}
        assert classes.subjects_of(viewer=viewer, classes=frozenset("ABCD")) == []


def test_enrolment_is_a_privilege_that_a_confirmed_red_costs_for_a_year(bureau: Bureau) -> None:
    bureau.tell(E12, "ABNORMAL_LIST", "2026-02-10", object="异-1", state="LISTED")
    assert enrol(at("2026-02-11"), {E1: ["T02"], E12: ["T02"]}) == 1
    assert triggers.enrolments(viewer=BUREAU, subject=E12) == {}
    bureau.tell(E1, "ELEVATOR_RECORD", "2026-02-12", object="L-7", inspection_due_on="2027-07-31")
    bureau.tell(E1, "ELEVATOR_FAULT", "2026-02-12", object="L-7", ran_unchecked=True)
    take_decision(
        by=OFFICER,
        at=at("2026-02-13"),
        touch_id=bureau.last_touch(E1),
        step=Step.SUSPECTED,
        reason="视频与维保记录一致",
    )
    bureau.work(at("2026-02-13"))
    assert triggers.enrolments(viewer=BUREAU, subject=E1) == {"T02": "REVOKED"}
    assert enrol(at("2027-02-12"), {E1: ["T02"]}) == 0
    assert enrol(at("2027-02-13"), {E1: ["T02"]}) == 1


def test_story_10_whoever_is_deregistered_is_not_pursued(bureau: Bureau) -> None:
    bureau.tell(E1, "ENROLMENT", "2026-01-01", object="T02", state="ENROLLED")
    bureau.tell(E1, "ELEVATOR_RECORD", "2026-02-12", object="L-7", inspection_due_on="2027-07-31")
    for n in range(2):
        bureau.tell(E1, "ELEVATOR_TRAPPED", f"2026-03-0{n + 1}", object="L-7", number=f"n{n}")
    assert bureau.touches(E1)[-1][3] == "OBSERVING"
    bureau.tell(E1, "SUBJECT_STATE", "2026-03-05", state="DEREGISTERED")
    assert bureau.touches(E1)[-1][3] == "SUSPENDED"
    bureau.pass_time("2026-06-01")
    assert bureau.touches(E1)[-1][3] == "SUSPENDED"


def test_one_event_told_by_two_sources_counts_once(bureau: Bureau) -> None:
    bureau.tell(E1, "ENROLMENT", "2026-01-01", object="T02", state="ENROLLED")
    bureau.tell(E1, "ELEVATOR_RECORD", "2026-02-12", object="L-7", inspection_due_on="2027-07-31")
    for source in ("rescue", "hotline"):
        bureau.tell(E1, "ELEVATOR_TRAPPED", "2026-03-01", object="L-7", number="n1", source=source)
    assert bureau.touches(E1) == []
    bureau.tell(E1, "ELEVATOR_TRAPPED", "2026-03-02", object="L-7", number="n2")
    assert [t[2] for t in bureau.touches(E1)] == ["YELLOW"]
