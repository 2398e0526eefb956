"""The law base at the desk: a law on a day, two texts side by side, an article, a search."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from zhunsheng.core.actors import Viewer
from zhunsheng.core.statutes.references import LawRecord, asked_place, read_place
from zhunsheng.engine.lawfiles import law_records, lay_words
from zhunsheng.portals.officer.access import internal
from zhunsheng.portals.officer.lawuse import uses_of
from zhunsheng.portals.officer.lists.laws import today
from zhunsheng.portals.officer.words import BASIS, DATE_SOURCES, LAW_STATES, LAW_TONES
from zhunsheng.registers.statutes.queries import browsing, laws
from zhunsheng.registers.statutes.queries.browsing import ArticleText, LawCard, TextCard

HITS_MAX = 20


def day_asked(request: HttpRequest, name: str = "on") -> date:
    """The day that the address names; today without one, or for nonsense."""
    try:
        return date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return today()


def _law(viewer: Viewer, number: int, on: date) -> LawCard:
    found = browsing.law(viewer=viewer, number=number, on=on)
    if found is None:
        raise Http404
    return found


def _text_of(texts: list[TextCard], card: LawCard) -> TextCard | None:
    """The text in force on the day of the card; none before the first and after the repeal."""
    standing = card.since if card.state == browsing.IN_FORCE else None
    return next((text for text in texts if text.valid_from == standing), None)


def record_of(name: str) -> LawRecord | None:
    """What the packs say of a law, by its full name."""
    known = law_records(settings.PACKS)
    return next((one for one in known.values() if name in {one.full_name, one.law}), None)


def _head(card: LawCard, on: date) -> dict[str, object]:
    record = record_of(card.name)
    return {
        "here": "laws",
        "law": card,
        "on": on,
        "state": LAW_STATES[card.state],
        "tone": LAW_TONES[card.state],
        "record": record,
        "checked": BASIS.get(record.status, record.status) if record else "",
    }


@internal
def law(request: HttpRequest, viewer: Viewer, number: int) -> HttpResponse:
    """The whole text in force on a day, the other texts, what was found when it was read."""
    on = day_asked(request)
    card, texts = _law(viewer, number, on), browsing.texts(viewer=viewer, number=number)
    shown = _text_of(texts, card)
    words = {
        **_head(card, on),
        "shown": shown,
        "dated": DATE_SOURCES.get(shown.date_source, "") if shown else "",
        "articles": browsing.articles(viewer=viewer, text=shown.id) if shown else [],
        "texts": [(text, DATE_SOURCES.get(text.date_source, text.date_source)) for text in texts],
        "before": [text for text in texts if shown is not None and text.valid_from < shown.valid_from],
    }
    return render(request, "officer/laws/law.html", words)


@internal
def article(request: HttpRequest, viewer: Viewer, number: int, key: str) -> HttpResponse:
    """One article on the day of the act and today, and what of the packs hangs on it."""
    on, place = day_asked(request), read_place(key)
    if place is None:
        raise Http404
    card, texts = _law(viewer, number, on), browsing.texts(viewer=viewer, number=number)
    now = _law(viewer, number, today())
    found: list[tuple[TextCard, ArticleText]] = []
    for text in dict.fromkeys(filter(None, (_text_of(texts, card), _text_of(texts, now)))):
        one = next(iter(browsing.articles(viewer=viewer, text=text.id, place=place)), None)
        if one is not None and all(one.paragraphs != known.paragraphs for _text, known in found):
            found.append((text, one))
    if not texts:
        raise Http404
    words = {**_head(card, on), "found": found, "key": key, "uses": uses_of(card.name, place)}
    return render(request, "officer/laws/article.html", words, status=200 if found else 404)


@internal
def compare(request: HttpRequest, viewer: Viewer, number: int) -> HttpResponse:
    """Two texts of one law, article by article, only what differs."""
    card, texts = _law(viewer, number, today()), browsing.texts(viewer=viewer, number=number)
    known = {str(text.id): text for text in texts}
    if not texts:
        raise Http404
    new = known.get(request.GET.get("new", ""), texts[0])
    old = known.get(request.GET.get("old", ""), texts[min(1, len(texts) - 1)])
    words = {
        **_head(card, today()),
        "texts": texts,
        "old": old,
        "new": new,
        "changes": browsing.compared(viewer=viewer, old=old.id, new=new.id),
    }
    return render(request, "officer/laws/compare.html", words)


Hit = tuple[int, str, ArticleText]


def hits_of(viewer: Viewer, text: str, on: date) -> tuple[list[Hit], int]:
    """Articles for what was typed, as (number of the law, its name, article), in force on a day; those asked
    for by law and number first, and how many these are."""
    asked = asked_place(text)
    record = law_records(settings.PACKS).get(asked[0]) if asked else None
    exact = (
        browsing.placed(
            viewer=viewer, name=record.full_name if record else asked[0], place=asked[1], on=on, top=5
        )
        if asked and asked[0]
        else []
    )
    found = (
        laws.search(viewer=viewer, question=text, words=lay_words(settings.PACKS), on=on, top=HITS_MAX)
        if text
        else []
    )
    known = browsing.numbers(viewer=viewer, names={card.law for card, _score in found})
    hits = [(one.law_id, one.law, one.article) for one in exact]
    for card, _score in found:
        one = ArticleText(card.number, card.branch, card.division, card.paragraphs)
        if all((known[card.law], one.key) != (number, seen.key) for number, _name, seen in hits):
            hits.append((known[card.law], card.law, one))
    return hits, len(exact)


def text_asked(request: HttpRequest) -> str:
    """What was typed into the box of the search."""
    return request.GET.get("q", "").replace("\0", "").strip()[:100]


@internal
def search(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Articles by words, by law and number, or for a lay question, as they stood on a day."""
    on, text = day_asked(request), text_asked(request)
    hits, exact = hits_of(viewer, text, on)
    words = {"here": "laws", "asked": text, "on": on, "hits": hits, "exact": exact}
    return render(request, "officer/laws/search.html", words)
