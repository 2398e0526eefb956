"""The life of a list, from draft to superseded: every step named, dated, audited."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from zhunsheng.core.actors import Actor
from zhunsheng.core.statutes.lists import entries_of, faults_of_shape
from zhunsheng.foundation.evidence import actions as evidence
from zhunsheng.registers.statutes.lifecycle import ListState, ListStepError, check_step
from zhunsheng.registers.statutes.models import ListUse, ListVersion

LEGALITY, COMPETITION = "LEGALITY", "FAIR_COMPETITION"


def draft(*, by: Actor, at: datetime, content: Mapping[str, Any]) -> int:
    """A new version of a list, from a `zhunsheng.list/1` document; its id."""
    by.require_person("起草清单")
    entries_of(content)
    with transaction.atomic():
        key = str(content["list"])
        last = ListVersion.objects.select_for_update().filter(list_key=key).order_by("-number").first()
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
        _audit(by, at, made, "LIST_DRAFTED", {"hash": made.content_hash})
    return made.id


def revise(*, by: Actor, at: datetime, version_id: int, content: Mapping[str, Any]) -> None:
    """Another content for a draft; the one who revises becomes its author."""
    by.require_person("修改清单")
    with transaction.atomic():
        row = _row(version_id)
        if row.state != ListState.DRAFT.value:
            raise ListStepError("只有草稿可以修改")
        entries_of(content)
        row.content, row.content_hash, row.author = dict(content), _hash(content), by.key
        row.save()
        _audit(by, at, row, "LIST_REVISED", {"hash": row.content_hash})


def consult(*, by: Actor, at: datetime, version_id: int) -> None:
    """Open the draft to opinions (公开征求意见)."""
    _step(by, at, version_id, ListState.CONSULTING)


def submit(*, by: Actor, at: datetime, version_id: int) -> None:
    """Hand the draft to the reviewers."""
    _step(by, at, version_id, ListState.REVIEWING)


def send_back(*, by: Actor, at: datetime, version_id: int, reason: str) -> None:
    """Back to draft with a reason; reviews given so far no longer count."""
    _step(by, at, version_id, ListState.DRAFT, {"reason": reason}, reviews={})


def review(*, by: Actor, at: datetime, version_id: int, kind: str, opinion: str) -> None:
    """One of the two reviews, by somebody other than the author."""
    by.require_person("审查清单")
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
    """After both reviews; the database refuses an approver who is the author."""
    row = ListVersion.objects.get(id=version_id)
    missing = {LEGALITY, COMPETITION} - row.reviews.keys()
    if missing:
        raise ListStepError(f"尚未完成审查：{sorted(missing)}")
    _step(by, at, version_id, ListState.APPROVED, approver=by.key)


def publish(*, by: Actor, at: datetime, version_id: int) -> None:
    """Only a list that keeps its own shape; from here on its content never changes."""
    faults = faults_of_shape(ListVersion.objects.get(id=version_id).content)
    if faults:
        raise ListStepError("；".join(faults))
    _step(by, at, version_id, ListState.PUBLISHED)


def put_in_force(*, by: Actor, at: datetime, version_id: int, on: date) -> None:
    """Effective from a day; the version before it is superseded in the same transaction."""
    with transaction.atomic():
        row = _row(version_id)
        for before in ListVersion.objects.filter(list_key=row.list_key, state=ListState.EFFECTIVE.value):
            _step(by, at, before.id, ListState.SUPERSEDED, valid_to=date.fromordinal(on.toordinal() - 1))
        _step(by, at, version_id, ListState.EFFECTIVE, valid_from=on)


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
    detail: Mapping[str, object] | None = None,
    **changes: object,
) -> None:
    by.require_person("清单程序")
    with transaction.atomic():
        row = _row(version_id)
        check_step(ListState(row.state), after)
        for name, value in changes.items():
            setattr(row, name, value)
        row.state = after.value
        row.save()
        _audit(by, at, row, f"LIST_{after.value}", detail or {})


def _audit(by: Actor, at: datetime, row: ListVersion, action: str, detail: Mapping[str, object]) -> None:
    target = f"list:{row.list_key}@{row.number}"
    evidence.record(by=by, at=at, action=action, target=target, detail=detail)
