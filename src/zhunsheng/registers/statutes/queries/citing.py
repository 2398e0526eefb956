"""Which citations resolve in the installed base, all of a pack at once: three looks in all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum

from django.db.models import Q

from zhunsheng.core.actors import Viewer
from zhunsheng.core.statutes.references import Citation, LawRecord, Place, read_place
from zhunsheng.registers.statutes.models import Article, Law, LawVersion


class Standing(StrEnum):
    """What the installed base says of a citation."""

    RESOLVED = "RESOLVED"
    NO_RECORD = "NO_RECORD"
    NOT_INSTALLED = "NOT_INSTALLED"
    NO_SUCH_ARTICLE = "NO_SUCH_ARTICLE"
    REPEALED = "REPEALED"
    UNVERIFIED = "UNVERIFIED"


Shape = tuple[int, ...]
"""How many items each paragraph of an article has."""


def standings(
    *, viewer: Viewer, citations: Iterable[Citation], records: Mapping[str, LawRecord], on: date
) -> dict[Citation, Standing]:
    """Each citation with what the installed base says of it on a day."""
    del viewer
    asked = dict.fromkeys(citations)
    names = {name for one in asked for name in _names(one, records)}
    laws = {law.name: law for law in Law.objects.filter(name__in=names)}
    shapes = _shapes(laws, asked, on)
    return {one: _standing(one, records, laws, shapes, on) for one in asked}


def _names(citation: Citation, records: Mapping[str, LawRecord]) -> tuple[str, ...]:
    record = records.get(citation.law)
    return (record.full_name, citation.law) if record else (citation.law,)


def _shapes(
    laws: Mapping[str, Law], asked: Iterable[Citation], on: date
) -> dict[tuple[int, int, int], Shape]:
    """Law, article and branch → its shape in the text of the day, for all articles that are cited."""
    known = {law.id for law in laws.values()}
    texts = LawVersion.objects.filter(law__in=known, valid_from__lte=on).order_by("valid_from")
    newest = {law: version for version, law in texts.values_list("id", "law_id")}
    places = [place for one in asked if (place := read_place(one.article)) is not None]
    rows = Article.objects.filter(
        Q(version__in=newest.values()), number__in={place.number for place in places}
    )
    return {
        (law, number, branch): tuple(len(items) for _text, items in paragraphs)
        for law, number, branch, paragraphs in rows.values_list(
            "version__law_id", "number", "branch", "paragraphs"
        )
    }


def _standing(
    citation: Citation,
    records: Mapping[str, LawRecord],
    laws: Mapping[str, Law],
    shapes: Mapping[tuple[int, int, int], Shape],
    on: date,
) -> Standing:
    record, place = records.get(citation.law), read_place(citation.article)
    if record is None:
        return Standing.NO_RECORD
    if record.valid_to is not None and on > record.valid_to:
        return Standing.REPEALED
    if place is None or citation.status == "UNVERIFIED":
        return Standing.UNVERIFIED
    law = next((laws[name] for name in _names(citation, records) if name in laws), None)
    if law is None:
        return Standing.NOT_INSTALLED
    if law.repealed_on is not None and on >= law.repealed_on:
        return Standing.REPEALED
    shape = shapes.get((law.id, place.number, place.branch))
    return Standing.RESOLVED if shape is not None and _inner(shape, place) else Standing.NO_SUCH_ARTICLE


def _inner(shape: Shape, place: Place) -> bool:
    """Whether paragraph and item exist; one bracket may mean a paragraph or an item of the only list."""
    if not place.inner:
        return True
    first = place.inner[0]
    if len(place.inner) == 1:
        return first <= len(shape) or any(first <= items for items in shape)
    return first <= len(shape) and place.inner[1] <= shape[first - 1]
