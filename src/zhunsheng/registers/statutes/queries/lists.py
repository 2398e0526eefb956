"""Lists: the version of a day, two side by side, conflicts between levels, use for the yearly evaluation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from zhunsheng.core.actors import Viewer
from zhunsheng.core.clock import day_end, moment, months_back
from zhunsheng.core.statutes.lists import LEVELS, EntryChange, Proposal, compared, proposed
from zhunsheng.registers.statutes.lifecycle import ListState
from zhunsheng.registers.statutes.models import ListChoice, ListEvaluation, ListVersion

PUBLIC = frozenset({ListState.PUBLISHED.value, ListState.EFFECTIVE.value, ListState.SUPERSEDED.value})


@dataclass(frozen=True, slots=True)
class ListCard:
    """One version of a list."""

    id: int
    list_key: str
    number: int
    title: str
    issuer: str
    level: str
    state: str
    valid_from: date | None
    valid_to: date | None
    content: Mapping[str, Any]
    author: str
    reviews: Mapping[str, Mapping[str, str]]
    approver: str


@dataclass(frozen=True, slots=True)
class EvaluationCard:
    """One yearly evaluation."""

    year: int
    uses: Mapping[str, int]
    conclusion: str
    opinion: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class ChoiceCard:
    """A choice between two levels, with what was proposed; `stands` until a later one supersedes it."""

    higher: ListCard
    lower: ListCard
    chosen: ListCard
    proposed: ListCard
    reason: str
    at: datetime
    by_name: str
    stands: bool


def versions(*, viewer: Viewer, list_key: str) -> list[ListCard]:
    """All versions, oldest first; outside the bureau only those that were published."""
    rows = ListVersion.objects.filter(list_key=list_key)
    if not viewer.is_supervisor:
        rows = rows.filter(state__in=PUBLIC)
    return [_card(row) for row in rows]


def in_force(*, viewer: Viewer, list_key: str, on: date) -> ListCard | None:
    """The version that applied on a day: where two levels were in conflict, the one that a person chose."""
    found = next((c for c in versions(viewer=viewer, list_key=list_key) if _holds(c, on)), None)
    seen: set[int] = set()
    while found is not None and found.id not in seen:
        seen.add(found.id)
        found = _chosen_over(found, on) or found
    return found


def _holds(card: ListCard, on: date) -> bool:
    started = card.valid_from is not None and card.valid_from <= on
    return started and (card.valid_to is None or on <= card.valid_to)


def _chosen_over(card: ListCard, on: date) -> ListCard | None:
    """The list that stood chosen over this one at the end of a day, if it was in force that day."""
    told = ListChoice.objects.filter(Q(higher=card.id) | Q(lower=card.id), at__lte=moment(day_end(on)))
    last = {(row.higher_id, row.lower_id): row for row in told.select_related("chosen").order_by("id")}
    others = (_card(row.chosen) for row in last.values() if row.chosen_id != card.id)
    return next((other for other in others if _holds(other, on)), None)


def effective(*, viewer: Viewer, on: date) -> list[ListCard]:
    """Every version in force on a day, by key; outside the bureau those that were published."""
    rows = ListVersion.objects.filter(valid_from__lte=on).exclude(valid_to__lt=on).order_by("list_key")
    if not viewer.is_supervisor:
        rows = rows.filter(state__in=PUBLIC)
    return [_card(row) for row in rows]


def choices(*, viewer: Viewer, version_ids: Iterable[int]) -> list[ChoiceCard]:
    """Every choice in which one of these versions is chosen or not, the newest first; for the bureau only."""
    if not viewer.is_supervisor:
        return []
    ids = sorted(version_ids)
    rows = ListChoice.objects.filter(Q(higher__in=ids) | Q(lower__in=ids))
    rows = rows.select_related("higher", "lower", "chosen", "proposed", "superseded_by").order_by("-id")
    return [
        ChoiceCard(
            _card(row.higher),
            _card(row.lower),
            _card(row.chosen),
            _card(row.proposed),
            row.reason,
            row.at,
            row.by_name,
            not hasattr(row, "superseded_by"),
        )
        for row in rows
    ]


def side_by_side(*, viewer: Viewer, old_id: int, new_id: int) -> list[EntryChange]:
    """Every entry in which two versions differ."""
    cards = {card.id: card for row in (old_id, new_id) if (card := _seen(viewer, row)) is not None}
    if len(cards) < 2:
        return []
    return compared(cards[old_id].content, cards[new_id].content)


def conflict(
    *, viewer: Viewer, one_id: int, other_id: int, lower_more_favourable: bool, lower_within_authority: bool
) -> tuple[ListCard, ListCard, Proposal] | None:
    """Both lists, the higher level first, and what M01 proposes; a person chooses."""
    found = [card for row in (one_id, other_id) if (card := _seen(viewer, row)) is not None]
    if len(found) < 2:
        return None
    higher, lower = sorted(found, key=lambda card: LEVELS.index(card.level))
    told = proposed(
        higher.list_key,
        lower.list_key,
        lower_more_favourable=lower_more_favourable,
        lower_within_authority=lower_within_authority,
    )
    return higher, lower, told


def overview(*, viewer: Viewer) -> list[ListCard]:
    """The newest version of every list that the viewer may see, by key."""
    rows = ListVersion.objects.order_by("list_key", "number")
    if not viewer.is_supervisor:
        rows = rows.filter(state__in=PUBLIC)
    return list({row.list_key: _card(row) for row in rows}.values())


def version(*, viewer: Viewer, list_key: str, number: int | None = None) -> ListCard | None:
    """One version, or the newest; outside the bureau only published ones."""
    found = versions(viewer=viewer, list_key=list_key)
    return next((card for card in reversed(found) if number in {None, card.number}), None)


def evaluations(*, viewer: Viewer, version_id: int) -> list[EvaluationCard]:
    """The yearly evaluations of a version, oldest first; for the bureau only."""
    if not viewer.is_supervisor:
        return []
    rows = ListEvaluation.objects.filter(version=version_id)
    return [EvaluationCard(r.year, r.uses, r.conclusion, r.opinion, r.at, r.by) for r in rows]


def unevaluated(*, viewer: Viewer, on: date, months: int) -> list[ListCard]:
    """Lists in force for so many months that were not evaluated within them (M01); for the bureau only."""
    if not viewer.is_supervisor:
        return []
    since = months_back(on, months)
    rows = ListVersion.objects.filter(state=ListState.EFFECTIVE.value, valid_from__lte=since)
    return [_card(row) for row in rows.exclude(evaluations__at__date__gt=since).order_by("list_key")]


def uses(*, viewer: Viewer, list_key: str, year: int) -> Counter[str]:
    """How often each entry was relied on in a year; for the bureau only."""
    if not viewer.is_supervisor:
        return Counter()
    rows = ListVersion.objects.filter(list_key=list_key, uses__used_on__year=year)
    return Counter(rows.values_list("uses__entry", flat=True))


def _seen(viewer: Viewer, version_id: int) -> ListCard | None:
    row = ListVersion.objects.filter(id=version_id).first()
    if row is None or (not viewer.is_supervisor and row.state not in PUBLIC):
        return None
    return _card(row)


def _card(row: ListVersion) -> ListCard:
    return ListCard(
        row.id,
        row.list_key,
        row.number,
        row.title,
        row.issuer,
        row.level,
        row.state,
        row.valid_from,
        row.valid_to,
        row.content,
        row.author,
        row.reviews,
        row.approver,
    )
