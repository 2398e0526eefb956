"""Reading the bureau's own wordings: the same for every officer, since a wording is about nobody."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from zhunsheng.core.actors import Viewer
from zhunsheng.core.documents.template import Template
from zhunsheng.core.documents.wording import Fault, preview, read_wording
from zhunsheng.foundation.documents.lifecycle import WordingState
from zhunsheng.foundation.documents.models import ON_ITS_WAY, Wording
from zhunsheng.foundation.documents.proving import proved
from zhunsheng.foundation.documents.queries.pages import PageFile, PageFormat, drawn
from zhunsheng.foundation.documents.terms import DocumentTerms

EFFECTIVE, SUPERSEDED = "EFFECTIVE", "SUPERSEDED"


@dataclass(frozen=True, slots=True)
class WordingCard:
    """One version as pages show it. `state` is the state on the day asked for: a published one is EFFECTIVE
    from its day until the next one's, then SUPERSEDED."""

    id: int
    kind: str
    number: int
    state: str
    reason: str
    content_hash: str
    authors: tuple[str, ...]
    author_name: str
    approver_name: str
    opinion: str
    drafted_at: datetime
    changed_at: datetime
    effective_on: date | None
    template: Template


@lru_cache(maxsize=256)
def _template(body: str) -> Template:
    """A wording never changes under its text, so it is read once."""
    return read_wording(json.loads(body))


def of_kind(*, viewer: Viewer, kind: str, on: date) -> list[WordingCard]:
    """Every version of a kind, newest first; for the bureau."""
    if not viewer.is_staff:
        return []
    rows = list(Wording.objects.filter(kind=kind).order_by("number"))
    return [_card(row, rows, on) for row in reversed(rows)]


def wording(*, viewer: Viewer, wording_id: int, on: date) -> WordingCard | None:
    """One version, for the bureau."""
    row = Wording.objects.filter(id=wording_id).first() if viewer.is_staff else None
    return _card(row, list(Wording.objects.filter(kind=row.kind)), on) if row else None


def on_their_way(*, viewer: Viewer) -> dict[str, tuple[int, str]]:
    """Kind → (id, state) of what is drafted, handed in or approved; for the bureau."""
    rows = Wording.objects.filter(state__in=ON_ITS_WAY) if viewer.is_staff else Wording.objects.none()
    return {kind: (number, state) for kind, number, state in rows.values_list("kind", "id", "state")}


def published(*, viewer: Viewer) -> dict[str, tuple[tuple[date, Template], ...]]:
    """Kind → every published wording with its first day, oldest first."""
    del viewer
    told: dict[str, tuple[tuple[date, Template], ...]] = {}
    rows = Wording.objects.filter(state=WordingState.PUBLISHED.value).order_by("kind", "effective_on")
    for row in rows:
        if row.effective_on is not None:
            told[row.kind] = (*told.get(row.kind, ()), (row.effective_on, _template(row.body)))
    return told


def faults(*, viewer: Viewer, card: WordingCard, terms: DocumentTerms, on: date) -> list[Fault]:
    """What is wrong with a version, each at its place."""
    del viewer
    return proved(card.template, terms, on)


def preview_file(*, viewer: Viewer, card: WordingCard, on: date) -> PageFile | None:
    """The PDF of a version with its own sample; None while it cannot be composed.

    RenderError for what cannot be drawn here.
    """
    content = preview(card.template)
    return drawn(viewer=viewer, told=content, form=PageFormat.PDF, on=on) if content else None


def _card(row: Wording, rows: Sequence[Wording], on: date) -> WordingCard:
    return WordingCard(
        row.id,
        row.kind,
        row.number,
        _state(row, rows, on),
        row.reason,
        row.content_hash,
        tuple(row.authors),
        row.author_name,
        row.approver_name,
        row.opinion,
        row.drafted_at,
        row.changed_at,
        row.effective_on,
        _template(row.body),
    )


def _state(row: Wording, rows: Sequence[Wording], on: date) -> str:
    if row.effective_on is None or row.effective_on > on:
        return row.state
    newer = any(one.effective_on is not None and row.effective_on < one.effective_on <= on for one in rows)
    return SUPERSEDED if newer else EFFECTIVE
