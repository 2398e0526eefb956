"""Reading proposals: internal, the same for every scope, since a rule is about nobody in particular."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, Sum

from zhunsheng.core.actors import Viewer
from zhunsheng.core.clock import day_of, instant
from zhunsheng.judging.rulebook.lifecycle import (
    ManuscriptState,
    ProposalState,
    SaveHow,
    ShadowState,
    SnoozeState,
)
from zhunsheng.judging.rulebook.models import (
    Manuscript,
    ManuscriptSave,
    ManuscriptTrial,
    Proposal,
    Shadow,
    ShadowCount,
    Snooze,
)

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


@dataclass(frozen=True, slots=True)
class ShadowCard:
    """A shadow run with who, why and until when."""

    id: int
    proposal: int
    pack_hash: str
    pack_version: str
    reason: str
    state: ShadowState
    started_by_name: str
    started_at: datetime
    until_on: date
    counted_to: datetime
    ended_at: datetime | None
    ended_by_name: str
    ended_why: str


def shadows(*, viewer: Viewer, proposal_id: int | None = None, running: bool = False) -> list[ShadowCard]:
    """Shadow runs, newest first; for supervisors of any scope."""
    rows = Shadow.objects.select_related("proposal").order_by("-id")
    if proposal_id is not None:
        rows = rows.filter(proposal=proposal_id)
    if running:
        rows = rows.filter(state=ShadowState.RUNNING.value)
    return [_shadow(row) for row in rows[:SHOWN_MAX]] if viewer.is_supervisor else []


def shadow(*, viewer: Viewer, shadow_id: int) -> ShadowCard | None:
    """One of them; for supervisors of any scope."""
    row = Shadow.objects.select_related("proposal").filter(id=shadow_id).first()
    return _shadow(row) if row is not None and viewer.is_supervisor else None


def _shadow(row: Shadow) -> ShadowCard:
    return ShadowCard(
        row.id,
        row.proposal_id,
        row.pack_hash,
        row.proposal.pack_version,
        row.reason,
        ShadowState(row.state),
        row.started_by_name,
        row.started_at,
        row.until_on,
        row.counted_to,
        row.ended_at,
        row.ended_by_name,
        row.ended_why,
    )


@dataclass(frozen=True, slots=True)
class ShadowRow:
    """Touches of a day, an item and a station: of the shadow, live, only of the shadow, only live."""

    day: date
    item: str
    unit: str
    touches: int
    live: int
    gained: int
    lost: int


def shadow_counts(*, viewer: Viewer, cards: Sequence[ShadowCard]) -> dict[int, list[ShadowRow]]:
    """By run, the days that are counted to the end, by item and station; for who sees the whole bureau."""
    told: dict[int, list[ShadowRow]] = {card.id: [] for card in cards}
    if not viewer.sees_all:
        return told
    over = {card.id: day_of(instant(card.counted_to)) for card in cards}
    columns = ("shadow", "day", "item", "unit")
    rows = ShadowCount.objects.filter(shadow__in=over).order_by(*columns).values_list(*columns)
    sums = rows.annotate(Sum("touches"), Sum("live"), Sum("gained"), Sum("lost"))
    for run, day, item, unit, *numbers in sums:
        if day < over[run]:
            told[run].append(ShadowRow(day, item, unit, *numbers))
    return told


@dataclass(frozen=True, slots=True)
class SnoozeCard:
    """A snooze with who, why, since and until when; `over_at` is the instant at which it ends or ended."""

    id: int
    point: str
    district: str
    reason: str
    state: SnoozeState
    started_by_name: str
    started_at: datetime
    until_at: datetime
    ended_by_name: str
    ended_why: str
    over_at: datetime


def snoozes(
    *, viewer: Viewer, known_at: datetime, holding_at: datetime | None = None, point: str = ""
) -> list[SnoozeCard]:
    """Snoozes as known at an instant, newest first: who ended one later had not ended it then.

    With `holding_at` those that hold at that instant. For supervisors of any scope.
    """
    if not viewer.is_supervisor:
        return []
    rows = Snooze.objects.filter(started_at__lte=known_at).order_by("-id")
    if holding_at is not None:
        rows = rows.filter(started_at__lte=holding_at, until_at__gt=holding_at)
    cards = [_snooze(row, known_at) for row in (rows.filter(point=point) if point else rows)]
    return [card for card in cards if holding_at is None or holding_at < card.over_at]


def _snooze(row: Snooze, known_at: datetime) -> SnoozeCard:
    known = row.ended_at is not None and row.ended_at <= known_at
    return SnoozeCard(
        row.id,
        row.point,
        row.district,
        row.reason,
        SnoozeState(row.state) if known else SnoozeState.RUNNING,
        row.started_by_name,
        row.started_at,
        row.until_at,
        row.ended_by_name if known else "",
        row.ended_why if known else "",
        row.ended_at if known and row.ended_at else row.until_at,
    )


Texts = dict[str, dict[str, str | None]]


@dataclass(frozen=True, slots=True)
class SaveCard:
    """One save of a manuscript; `restores` is the number of the earlier one that it returned to."""

    number: int
    part: str
    how: SaveHow
    restores: int | None
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ManuscriptCard:
    """A manuscript as it stands: `texts` are by definition {home, text}, `number` that of the newest save."""

    id: int
    base_hash: str
    base_version: str
    state: ManuscriptState
    author_name: str
    opened_at: datetime
    changed_at: datetime
    number: int
    texts: Texts


def manuscripts(*, viewer: Viewer) -> list[ManuscriptCard]:
    """Those that are worked on, the one changed last first, without their texts; for supervisors."""
    rows = Manuscript.objects.filter(state=ManuscriptState.OPEN.value).order_by("-changed_at", "-id")
    return [_manuscript(row, 0, {}) for row in rows[:SHOWN_MAX]] if viewer.is_supervisor else []


def manuscript(*, viewer: Viewer, manuscript_id: int) -> ManuscriptCard | None:
    """One with its text as it stands; for supervisors of any scope."""
    row = Manuscript.objects.filter(id=manuscript_id).first()
    if row is None or not viewer.is_supervisor:
        return None
    last = row.saves.order_by("-number").first()
    return _manuscript(row, last.number, json.loads(last.parts)) if last else _manuscript(row, 0, {})


def _manuscript(row: Manuscript, number: int, texts: Texts) -> ManuscriptCard:
    return ManuscriptCard(
        row.id,
        row.base_hash,
        row.base_version,
        ManuscriptState(row.state),
        row.author_name,
        row.opened_at,
        row.changed_at,
        number,
        texts,
    )


def texts_at(*, viewer: Viewer, manuscript_id: int, number: int) -> Texts:
    """What a manuscript said after a save; {} before the first one."""
    row = ManuscriptSave.objects.filter(manuscript=manuscript_id, number=number).first()
    told: Texts = json.loads(row.parts) if row is not None and viewer.is_supervisor else {}
    return told


def saves(*, viewer: Viewer, manuscript_id: int) -> list[SaveCard]:
    """The saves of a manuscript, newest first."""
    rows = ManuscriptSave.objects.filter(manuscript=manuscript_id).order_by("-number").defer("parts")
    told = rows[:SHOWN_MAX] if viewer.is_supervisor else []
    return [
        SaveCard(row.number, row.part, SaveHow(row.how), row.restores, row.saved_by_name, row.saved_at)
        for row in told
    ]


def trials(*, viewer: Viewer, manuscript_id: int) -> list[str]:
    """The hashes of the versions that a manuscript was tried out as, newest first."""
    rows = ManuscriptTrial.objects.filter(manuscript=manuscript_id).order_by("-id")
    return [row.pack_hash for row in rows[:SHOWN_MAX]] if viewer.is_supervisor else []
