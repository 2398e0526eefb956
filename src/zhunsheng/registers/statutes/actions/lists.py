"""The life of a list, from draft to superseded: every step named, dated, audited."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from zhunsheng.core.actors import Actor
from zhunsheng.core.statutes.guidance import check_entries
from zhunsheng.core.statutes.lists import compared, entries_of, faults_of_shape
from zhunsheng.foundation.accounts.actions import grants
from zhunsheng.foundation.evidence import actions as evidence
from zhunsheng.registers.statutes.lifecycle import Conclusion, ListState, ListStepError, check_step
from zhunsheng.registers.statutes.models import ListEvaluation, ListUse, ListVersion

LEGALITY, COMPETITION = "LEGALITY", "FAIR_COMPETITION"
EDIT, REVIEW, APPROVE = "list.edit", "list.review", "list.approve"


def draft(*, by: Actor, at: datetime, content: Mapping[str, Any]) -> int:
    """A new version of a list, from a `zhunsheng.list/1` document; its id.

    Refused: the content of the version before, and an `edition` (the version of the pack it was made
    from) that an earlier version carries with other entries.
    """
    by.require_person("起草清单", EDIT)
    entries_of(content)
    check_entries(content)
    with transaction.atomic():
        key = str(content["list"])
        last = ListVersion.objects.select_for_update().filter(list_key=key).order_by("-number").first()
        _refuse_old_news(key, last, content)
        made = ListVersion.objects.create(
            list_key=key,
            number=last.number + 1 if last else 1,
            title=str(content["title_zh"]),
            issuer=str(content["issuer"]),
            level=str(content["level"]),
            state=ListState.DRAFT.value,
            content=dict(content),
            content_hash=_hash(content),
            author=by.key,
        )
        grants.take_part(by=by, at=at, matter=_matter(made), part="EDIT_LIST")
        _audit(by, at, made, "LIST_DRAFTED", {"hash": made.content_hash})
    return made.id


def _refuse_old_news(key: str, last: ListVersion | None, content: Mapping[str, Any]) -> None:
    if last is not None and last.content_hash == _hash(content):
        raise ListStepError(f"与第 {last.number} 版内容相同，无须起草")
    edition = content.get("edition")
    used = ListVersion.objects.filter(list_key=key, content__edition=edition) if edition else ()
    if any(compared(row.content, content) for row in used):
        raise ListStepError(f"{edition} 已用于内容不同的清单，请提高规则包版本号")


def revise(*, by: Actor, at: datetime, version_id: int, content: Mapping[str, Any]) -> None:
    """Another content for a draft; the one who revises becomes its author."""
    by.require_person("修改清单", EDIT)
    with transaction.atomic():
        row = _row(version_id)
        if row.state != ListState.DRAFT.value:
            raise ListStepError("只有草稿可以修改")
        entries_of(content)
        check_entries(content)
        row.content, row.content_hash, row.author = dict(content), _hash(content), by.key
        row.save()
        grants.take_part(by=by, at=at, matter=_matter(row), part="EDIT_LIST")
        _audit(by, at, row, "LIST_REVISED", {"hash": row.content_hash})


def consult(*, by: Actor, at: datetime, version_id: int) -> None:
    """Open the draft to opinions (公开征求意见)."""
    _step(by, at, version_id, ListState.CONSULTING, EDIT)


def submit(*, by: Actor, at: datetime, version_id: int) -> None:
    """Hand the draft to the reviewers."""
    _step(by, at, version_id, ListState.REVIEWING, EDIT)


def send_back(*, by: Actor, at: datetime, version_id: int, reason: str) -> None:
    """Back to draft with a reason; reviews given so far no longer count."""
    if not reason.strip():
        raise ListStepError("退回须写明理由")
    _step(by, at, version_id, ListState.DRAFT, REVIEW, {"reason": reason}, reviews={})


def review(*, by: Actor, at: datetime, version_id: int, kind: str, opinion: str) -> None:
    """One of the two reviews, by somebody other than the author."""
    by.require_person("审查清单", REVIEW)
    if kind not in {LEGALITY, COMPETITION} or not opinion.strip():
        raise ListStepError("审查须写明种类与意见")
    with transaction.atomic():
        row = _row(version_id)
        if row.state != ListState.REVIEWING.value or row.author == by.key:
            raise ListStepError("清单不在审查中，或者审查人是起草人")
        row.reviews = {**row.reviews, kind: {"by": by.key, "at": at.isoformat(), "opinion": opinion}}
        row.save()
        _audit(by, at, row, "LIST_REVIEWED", {"kind": kind, "opinion": opinion})


def approve(*, by: Actor, at: datetime, version_id: int) -> None:
    """After both reviews, by nobody who wrote on it; the database refuses an approver who is the author."""
    with transaction.atomic():
        row = _row(version_id)
        missing = {LEGALITY, COMPETITION} - row.reviews.keys()
        if missing:
            raise ListStepError(f"尚未完成审查：{sorted(missing)}")
        _step(by, at, version_id, ListState.APPROVED, APPROVE, approver=by.key)
        grants.take_part(by=by, at=at, matter=_matter(row), part="APPROVE_LIST")


def publish(*, by: Actor, at: datetime, version_id: int) -> None:
    """Only a list that keeps its own shape; from here on its content never changes."""
    faults = faults_of_shape(ListVersion.objects.get(id=version_id).content)
    if faults:
        raise ListStepError("；".join(faults))
    _step(by, at, version_id, ListState.PUBLISHED, APPROVE)


def put_in_force(*, by: Actor, at: datetime, version_id: int, on: date) -> None:
    """Effective from a day; the version before it is superseded in the same transaction."""
    with transaction.atomic():
        row = _row(version_id)
        for before in ListVersion.objects.filter(list_key=row.list_key, state=ListState.EFFECTIVE.value):
            if before.valid_from is not None and on <= before.valid_from:
                raise ListStepError(f"第 {before.number} 版自 {before.valid_from} 施行，新版须在其后施行")
            last_day = date.fromordinal(on.toordinal() - 1)
            _step(by, at, before.id, ListState.SUPERSEDED, APPROVE, valid_to=last_day)
        _step(by, at, version_id, ListState.EFFECTIVE, APPROVE, valid_from=on)


def note_use(*, by: Actor, at: datetime, version_id: int, entry: str, matter: str, used_on: date) -> None:
    """An entry was relied on in a matter; counted once. A list not in force that day cannot be relied on."""
    with transaction.atomic():
        row = _row(version_id)
        started = row.valid_from is not None and row.valid_from <= used_on
        if not started or (row.valid_to is not None and used_on > row.valid_to):
            raise ListStepError(f"{used_on} 该版清单不在有效期内")
        if entry not in entries_of(row.content):
            raise ListStepError(f"清单没有条目 {entry}")
        _use, new = ListUse.objects.get_or_create(
            version=row, entry=entry, matter=matter, defaults={"used_on": used_on}
        )
        if new:
            _audit(by, at, row, "LIST_USED", {"entry": entry, "matter": matter})


def evaluate(
    *, by: Actor, at: datetime, version_id: int, year: int, conclusion: Conclusion, opinion: str
) -> Mapping[str, int]:
    """The yearly evaluation of a list in force: its uses of the year, a conclusion and why; once a year."""
    by.require_person("评估清单", REVIEW)
    if not opinion.strip():
        raise ListStepError("评估须写明意见")
    with transaction.atomic():
        row = _row(version_id)
        if row.valid_from is None or row.valid_from.year > year:
            raise ListStepError(f"{year} 年该版清单尚未施行")
        if row.evaluations.filter(year=year).exists():
            raise ListStepError(f"{year} 年已评估过")
        counted = Counter(row.uses.filter(used_on__year=year).values_list("entry", flat=True))
        ListEvaluation.objects.create(
            version=row,
            year=year,
            uses=dict(counted),
            conclusion=conclusion.value,
            opinion=opinion,
            at=at,
            by=by.name,
        )
        detail = {"year": year, "conclusion": conclusion.value, "uses": dict(counted), "opinion": opinion}
        _audit(by, at, row, "LIST_EVALUATED", detail)
    return counted


def _hash(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _row(version_id: int) -> ListVersion:
    return ListVersion.objects.select_for_update().get(id=version_id)


def _step(
    by: Actor,
    at: datetime,
    version_id: int,
    after: ListState,
    power: str,
    detail: Mapping[str, object] | None = None,
    **changes: object,
) -> None:
    by.require_person("清单程序", power)
    with transaction.atomic():
        row = _row(version_id)
        check_step(ListState(row.state), after)
        for name, value in changes.items():
            setattr(row, name, value)
        row.state = after.value
        row.save()
        _audit(by, at, row, f"LIST_{after.value}", detail or {})


def _audit(by: Actor, at: datetime, row: ListVersion, action: str, detail: Mapping[str, object]) -> None:
    evidence.record(by=by, at=at, action=action, target=_matter(row), detail=detail)


def _matter(row: ListVersion) -> str:
    return f"list:{row.list_key}@{row.number}"
