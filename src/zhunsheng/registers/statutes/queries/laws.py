"""The text in force on a day, one article, search. Statutes are public."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest

import numpy as np
from django.db.models import Count

from zhunsheng.core.actors import Viewer
from zhunsheng.core.statutes.references import Place
from zhunsheng.registers.statutes import ranking
from zhunsheng.registers.statutes.models import Article, Law, LawVersion, SearchToken


@dataclass(frozen=True, slots=True)
class VersionCard:
    """One text of a law; `in_force_to` is the day before the next text or the repeal."""

    law: str
    valid_from: date
    in_force_to: date | None
    date_source: str
    articles: int


@dataclass(frozen=True, slots=True)
class ArticleCard:
    """One article as it stood in one version."""

    law: str
    valid_from: date
    number: int
    branch: int
    division: str
    paragraphs: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def text(self) -> str:
        """A line for each paragraph and item."""
        return "\n".join(line for text, items in self.paragraphs for line in (text, *items) if line)


def versions(*, viewer: Viewer, law: str) -> list[VersionCard]:
    """All texts of a law, oldest first."""
    del viewer
    told = LawVersion.objects.filter(law__name=law).select_related("law")
    rows = list(told.annotate(articles_count=Count("articles")).order_by("valid_from"))
    cards = []
    for row, following in zip_longest(rows, rows[1:]):
        end = following.valid_from if following else row.law.repealed_on
        last = date.fromordinal(end.toordinal() - 1) if end else None
        cards.append(VersionCard(row.law.name, row.valid_from, last, row.date_source, row.articles_count))
    return cards


def laws(*, viewer: Viewer) -> list[str]:
    """Full names of all laws installed."""
    del viewer
    return list(Law.objects.values_list("name", flat=True))


def version_on(*, viewer: Viewer, law: str, on: date) -> VersionCard | None:
    """The text in force on a day; None before the first and after the repeal."""
    standing = [
        card
        for card in versions(viewer=viewer, law=law)
        if card.valid_from <= on and (card.in_force_to is None or on <= card.in_force_to)
    ]
    return standing[-1] if standing else None


def article_on(*, viewer: Viewer, law: str, place: Place, on: date) -> ArticleCard | None:
    """An article as it stood on the day of the act."""
    version = version_on(viewer=viewer, law=law, on=on)
    if version is None:
        return None
    row = Article.objects.filter(
        version__law__name=law,
        version__valid_from=version.valid_from,
        number=place.number,
        branch=place.branch,
    ).first()
    return _card(row) if row else None


def articles_between(
    *, viewer: Viewer, law: str, place: Place, acted_on: date, judged_on: date
) -> list[ArticleCard]:
    """The article at the act and at the judgement, where they differ; a person decides which applies."""
    found = [article_on(viewer=viewer, law=law, place=place, on=day) for day in (acted_on, judged_on)]
    cards = [card for card in found if card is not None]
    return cards[:1] if len(cards) == 2 and cards[0].text == cards[1].text else cards


def _card(row: Article) -> ArticleCard:
    version = row.version
    paragraphs = tuple((text, tuple(items)) for text, items in row.paragraphs)
    return ArticleCard(version.law.name, version.valid_from, row.number, row.branch, row.division, paragraphs)


def _postings(wanted: Iterable[str]) -> Mapping[str, ranking.Postings]:
    rows = SearchToken.objects.filter(token__in=list(wanted))
    return {row.token: np.frombuffer(bytes(row.postings), ranking.POSTING) for row in rows}


def search(
    *,
    viewer: Viewer,
    question: str,
    words: Mapping[str, Iterable[str]],
    on: date | None = None,
    top: int = 10,
) -> list[tuple[ArticleCard, float]]:
    """The best articles for words or a lay question; with `on` only texts in force on that day."""
    wanted = ranking.query_weights(question, words, ranking.EXPANSION_WEIGHT)
    found: list[tuple[ArticleCard, float]] = []
    for number, score in ranking.rank(wanted, _postings, top=top * 5):
        card = _card(Article.objects.select_related("version__law").get(id=number))
        if on is not None:
            standing = version_on(viewer=viewer, law=card.law, on=on)
            if standing is None or standing.valid_from != card.valid_from:
                continue
        found.append((card, score))
    return found[:top]
