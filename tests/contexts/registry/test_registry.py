"""Who exists: recorded once, changed with a trace, linked and unlinked with a reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.clock import SHANGHAI
from zhunsheng.core.listing import Part
from zhunsheng.foundation.evidence import queries as evidence
from zhunsheng.registers.registry import actions, queries
from zhunsheng.registers.registry.actions import BelongingRecord, Effect, SubjectRecord
from zhunsheng.registers.registry.lifecycle import (
    TRANSITIONS,
    ForbiddenTransitionError,
    SubjectState,
    check_transition,
)
from zhunsheng.registers.registry.queries import SubjectFilter

NOW = datetime(2026, 6, 1, 9, tzinfo=SHANGHAI)
CLERK = Actor.service("registry-sync")
BUREAU = Viewer.bureau("test")
SNACKS = SubjectRecord(
    "92980102MA400G4H2X",
    "SOLE_TRADER",
    "阿福小吃",
    "980102",
    "6291",
    date(2020, 5, 1),
    old_number="980102600000018",
)
COMPANY = SubjectRecord("91980102MA100A1B2U", "ENTERPRISE", "阿福餐饮", "980102", "6210", date(2026, 6, 1))
pytestmark = pytest.mark.django_db


def record(told: SubjectRecord) -> Effect:
    return actions.record_subject(by=CLERK, at=NOW, record=told)


def test_a_repeat_changes_nothing_and_a_new_name_keeps_the_old() -> None:
    assert record(SNACKS) is Effect.CREATED
    assert record(SNACKS) is Effect.UNCHANGED
    assert record(replace(SNACKS, name="阿福小吃店")) is Effect.CHANGED
    for text in ("阿福小吃店", "阿福小吃", "980102600000018", SNACKS.key):
        assert [card.key for card, _met in queries.find(viewer=BUREAU, text=text)] == [SNACKS.key], text
    assert queries.number(viewer=BUREAU) == 1
    told = [e.action for e in evidence.entries_of(target=f"subject:{SNACKS.key}", viewer=BUREAU)]
    assert told == ["SUBJECT_RECORDED", "SUBJECT_CHANGED"]


@pytest.mark.parametrize("before", list(SubjectState))
@pytest.mark.parametrize("after", list(SubjectState))
def test_only_steps_of_the_table_are_taken(before: SubjectState, after: SubjectState) -> None:
    if before is after or after in TRANSITIONS[before]:
        check_transition(before, after)
    else:
        with pytest.raises(ForbiddenTransitionError):
            check_transition(before, after)


def test_nobody_comes_back_from_deregistration() -> None:
    record(replace(SNACKS, state=SubjectState.DEREGISTERED))
    with pytest.raises(ForbiddenTransitionError):
        record(SNACKS)


def test_a_sole_trader_becomes_a_company_linked_and_not_inherited() -> None:
    """Story 11."""
    record(SNACKS)
    record(COMPANY)
    day = date(2026, 6, 1)
    made = actions.link(
        by=CLERK,
        at=NOW,
        subject=COMPANY.key,
        other=SNACKS.key,
        kind="SUCCEEDS",
        since_on=day,
        reason="个转企",
    )
    assert queries.links(viewer=BUREAU, key=SNACKS.key) == [("SUCCEEDS", COMPANY.key, day)]
    assert queries.canonical(viewer=BUREAU, key=SNACKS.key, on=day) == SNACKS.key
    actions.reverse_link(by=CLERK, at=NOW, link_id=made, reason="登记更正")
    assert queries.links(viewer=BUREAU, key=SNACKS.key) == []
    with pytest.raises(actions.LinkError):
        actions.reverse_link(by=CLERK, at=NOW, link_id=made, reason="再次")


def test_a_merger_is_followed_from_its_day_and_never_in_a_circle() -> None:
    record(SNACKS)
    record(COMPANY)
    since = date(2026, 6, 1)

    def merge(a: str, b: str) -> int:
        return actions.link(
            by=CLERK, at=NOW, subject=a, other=b, kind="MERGED_INTO", since_on=since, reason="吸收合并"
        )

    merge(SNACKS.key, COMPANY.key)
    assert queries.canonical(viewer=BUREAU, key=SNACKS.key, on=date(2026, 5, 31)) == SNACKS.key
    assert queries.canonical(viewer=BUREAU, key=SNACKS.key, on=since) == COMPANY.key
    with pytest.raises(actions.LinkError):
        merge(COMPANY.key, SNACKS.key)


def test_belongings_are_recorded_once_and_updated() -> None:
    record(COMPANY)
    lift = BelongingRecord(COMPANY.key, "EQUIPMENT", "L-7", "客梯", "ELEVATOR", date(2026, 7, 31))
    effects = [
        actions.record_belonging(by=CLERK, at=NOW, record=r)
        for r in (lift, lift, replace(lift, valid_to=date(2027, 7, 31)))
    ]
    assert effects == [Effect.CREATED, Effect.UNCHANGED, Effect.CHANGED]
    assert [b.valid_to for b in queries.belongings(viewer=BUREAU, key=COMPANY.key)] == [date(2027, 7, 31)]
    with pytest.raises(actions.UnknownSubjectError):
        actions.record_belonging(by=CLERK, at=NOW, record=replace(lift, subject="nobody"))


def test_a_business_sees_itself_only() -> None:
    record(SNACKS)
    record(COMPANY)
    me = Viewer.business(COMPANY.key)
    assert queries.get(viewer=me, key=SNACKS.key) is None
    open_to_me = queries.listed(viewer=me, wanted=SubjectFilter(), part=Part()).rows
    assert [card.key for card in open_to_me] == [COMPANY.key]
    assert queries.links(viewer=me, key=SNACKS.key) == []
    assert queries.known_keys(viewer=BUREAU, keys={SNACKS.key, "x"}) == {SNACKS.key}
