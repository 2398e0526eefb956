"""Story 12, the part of the check: scope locked to what was touched; more only with reason and approval."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction

from tests.journeys.city import BUREAU, MACHINE, OFFICER, Bureau, at
from zhunsheng.core.actors import Actor, ActorKind, HumanDecisionRequiredError, PowerLackingError
from zhunsheng.foundation.evidence.models import AuditEvent
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.judging.triggers.actions import checking
from zhunsheng.judging.triggers.lifecycle import Step
from zhunsheng.judging.triggers.models import ScopeWidening
from zhunsheng.workflows.answering import take_decision
from zhunsheng.workflows.terms import trigger_policy

E7 = "91980121MA700N7P1K"
HEAD = Actor(ActorKind.PERSON, "9801-01", "周栩", frozenset({"touch.decide", "touch.widen"}))
CRISPS = "虾片"
pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau() -> Bureau:
    """A failed test of one product is a red touch of that product."""
    city = Bureau()
    city.register(E7, "崇岛绿源食品", industry="1391", station="崇岛所")
    city.enrol(E7, "T08")
    city.tell(
        E7,
        "SAMPLING_RESULT",
        "2026-08-11",
        object=CRISPS,
        field="FOOD_PRODUCTION",
        result="FAIL",
        nature="SAFETY",
    )
    return city


def task_id(kind: str = "REVIEW") -> int:
    return next(t.id for t in triggers.tasks(viewer=BUREAU, subject=E7) if t.kind == kind)


def look(item: str, thing: str, when: str = "2026-08-12", by: Actor = OFFICER, kind: str = "REVIEW") -> None:
    checking.note_check(
        by=by,
        at=at(when),
        task_id=task_id(kind),
        item=item,
        object=thing,
        found="查看记录",
        policy=trigger_policy(),
    )


def ask(
    item: str, thing: str, ground: str = "NEW_LEAD", reason: str = "灭火器过期", by: Actor = OFFICER
) -> int:
    return checking.ask_wider(
        by=by,
        at=at("2026-08-12"),
        task_id=task_id(),
        item=item,
        object=thing,
        ground=ground,
        reason=reason,
        policy=trigger_policy(),
    )


def decide(widening: int, *, approve: bool = True, by: Actor = HEAD, opinion: str = "同意，仅此一项") -> None:
    checking.decide_wider(
        by=by, at=at("2026-08-12 15:00"), widening_id=widening, approve=approve, opinion=opinion
    )


def notes() -> list[tuple[str, str]]:
    return [(item, thing) for item, thing, *_ in triggers.check_notes(viewer=BUREAU, task_id=task_id())]


def test_a_check_looks_at_the_failed_item_and_adding_fire_exits_is_blocked(bureau: Bureau) -> None:
    scope = triggers.tasks(viewer=BUREAU, subject=E7)[0].scope
    assert scope["item"] == "T08"
    look("T08", scope["object"])
    with pytest.raises(checking.ScopeError, match="消防通道 不在触线范围内"):
        look("消防", "消防通道")
    assert notes() == [("T08", scope["object"])]


def test_more_is_looked_at_only_after_another_person_who_may_has_said_why(bureau: Bureau) -> None:
    asked = ask("T10", "")
    with pytest.raises(checking.ScopeError, match="未经批准"):
        look("T10", "凉菜")
    with pytest.raises(PowerLackingError):
        decide(asked, by=replace(OFFICER, key="9801-08"))
    with pytest.raises(checking.ScopeError, match="申请人以外"):
        decide(asked, by=replace(HEAD, key=OFFICER.key))
    with pytest.raises(checking.ScopeError, match="意见"):
        decide(asked, opinion=" ")
    with pytest.raises(HumanDecisionRequiredError):
        decide(asked, by=MACHINE)
    decide(asked)
    look("T10", "凉菜", "2026-08-13")
    assert notes() == [("T10", "凉菜")]
    (note,) = triggers.check_notes(viewer=BUREAU, task_id=task_id())
    assert note[3] == asked
    told = AuditEvent.objects.filter(action__in=["SCOPE_ASKED", "SCOPE_DECIDED", "CHECK_NOTED"])
    assert list(told.order_by("id").values_list("action", flat=True)) == [
        "SCOPE_ASKED",
        "SCOPE_DECIDED",
        "CHECK_NOTED",
    ]


def test_leave_for_one_thing_is_no_leave_for_another(bureau: Bureau) -> None:
    decide(ask("T10", "凉菜"))
    look("T10", "凉菜", "2026-08-13")
    for item, thing in (("T10", "生鱼片"), ("T10", ""), ("T08X", "凉菜")):
        with pytest.raises(checking.ScopeError):
            look(item, thing, "2026-08-13")


def test_what_was_refused_stays_closed_and_is_decided_once(bureau: Bureau) -> None:
    asked = ask("T10", "")
    decide(asked, approve=False, opinion="与本次触线无关")
    with pytest.raises(checking.ScopeError):
        look("T10", "凉菜", "2026-08-13")
    with pytest.raises(checking.ScopeError, match="REFUSED"):
        decide(asked)
    assert [w[-1] for w in triggers.widenings(viewer=BUREAU, task_id=task_id())] == ["REFUSED"]


def test_leave_needs_a_ground_of_the_policy_and_a_reason_and_something_beyond(bureau: Bureau) -> None:
    with pytest.raises(checking.ScopeError, match="DANGER"):
        ask("T10", "", ground="顺便")
    with pytest.raises(checking.ScopeError, match="须写明理由"):
        ask("T10", "", reason=" ")
    with pytest.raises(checking.ScopeError, match="本来就在"):
        ask("T08", triggers.tasks(viewer=BUREAU, subject=E7)[0].scope["object"])
    with pytest.raises(HumanDecisionRequiredError):
        ask("T10", "", by=MACHINE)


def test_leave_ends_with_the_check_and_the_next_check_asks_anew(bureau: Bureau) -> None:
    asked = ask("T10", "")
    take_decision(
        by=OFFICER,
        at=at("2026-08-13"),
        touch_id=bureau.last_touch(E7),
        step=Step.SUSPECTED,
        reason="检验报告",
    )
    bureau.work(at("2026-08-13"))
    with pytest.raises(checking.ScopeError, match="办结"):
        decide(asked)
    with pytest.raises(checking.ScopeError, match="不是核查，或者已办结"):
        look("T08", CRISPS, "2026-08-14")
    look("T08", CRISPS, "2026-08-14", kind="LEAD_DUE")
    with pytest.raises(checking.ScopeError, match="未经批准"):
        look("T10", "凉菜", "2026-08-14", kind="LEAD_DUE")


def test_the_database_itself_knows_that_it_takes_two(bureau: Bureau) -> None:
    asked = ask("T10", "")
    mine = {"state": "APPROVED", "decided_at": at("2026-08-12"), "decided_by": OFFICER.key}
    with pytest.raises(IntegrityError), transaction.atomic():
        ScopeWidening.objects.filter(id=asked).update(**mine)
