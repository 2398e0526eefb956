"""Guidance for the business: what belongs to its trade and reminders, by search, one guide at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from zhunsheng.core.statutes.guidance import Guide, Sheet, of_trade
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.portals.enterprise.visiting import Visit, page
from zhunsheng.workflows import guiding
from zhunsheng.workflows.ruling import rules_at

SEARCH_CHARACTERS_MAX = 40
Entry = TypeVar("Entry", Guide, Sheet)


def points_of(visit: Visit) -> frozenset[str]:
    """Trigger points of every item that this business takes part in or was reminded of."""
    key = visit.subject.key
    states = triggers.enrolments(viewer=visit.viewer, subject=key)
    told = triggers.touches(viewer=visit.viewer, subject=key)
    items = {item for item, state in states.items() if state == "ENROLLED"}
    items |= {touch.item for touch in told if touch.reply_due_on is not None} | visit.items
    pack = rules_at(visit.at).pack
    return frozenset(point.id for item in pack.items if item.id in items for point in item.points)


def of_its_trade(visit: Visit, rows: Sequence[Entry], points: frozenset[str]) -> list[Entry]:
    """Guides or sheets of its trade, those about its own points first."""
    told = [one for one in rows if of_trade(one, visit.subject.industry, points)]
    return sorted(told, key=lambda one: not points & set(one.points))


def with_code(rows: Sequence[Entry], code: str) -> Entry:
    """Of every trade: neither guide nor sheet is a secret, and a link to it may come from a colleague."""
    found = next((one for one in rows if one.code == code), None)
    if found is None:
        raise Http404
    return found


def about(visit: Visit, point: str) -> dict[str, object]:
    """What helps with one trigger point; for the page of a reminder."""
    return {
        "guides": [one for one in guiding.guides_at(visit.at).rows if point in one.points],
        "sheets": [one for one in guiding.sheets_at(visit.at).rows if point in one.points],
    }


def guides(request: HttpRequest, visit: Visit) -> HttpResponse:
    """All of its trade, or what has the words searched for; the self-check sheets beside them."""
    asked = request.GET.get("q", "").strip()[:SEARCH_CHARACTERS_MAX]
    points = points_of(visit)
    told = of_its_trade(visit, guiding.guides_at(visit.at).rows, points)
    sheets = of_its_trade(visit, guiding.sheets_at(visit.at).rows, points)
    words: dict[str, object] = {
        "here": "guides",
        "q": asked,
        "characters_max": SEARCH_CHARACTERS_MAX,
        "rows": [(one, bool(points & set(one.points))) for one in told if _has(one, asked)],
        "sheets": [one for one in sheets if asked.casefold() in one.title.casefold()],
    }
    return page(request, visit, "guides", words)


def _has(one: Guide, asked: str) -> bool:
    text = " ".join((one.title, *one.steps, *one.missed)).casefold()
    return all(part in text for part in asked.casefold().split())


def guide(request: HttpRequest, visit: Visit, code: str) -> HttpResponse:
    """Steps, what is easily missed, the law behind it, whence and how old."""
    found = with_code(guiding.guides_at(visit.at).rows, code)
    sheets = of_its_trade(visit, guiding.sheets_at(visit.at).rows, points_of(visit))
    words: dict[str, object] = {
        "here": "guides",
        "guide": found,
        "noted": code in guiding.noted(visit.subject.key),
        "sheets": [one for one in sheets if set(one.points) & set(found.points)],
    }
    return page(request, visit, "guide", words)


def note(request: HttpRequest, visit: Visit, code: str) -> HttpResponse:
    """“I have read this”: voluntary, once."""
    del request
    if not guiding.take_note(by=visit.actor, at=visit.at, subject=visit.subject.key, code=code):
        raise Http404
    return redirect(visit.url("guide", code))
