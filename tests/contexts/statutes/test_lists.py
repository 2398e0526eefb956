"""The one life of a list: no step left out, no eyes twice, nothing changed once it is public."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, IntegrityError, transaction

from zhunsheng.core.actors import Actor, ActorKind, HumanDecisionRequiredError, Viewer
from zhunsheng.core.clock import SHANGHAI
from zhunsheng.core.packs.nodes import PackError
from zhunsheng.core.statutes.lists import faults_of_shape
from zhunsheng.engine.packfiles import read_documents
from zhunsheng.foundation.evidence.models import AuditEvent
from zhunsheng.registers.statutes.actions import lists as actions
from zhunsheng.registers.statutes.lifecycle import ListStepError
from zhunsheng.registers.statutes.models import ListVersion
from zhunsheng.registers.statutes.queries import lists

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 7, 1, 9, tzinfo=SHANGHAI)
AUTHOR = Actor(ActorKind.PERSON, "9801-11", "沈砚")
LAWYER = Actor(ActorKind.PERSON, "9801-12", "闻笛")
LEADER = Actor(ActorKind.PERSON, "9801-01", "陆衡")
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
        actions.review(by=AUTHOR, at=NOW, version_id=made, kind=actions.LEGALITY, opinion="好")
    for kind in (actions.LEGALITY, actions.COMPETITION):
        actions.review(by=LAWYER, at=NOW, version_id=made, kind=kind, opinion="未见问题")
    with pytest.raises(IntegrityError), transaction.atomic():
        actions.approve(by=AUTHOR, at=NOW, version_id=made)
    with pytest.raises(HumanDecisionRequiredError):
        actions.approve(by=Actor.service("bot"), at=NOW, version_id=made)


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
