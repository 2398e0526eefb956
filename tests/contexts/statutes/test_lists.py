"""The one life of a list: no step left out, no eyes twice, nothing changed once it is public."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, IntegrityError, transaction

from zhunsheng.core.actors import (
    Actor,
    ActorKind,
    HumanDecisionRequiredError,
    PowerLackingError,
    Viewer,
)
from zhunsheng.core.clock import SHANGHAI
from zhunsheng.core.packs.nodes import PackError
from zhunsheng.core.statutes.lists import faults_of_shape
from zhunsheng.engine.packfiles import read_documents
from zhunsheng.foundation.accounts.actions.grants import ExcludedPartError
from zhunsheng.foundation.evidence.models import AuditEvent
from zhunsheng.registers.statutes.actions import lists as actions
from zhunsheng.registers.statutes.lifecycle import Conclusion, ListStepError
from zhunsheng.registers.statutes.models import ListVersion
from zhunsheng.registers.statutes.queries import lists

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 7, 1, 9, tzinfo=SHANGHAI)
AUTHOR = Actor(ActorKind.PERSON, "9801-11", "沈砚", frozenset({"list.edit"}))
LAWYER = Actor(ActorKind.PERSON, "9801-12", "闻笛", frozenset({"list.review"}))
LEADER = Actor(ActorKind.PERSON, "9801-01", "陆衡", frozenset({"list.approve"}))
BUREAU = Viewer.bureau("test")
DOCUMENTS = {d["schema"]: d for _name, d in read_documents(Path(settings.PACKS) / "tolerance")}
SAMPLE: dict[str, Any] = dict(DOCUMENTS["zhunsheng.list/1"])


def approved(content: dict[str, Any] = SAMPLE) -> int:
    made = actions.draft(by=AUTHOR, at=NOW, content=content)
    actions.consult(by=AUTHOR, at=NOW, version_id=made)
    actions.submit(by=AUTHOR, at=NOW, version_id=made)
    for kind in (actions.LEGALITY, actions.COMPETITION):
        actions.review(by=LAWYER, at=NOW, version_id=made, kind=kind, opinion="未见问题")
    actions.approve(by=LEADER, at=NOW, version_id=made)
    return made


def effective(on: dt.date, content: dict[str, Any] = SAMPLE) -> int:
    made = approved(content)
    actions.publish(by=LEADER, at=NOW, version_id=made)
    actions.put_in_force(by=LEADER, at=NOW, version_id=made, on=on)
    return made


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def numbered(kinds: dict[str, int]) -> dict[str, Any]:
    entries = [{"code": f"{kind}-{n}", "type": kind} for kind, number in kinds.items() for n in range(number)]
    return {**SAMPLE, "list": "no_filing", "entries": entries}


def test_from_draft_to_effective_every_step_is_on_record() -> None:
    effective(dt.date(2026, 8, 1))
    told = list(AuditEvent.objects.filter(target="list:tolerance.sample@1").values_list("action", flat=True))
    assert told == [
        "LIST_DRAFTED",
        "LIST_CONSULTING",
        "LIST_REVIEWING",
        "LIST_REVIEWED",
        "LIST_REVIEWED",
        "LIST_APPROVED",
        "LIST_PUBLISHED",
        "LIST_EFFECTIVE",
    ]


def test_no_step_is_left_out() -> None:
    made = actions.draft(by=AUTHOR, at=NOW, content=SAMPLE)
    for step in (actions.publish, actions.approve):
        with pytest.raises(ListStepError):
            step(by=LEADER, at=NOW, version_id=made)
    actions.submit(by=AUTHOR, at=NOW, version_id=made)
    actions.review(by=LAWYER, at=NOW, version_id=made, kind=actions.LEGALITY, opinion="未见问题")
    with pytest.raises(ListStepError, match="FAIR_COMPETITION"):
        actions.approve(by=LEADER, at=NOW, version_id=made)
    actions.send_back(by=LAWYER, at=NOW, version_id=made, reason="补充依据")
    assert ListVersion.objects.get(id=made).reviews == {}


def test_author_reviewer_and_approver_differ_and_the_database_says_so_too() -> None:
    made = actions.draft(by=AUTHOR, at=NOW, content=SAMPLE)
    actions.submit(by=AUTHOR, at=NOW, version_id=made)
    with pytest.raises(ListStepError):
        own = replace(AUTHOR, powers=frozenset({"list.review"}))
        actions.review(by=own, at=NOW, version_id=made, kind=actions.LEGALITY, opinion="好")
    for kind in (actions.LEGALITY, actions.COMPETITION):
        actions.review(by=LAWYER, at=NOW, version_id=made, kind=kind, opinion="未见问题")
    both = replace(AUTHOR, powers=frozenset({"list.edit", "list.approve"}))
    with pytest.raises(IntegrityError), transaction.atomic():
        actions.approve(by=both, at=NOW, version_id=made)
    with pytest.raises(PowerLackingError):
        actions.approve(by=AUTHOR, at=NOW, version_id=made)
    with pytest.raises(HumanDecisionRequiredError):
        actions.approve(by=Actor.service("bot"), at=NOW, version_id=made)


def test_nobody_who_wrote_on_a_list_approves_it() -> None:
    """The author of record is another by now: only the parts taken still tell."""
    leader = replace(LEADER, powers=frozenset({"list.edit", "list.approve"}))
    made = actions.draft(by=leader, at=NOW, content=SAMPLE)
    actions.revise(by=AUTHOR, at=NOW, version_id=made, content={**SAMPLE, "title_zh": "改名"})
    actions.submit(by=AUTHOR, at=NOW, version_id=made)
    for kind in (actions.LEGALITY, actions.COMPETITION):
        actions.review(by=LAWYER, at=NOW, version_id=made, kind=kind, opinion="未见问题")
    with pytest.raises(ExcludedPartError, match="不得审批"):
        actions.approve(by=leader, at=NOW, version_id=made)
    assert ListVersion.objects.get(id=made).state == "REVIEWING"


def test_the_same_content_is_not_drafted_twice_and_an_edition_is_used_once() -> None:
    content = {**SAMPLE, "edition": "2026.1"}
    actions.draft(by=AUTHOR, at=NOW, content=content)
    with pytest.raises(ListStepError, match="内容相同"):
        actions.draft(by=AUTHOR, at=NOW, content=content)
    fewer = {**content, "entries": SAMPLE["entries"][1:]}
    with pytest.raises(ListStepError, match="提高规则包版本号"):
        actions.draft(by=AUTHOR, at=NOW, content=fewer)
    actions.draft(by=AUTHOR, at=NOW, content={**fewer, "edition": "2026.2"})


def test_a_version_cannot_come_into_force_before_the_one_it_supersedes() -> None:
    effective(dt.date(2026, 8, 1))
    second = approved({**SAMPLE, "title_zh": "第二版"})
    actions.publish(by=LEADER, at=NOW, version_id=second)
    with pytest.raises(ListStepError, match="其后施行"):
        actions.put_in_force(by=LEADER, at=NOW, version_id=second, on=dt.date(2026, 8, 1))


def test_the_yearly_evaluation_counts_what_was_relied_on_and_is_asked_for_after_twelve_months() -> None:
    made = effective(dt.date(2026, 8, 1))
    use = {"by": AUTHOR, "at": NOW, "version_id": made, "entry": "M-03"}
    for matter in ("case:1", "case:2"):
        actions.note_use(**use, matter=matter, used_on=dt.date(2026, 9, 1))  # type: ignore[arg-type]
    due = dt.date(2027, 8, 1)
    assert lists.unevaluated(viewer=BUREAU, on=due - dt.timedelta(days=1), months=12) == []
    assert [c.id for c in lists.unevaluated(viewer=BUREAU, on=due, months=12)] == [made]
    look = {"by": LAWYER, "version_id": made, "conclusion": Conclusion.KEEP}
    late = dt.datetime(2027, 8, 2, 9, tzinfo=SHANGHAI)
    told = actions.evaluate(**look, at=late, year=2026, opinion="适用两次，条件明确")  # type: ignore[arg-type]
    assert told == {"M-03": 2}
    assert lists.unevaluated(viewer=BUREAU, on=dt.date(2028, 8, 1), months=12) == []
    assert [c.id for c in lists.unevaluated(viewer=BUREAU, on=dt.date(2028, 8, 2), months=12)] == [made]
    assert [e.uses for e in lists.evaluations(viewer=BUREAU, version_id=made)] == [{"M-03": 2}]
    for year, opinion in ((2026, "再评"), (2025, "尚未施行"), (2027, " ")):
        with pytest.raises(ListStepError):
            actions.evaluate(**look, at=late, year=year, opinion=opinion)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    [{"content": {"entries": []}}, {"author": "x"}, {"approver": "y"}, {"state": "DRAFT"}, {"title": "z"}],
)
def test_a_published_version_never_changes(change: dict[str, Any]) -> None:
    made = approved()
    actions.publish(by=LEADER, at=NOW, version_id=made)
    with pytest.raises(DatabaseError), transaction.atomic():
        ListVersion.objects.filter(id=made).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        ListVersion.objects.filter(id=made).delete()
    actions.put_in_force(by=LEADER, at=NOW, version_id=made, on=dt.date(2026, 8, 1))


def test_a_list_that_breaks_its_own_shape_is_not_published() -> None:
    shape = DOCUMENTS["zhunsheng.list-shapes/1"]["shapes"]["NO_FILING_3"]
    right = {**numbered({"NO_FILING_MINOR": 56, "NO_FILING_FIRST": 15, "NO_FILING_OTHER": 1}), "shape": shape}
    assert faults_of_shape(right) == []
    wrong = {**numbered({"NO_FILING_MINOR": 57, "NO_FILING_FIRST": 15}), "shape": shape}
    assert faults_of_shape(wrong)  # 72 in all, and still wrong
    made = approved(wrong)
    with pytest.raises(ListStepError, match="56"):
        actions.publish(by=LEADER, at=NOW, version_id=made)
    with pytest.raises(PackError, match="两次"):
        actions.draft(
            by=AUTHOR, at=NOW, content={**right, "entries": [*right["entries"], right["entries"][0]]}
        )


def test_the_next_version_supersedes_and_both_stand_side_by_side() -> None:
    first = effective(dt.date(2026, 8, 1))
    entries = [{**e, "correction_days": 9} if e["code"] == "M-03" else e for e in SAMPLE["entries"]]
    second = effective(dt.date(2027, 1, 1), {**SAMPLE, "entries": entries})
    (change,) = lists.side_by_side(viewer=BUREAU, old_id=first, new_id=second)
    assert (change.code, change.old["correction_days"], change.new["correction_days"]) == ("M-03", 15, 9)
    for on, wanted in (("2026-07-31", None), ("2026-12-31", first), ("2027-01-01", second)):
        card = lists.in_force(viewer=BUREAU, list_key="tolerance.sample", on=dt.date.fromisoformat(on))
        assert (card.id if card else None) == wanted


def test_use_is_counted_once_a_matter_and_only_in_force() -> None:
    made = effective(dt.date(2026, 8, 1))
    use = {"by": AUTHOR, "at": NOW, "version_id": made, "entry": "M-03"}
    for matter in ("case:1", "case:1", "case:2"):
        actions.note_use(**use, matter=matter, used_on=dt.date(2026, 9, 1))  # type: ignore[arg-type]
    assert lists.uses(viewer=BUREAU, list_key="tolerance.sample", year=2026) == {"M-03": 2}
    with pytest.raises(ListStepError, match="有效期"):
        actions.note_use(**use, matter="case:3", used_on=dt.date(2026, 7, 31))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("favourable", "lawful", "wins"), [(True, True, "low"), (False, True, "high"), (True, False, "high")]
)
def test_two_levels_in_conflict_are_both_shown_and_one_is_proposed(
    favourable: bool, lawful: bool, wins: str
) -> None:
    low = effective(dt.date(2026, 8, 1), {**SAMPLE, "list": "low", "level": "CITY"})
    high = effective(dt.date(2026, 8, 1), {**SAMPLE, "list": "high", "level": "PROVINCE"})
    told = lists.conflict(
        viewer=BUREAU,
        one_id=low,
        other_id=high,
        lower_more_favourable=favourable,
        lower_within_authority=lawful,
    )
    assert told is not None
    assert (told[0].list_key, told[1].list_key, told[2].proposed) == ("high", "low", wins)


def test_the_public_sees_what_was_published() -> None:
    made = approved()
    public = Viewer.business("91980102MA100A1B2U")
    assert lists.versions(viewer=public, list_key="tolerance.sample") == []
    actions.publish(by=LEADER, at=NOW, version_id=made)
    assert len(lists.versions(viewer=public, list_key="tolerance.sample")) == 1
    assert lists.uses(viewer=public, list_key="tolerance.sample", year=2026) == {}
