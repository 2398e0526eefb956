"""Reading proposals: internal, the same for every scope, since a rule is about nobody in particular."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from zhunsheng.core.actors import Viewer
from zhunsheng.judging.rulebook.lifecycle import ProposalState
from zhunsheng.judging.rulebook.models import Proposal

SHOWN_MAX = 200


@dataclass(frozen=True, slots=True)
class ProposalCard:
    """A version on its way, with the hash of what is approved."""

    id: int
    dossier_hash: str
    pack_hash: str
    pack_version: str
    reason: str
    state: ProposalState
    author: str
    author_name: str
    reviewer_name: str
    opinion: str
    approver_name: str
    drafted_at: datetime
    changed_at: datetime
    effective_on: date | None
    effective_at: datetime | None
    replaces: str


def _card(row: Proposal) -> ProposalCard:
    return ProposalCard(
        row.id,
        row.dossier_id,
        row.pack_hash,
        row.pack_version,
        row.reason,
        ProposalState(row.state),
        row.author,
        row.author_name,
        row.reviewer_name,
        row.opinion,
        row.approver_name,
        row.drafted_at,
        row.changed_at,
        row.effective_on,
        row.effective_at,
        row.replaces,
    )


def proposals(*, viewer: Viewer) -> list[ProposalCard]:
    """The newest first; for supervisors of any scope."""
    if not viewer.is_supervisor:
        return []
    return [_card(row) for row in Proposal.objects.order_by("-id")[:SHOWN_MAX]]


def proposal(*, viewer: Viewer, proposal_id: int) -> tuple[ProposalCard, dict[str, Any]] | None:
    """One with its dossier; for supervisors of any scope."""
    row = Proposal.objects.select_related("dossier").filter(id=proposal_id).first()
    return (_card(row), json.loads(row.dossier.text)) if row and viewer.is_supervisor else None


@dataclass(frozen=True, slots=True)
class Ruling:
    """A version that was published: from which instant it judges, and what judged when it was published."""

    proposal: int
    pack_hash: str
    replaces: str
    since_at: datetime


def rulings(*, viewer: Viewer, known_at: datetime) -> list[Ruling]:
    """What was published by an instant and not called off by then, in the order in which it takes effect.

    Of two for one instant the one published later judges. For supervisors of any scope.
    """
    if not viewer.is_supervisor:
        return []
    called_off = Q(state=ProposalState.WITHDRAWN.value, changed_at__lte=known_at)
    rows = Proposal.objects.filter(published_at__lte=known_at, effective_at__isnull=False).exclude(called_off)
    told = rows.order_by("effective_at", "published_at", "id")
    return [Ruling(r.id, r.pack_hash, r.replaces, r.effective_at) for r in told if r.effective_at]
