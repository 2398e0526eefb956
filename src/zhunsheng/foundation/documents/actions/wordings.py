"""The life of a bureau's own wording: drafted, handed in, approved by another person, published for a day."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from zhunsheng.core.actors import Actor
from zhunsheng.core.documents.composing import accepted
from zhunsheng.core.documents.template import Template, canonical_hash
from zhunsheng.core.documents.wording import Part, body_of, parts_of, read_wording, worded
from zhunsheng.foundation.accounts.actions import grants
from zhunsheng.foundation.documents.lifecycle import WORDING_TRANSITIONS, DocumentStepError, WordingState
from zhunsheng.foundation.documents.models import ON_ITS_WAY, Wording
from zhunsheng.foundation.documents.proving import proved
from zhunsheng.foundation.documents.terms import DocumentTerms
from zhunsheng.foundation.documents.writing import day_of
from zhunsheng.foundation.evidence import actions as evidence

EDIT, APPROVE = "list.edit", "list.approve"
REASON_MAX = 500


def draft(*, by: Actor, at: datetime, kind: str, reason: str, terms: DocumentTerms) -> int:
    """Begin a wording of a kind, from the text in force or from none; its id.

    DocumentStepError without a reason, and while another one of this kind is on its way.
    """
    by.require_person("起草文书正文", EDIT)
    if not reason.strip():
        raise DocumentStepError("请写明为什么写这份正文")
    entry, base = terms.catalogue.template(kind), terms.template(kind, day_of(at))
    with transaction.atomic():
        known = Wording.objects.select_for_update().filter(kind=kind)
        if known.filter(state__in=ON_ITS_WAY).exists():
            raise DocumentStepError(f"{base.name_zh}已有一版正文在办理，请先办完或者撤回")
        number = (known.aggregate(last=Max("number"))["last"] or 0) + 1
        sample = {name: value for name, value in base.sample.items() if name in entry.fields}
        row = Wording(
            kind=kind,
            number=number,
            state=WordingState.DRAFT.value,
            reason=reason.strip()[:REASON_MAX],
            authors=[by.key],
            author=by.key,
            author_name=by.name,
            drafted_at=at,
            changed_at=at,
        )
        _write(row, entry, parts_of(base.document.get("body", ())), sample)
        grants.take_part(by=by, at=at, matter=_matter(row), part="EDIT_LIST")
        _note(by, at, row, "WORDING_DRAFTED", row.reason)
    return row.id


def revise(
    *,
    by: Actor,
    at: datetime,
    wording_id: int,
    parts: Sequence[Part],
    sample: Mapping[str, object],
    terms: DocumentTerms,
) -> None:
    """Another text for a draft; whoever writes on it may not approve it. Faults do not hinder a draft.

    WordingError and FieldError for what cannot be kept at all.
    """
    by.require_person("修改文书正文", EDIT)
    with transaction.atomic():
        row = _locked(wording_id)
        if row.state != WordingState.DRAFT.value:
            raise DocumentStepError("只有草稿可以修改；已送审的请先退回")
        base = terms.catalogue.template(row.kind)
        row.authors = sorted({*row.authors, by.key})
        row.author, row.author_name, row.changed_at = by.key, by.name, at
        _write(row, base, parts, sample)
        grants.take_part(by=by, at=at, matter=_matter(row), part="EDIT_LIST")
        _note(by, at, row, "WORDING_REVISED")


def submit(*, by: Actor, at: datetime, wording_id: int, terms: DocumentTerms) -> None:
    """Hand a draft in; DocumentStepError with the first fault that hinders."""
    template = read_wording(json.loads(Wording.objects.get(id=wording_id).body))
    hindering = [fault.text for fault in proved(template, terms, day_of(at)) if fault.hinders]
    if hindering:
        raise DocumentStepError(hindering[0])
    _step(by, at, wording_id, WordingState.REVIEWING, EDIT)


def send_back(*, by: Actor, at: datetime, wording_id: int, reason: str) -> None:
    """Back to its author with a reason."""
    if not reason.strip():
        raise DocumentStepError("退回须写明理由")
    _step(by, at, wording_id, WordingState.DRAFT, APPROVE, reason)


def approve(*, by: Actor, at: datetime, wording_id: int, content_hash: str, opinion: str = "") -> None:
    """Approve exactly the text that was looked at, by nobody who wrote on it."""
    by.require_person("批准文书正文", APPROVE)
    with transaction.atomic():
        row = _locked(wording_id)
        if row.content_hash != content_hash:
            raise DocumentStepError("看过的不是这一稿，请刷新页面后再批准")
        if by.key in row.authors:
            raise DocumentStepError("起草或者修改过正文的人不能批准")
        named = {"approver": by.key, "approver_name": by.name, "opinion": opinion.strip()[:REASON_MAX]}
        _step(by, at, wording_id, WordingState.APPROVED, APPROVE, opinion, named)
        grants.take_part(by=by, at=at, matter=_matter(row), part="APPROVE_LIST")


def publish(*, by: Actor, at: datetime, wording_id: int, on: date) -> None:
    """Publish for a day that is not past and after the day of the version before; it never changes again."""
    if on < day_of(at):
        raise DocumentStepError("施行日期不能早于今天")
    with transaction.atomic():
        row = _locked(wording_id)
        published = Wording.objects.filter(kind=row.kind, state=WordingState.PUBLISHED.value)
        last = published.aggregate(last=Max("effective_on"))["last"]
        if last is not None and on <= last:
            raise DocumentStepError(f"上一版自 {last} 起施行，这一版须在其后施行")
        _step(
            by, at, wording_id, WordingState.PUBLISHED, APPROVE, on.isoformat(), changes={"effective_on": on}
        )


def withdraw(*, by: Actor, at: datetime, wording_id: int, reason: str) -> None:
    """End a life before publication, with a reason."""
    if not reason.strip():
        raise DocumentStepError("撤回须写明理由")
    _step(by, at, wording_id, WordingState.WITHDRAWN, EDIT, reason)


def _write(row: Wording, base: Template, parts: Sequence[Part], sample: Mapping[str, Any]) -> None:
    document = worded(base, f"own-{row.number}", body_of(parts), accepted(base, sample))
    read_wording(document)
    row.body, row.content_hash = json.dumps(document, ensure_ascii=False), canonical_hash(document)
    row.save()


def _locked(wording_id: int) -> Wording:
    return Wording.objects.select_for_update().get(id=wording_id)


def _step(
    by: Actor,
    at: datetime,
    wording_id: int,
    after: WordingState,
    power: str,
    why: str = "",
    changes: Mapping[str, object] | None = None,
) -> None:
    by.require_person("文书正文程序", power)
    with transaction.atomic():
        row = _locked(wording_id)
        if after not in WORDING_TRANSITIONS[WordingState(row.state)]:
            raise DocumentStepError("这一版的状态已经变了，请按页面上现在的步骤继续")
        for name, value in (changes or {}).items():
            setattr(row, name, value)
        row.state, row.changed_at = after.value, at
        row.save()
        _note(by, at, row, f"WORDING_{after.value}", why)


def _note(by: Actor, at: datetime, row: Wording, action: str, why: str = "") -> None:
    detail = {"kind": row.kind, "sha256": row.content_hash, "why": why}
    evidence.record(by=by, at=at, action=action, target=_matter(row), detail=detail)


def _matter(row: Wording) -> str:
    return f"wording:{row.kind}@{row.number}"
