"""Steps in the life of a version: each by a named person with the permission, on record."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from zhunsheng.core.actors import Actor
from zhunsheng.core.clock import day_of, day_start, instant, moment
from zhunsheng.foundation.evidence import actions as evidence
from zhunsheng.judging.rulebook.lifecycle import ProposalState, ProposalStepError, check_step
from zhunsheng.judging.rulebook.models import Dossier, ManuscriptSave, ManuscriptTrial, Proposal

EDIT, REVIEW, APPROVE, PUBLISH = "rule.edit", "rule.review", "rule.approve", "model.publish"


def draft(*, by: Actor, at: datetime, dossier: Mapping[str, Any], reason: str) -> int:
    """Begin the life of a version with its dossier; the proposal's id. An empty reason is refused."""
    by.require_person("起草规则", EDIT)
    if not reason.strip():
        raise ProposalStepError("请写明为什么改，或为什么恢复原来的版本")
    text = json.dumps(dossier, ensure_ascii=False, sort_keys=True)
    told = hashlib.sha256(text.encode()).hexdigest()
    with transaction.atomic():
        kept, _ = Dossier.objects.get_or_create(content_hash=told, defaults={"text": text, "made_at": at})
        row = Proposal.objects.create(
            dossier=kept,
            pack_hash=dossier["pack"]["hash"],
            pack_version=dossier["pack"]["version"],
            reason=reason.strip()[:500],
            author=by.key,
            author_name=by.name,
            drafted_at=at,
            changed_at=at,
        )
        _note(by, at, row, "RULE_DRAFTED", {"dossier": told, "reason": row.reason})
    return row.id


def submit(*, by: Actor, at: datetime, proposal_id: int) -> None:
    """Hand the draft to the reviewers; an error of the proof or a failing example is not handed in."""
    _refuse_unproved(proposal_id)
    _step(by, at, proposal_id, ProposalState.REVIEWING, EDIT)


def review(*, by: Actor, at: datetime, proposal_id: int, opinion: str) -> None:
    """An opinion by somebody other than the author."""
    if not opinion.strip():
        raise ProposalStepError("审查须写明意见")
    named = {"reviewer": by.key, "reviewer_name": by.name, "opinion": opinion.strip()[:500]}
    _step(by, at, proposal_id, ProposalState.REVIEWED, REVIEW, why=opinion, others_only=True, changes=named)


def send_back(*, by: Actor, at: datetime, proposal_id: int, reason: str) -> None:
    """Back to the author with a reason; the review no longer counts."""
    if not reason.strip():
        raise ProposalStepError("退回须写明理由")
    nobody = {"reviewer": "", "reviewer_name": "", "opinion": ""}
    _step(by, at, proposal_id, ProposalState.DRAFT, REVIEW, why=reason, changes=nobody)


def approve(*, by: Actor, at: datetime, proposal_id: int, dossier_hash: str) -> None:
    """Approve exactly what was looked at: the dossier with this hash, by somebody other than the author."""
    if Proposal.objects.get(id=proposal_id).dossier_id != dossier_hash:
        raise ProposalStepError("看过的不是这一份，请刷新页面后再批准")
    named = {"approver": by.key, "approver_name": by.name}
    _step(
        by,
        at,
        proposal_id,
        ProposalState.APPROVED,
        APPROVE,
        why=dossier_hash,
        others_only=True,
        changes=named,
    )


def publish(*, by: Actor, at: datetime, proposal_id: int, on: date, replaces: str) -> datetime:
    """Publish for a day that is not past; the instant from which the version judges.

    That is the beginning of the day in Asia/Shanghai, for today this very instant: no judgement that was made
    is touched by it. `replaces` is the hash of the pack that judges now.
    """
    if on < day_of(instant(at)):
        raise ProposalStepError("施行日期不能早于今天")
    _refuse_unproved(proposal_id)
    since = max(moment(day_start(on)), moment(instant(at)))
    changes = {"effective_on": on, "published_at": moment(instant(at)), "effective_at": since}
    _step(
        by,
        at,
        proposal_id,
        ProposalState.PUBLISHED,
        PUBLISH,
        why=on.isoformat(),
        changes={**changes, "replaces": replaces},
    )
    return since


