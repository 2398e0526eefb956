"""Reading proposals: internal, the same for every scope, since a rule is about nobody in particular."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

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
