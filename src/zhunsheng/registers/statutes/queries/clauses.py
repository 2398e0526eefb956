"""The clause picker: a reference becomes the text in force on the day of the act, or says it is missing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from zhunsheng.core.actors import Viewer
from zhunsheng.core.documents.clauses import Clause, citation_words
from zhunsheng.core.statutes.references import LawRecord, Place, read_place
from zhunsheng.registers.statutes.queries.laws import ArticleCard, article_on


def clause(
    *,
    viewer: Viewer,
    law: str,
    article: str,
    on: date,
    records: Mapping[str, LawRecord],
    missing_zh: str,
) -> Clause:
    """One clause as it stood on a day. Nothing is made up: without a text it carries the bureau's notice."""
    record, place = records.get(law), read_place(article)
    names = [record.full_name, law] if record else [law]
    if place is not None:
        for name in names:
            card = article_on(viewer=viewer, law=name, place=place, on=on)
            text = _part(card, place) if card else ""
            if card and text:
                words = citation_words(card.law, article, paragraphs=len(card.paragraphs))
                return Clause(law, article, words, text, card.valid_from)
    return Clause(law, article, citation_words(names[0], article), "", None, missing_zh)


def _part(card: ArticleCard, place: Place) -> str:
    """The paragraph or item that is meant, an item with the sentence it completes; empty if there is none."""
    if not place.inner:
        return card.text
    first, paragraphs = place.inner[0], card.paragraphs
    if len(place.inner) == 1:
        if first <= len(paragraphs) > 1:
            return "\n".join((paragraphs[first - 1][0], *paragraphs[first - 1][1]))
        return next((f"{lead}\n{items[first - 1]}" for lead, items in paragraphs if first <= len(items)), "")
    item = place.inner[1]
    if first > len(paragraphs) or item > len(paragraphs[first - 1][1]):
        return ""
    lead, items = paragraphs[first - 1]
    return f"{lead}\n{items[item - 1]}"