def call_off(*, by: Actor, at: datetime, proposal_id: int, reason: str) -> None:
    """What was published is called off before its day, with a reason; later only another version helps."""
    if not reason.strip():
        raise ProposalStepError("撤销发布须写明理由")
    row = Proposal.objects.get(id=proposal_id)
    if row.state != ProposalState.PUBLISHED or row.effective_at is None or row.effective_at <= at:
        raise ProposalStepError("已施行的版本不能撤销，请恢复原来的版本或另行发布")
    _step(by, at, proposal_id, ProposalState.WITHDRAWN, PUBLISH, why=reason)


def take_effect(*, by: Actor, at: datetime, proposal_id: int) -> bool:
    """The day has come: the version is in effect and the one before gives way; False if it was called off."""
    with transaction.atomic():
        rows = Proposal.objects.select_for_update().order_by("id")
        row = rows.get(id=proposal_id)
        if row.state != ProposalState.PUBLISHED:
            return False
        for before in rows.filter(state=ProposalState.EFFECTIVE.value):
            _move(by, at, before, ProposalState.SUPERSEDED, f"rule:{row.id}")
        _move(by, at, row, ProposalState.EFFECTIVE, row.pack_hash)
    return True


def withdraw(*, by: Actor, at: datetime, proposal_id: int, reason: str) -> None:
    """End a life before publication, with a reason."""
    if not reason.strip():
        raise ProposalStepError("撤回须写明理由")
    if Proposal.objects.get(id=proposal_id).state == ProposalState.PUBLISHED:
        raise ProposalStepError("已发布的版本由发布人撤销")
    _step(by, at, proposal_id, ProposalState.WITHDRAWN, EDIT, why=reason)


def _writers_of(pack_hash: str) -> set[str]:
    """Whoever saved a text that was tried out as this version; they are its authors, too."""
    told: set[str] = set()
    for trial in ManuscriptTrial.objects.filter(pack_hash=pack_hash):
        rows = ManuscriptSave.objects.filter(manuscript=trial.manuscript_id, number__lte=trial.number)
        told |= set(rows.values_list("saved_by", flat=True))
    return told


def _refuse_unproved(proposal_id: int) -> None:
    dossier = json.loads(Proposal.objects.select_related("dossier").get(id=proposal_id).dossier.text)
    if dossier["errors"]:
        raise ProposalStepError("静态证明有错误，改正后重新试算、重新起草")
    if not all(example["passes"] for example in dossier.get("tests", ())):
        raise ProposalStepError("有示例没有通过，改正后重新试算、重新起草")


def _step(
    by: Actor,
    at: datetime,
    proposal_id: int,
    after: ProposalState,
    power: str,
    *,
    why: str = "",
    others_only: bool = False,
    changes: Mapping[str, object] | None = None,
) -> None:
    by.require_person("规则程序", power)
    with transaction.atomic():
        row = Proposal.objects.select_for_update().get(id=proposal_id)
        if others_only and by.key in {row.author, *_writers_of(row.pack_hash)}:
            raise ProposalStepError("起草的人不能审查或批准自己的版本")
        for name, value in (changes or {}).items():
            setattr(row, name, value)
        _move(by, at, row, after, why)


def _move(by: Actor, at: datetime, row: Proposal, after: ProposalState, why: str) -> None:
    check_step(row.state, after)
    row.state, row.changed_at = after.value, at
    row.save()
    _note(by, at, row, f"RULE_{after.value}", {"dossier": row.dossier_id, "why": why})


def _note(by: Actor, at: datetime, row: Proposal, action: str, detail: Mapping[str, object]) -> None:
    evidence.record(by=by, at=at, action=action, target=f"rule:{row.id}", detail=detail)
