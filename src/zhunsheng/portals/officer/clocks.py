"""Deadlines at the desk: overdue, today, this week, later, each with why; also as a calendar file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from zhunsheng.core.deadlines.icalendar import CalendarEntry, icalendar
from zhunsheng.core.deadlines.nearness import Nearness
from zhunsheng.core.deadlines.terms import ClockTerms
from zhunsheng.engine.library import open_library
from zhunsheng.foundation.accounts.acting import Acting
from zhunsheng.foundation.accounts.queries import organisation
from zhunsheng.foundation.schedule import queries as clocks
from zhunsheng.foundation.schedule.queries import DueCard, DueFilter, Narrow
from zhunsheng.portals.officer.door import with_power
from zhunsheng.portals.officer.words import DEADLINE_STEPS, NEARNESS, POSTS
from zhunsheng.registers.registry import scoping
from zhunsheng.web.clock import page_clock
from zhunsheng.web.paging import ROWS_A_PAGE, page_number, paging

CALENDAR_ROWS_MAX = 400
KINDS = {"statutory", "work"}
PAGES = {"document": "officer:document", "touch": "officer:touch", "objection": "officer:objection"}
TONES = {Nearness.OVERDUE: "bad", Nearness.TODAY: "warn", Nearness.THIS_WEEK: "warn"}
Text = str | Promise
Step = tuple[object, Text, str, list[Text]]


@dataclass(frozen=True, slots=True)
class Row:
    """One last day with its reason. `key` is stable, for calendar programs."""

    key: str
    near: Nearness
    on: date | None
    title: str
    address: str
    who: str
    why: list[str]
    steps: list[Step]
    told: list[Text]


def _asked(request: HttpRequest, acting: Acting, terms: ClockTerms) -> DueFilter:
    """What the address asks for; nonsense is left out."""
    kind, near = request.GET.get("kind", ""), request.GET.get("near", "")
    words = request.GET.get("q", "").replace("\0", "").strip()[:100]
    hands: set[str] = set()
    if words:
        hands = clocks.due_hands(viewer=acting.viewer, narrowed=_within(acting))
    names = organisation.person_names(viewer=acting.viewer, keys=hands)
    return DueFilter(
        terms.book.keys(statutory=kind == "statutory") if kind in KINDS else None,
        Nearness(near) if near in NEARNESS else None,
        words,
        frozenset(hand for hand in hands if words.casefold() in names.get(hand, hand).casefold()),
    )


def _within(acting: Acting) -> Narrow:
    return lambda rows: scoping.within(rows, acting.viewer)


def _due(acting: Acting, wanted: DueFilter, terms: ClockTerms, offset: int, rows_max: int) -> list[Row]:
    """The own deadlines and those of subjects in scope; everybody's for whoever sees the whole bureau."""
    cards = clocks.due_list(
        viewer=acting.viewer,
        at=page_clock().now(),
        terms=terms,
        wanted=wanted,
        offset=offset,
        rows_max=rows_max,
        narrowed=_within(acting),
    )
    names = organisation.person_names(viewer=acting.viewer, keys={card.handler for card in cards})
    return [_row(card, names.get(card.handler, card.handler)) for card in cards]


def _terms(acting: Acting) -> ClockTerms:
    return clocks.terms(viewer=acting.viewer, base=open_library(settings.PACKS).clocks)


def page_of(key: str, matter: str) -> str:
    """The page on which a deadline is worked at; '' when there is none."""
    page, number = PAGES.get(key.partition(":")[0], ""), key.partition(":")[2].partition(":")[0]
    kind, _colon, owner = matter.partition(":")
    if not page and kind in PAGES:
        page, number = PAGES[kind], owner
    return reverse(page, args=[int(number)]) if page and number.isdigit() else ""


def _row(card: DueCard, who: str) -> Row:
    english = (get_language() or "").startswith("en")
    return Row(
        card.key,
        card.nearness,
        card.due_on,
        card.title,
        page_of(card.key, card.matter),
        who,
        [sentence.say(_, english=english) for sentence in card.trace],
        [
            (step.at, DEADLINE_STEPS[step.kind], step.note, [POSTS.get(p, p) for p in step.told])
            for step in card.steps
        ],
        [POSTS.get(post, post) for post in card.told],
    )


@require_safe
@with_power("subject.read")
def index(request: HttpRequest, acting: Acting) -> HttpResponse:
    """The most pressing first, in the five parts of the queue, a page of them; how many there are in all."""
    terms = _terms(acting)
    wanted, at = _asked(request, acting, terms), page_clock().now()
    counted = clocks.due_counts(viewer=acting.viewer, at=at, wanted=wanted, narrowed=_within(acting))
    total = counted[wanted.near] if wanted.near else sum(counted.values())
    rows = _due(acting, wanted, terms, (page_number(request) - 1) * ROWS_A_PAGE, ROWS_A_PAGE)
    words = {
        "here": "clocks",
        "parts": [
            (
                words,
                TONES.get(Nearness(code), ""),
                counted[Nearness(code)],
                [r for r in rows if r.near == code],
            )
            for code, words in NEARNESS.items()
        ],
        "counts": [(code, words, counted[Nearness(code)]) for code, words in NEARNESS.items()],
        "chosen": wanted.near or "",
        "total": total,
        "any": bool(rows),
        "paging": paging(request, total),
        "kind": request.GET.get("kind", ""),
        "asked": request.GET.get("q", ""),
        "query": request.GET.urlencode(),
        "everybody": acting.viewer.sees_all,
    }
    return render(request, "officer/clocks.html", words)


@require_safe
@with_power("subject.read")
def calendar(request: HttpRequest, acting: Acting) -> HttpResponse:
    """The same dates for a calendar program, the nearest `CALENDAR_ROWS_MAX` of them."""
    terms = _terms(acting)
    rows = _due(acting, replace(_asked(request, acting, terms), near=None), terms, 0, CALENDAR_ROWS_MAX)
    entries = [
        CalendarEntry(row.key, row.on, row.title, "\n".join(row.why)) for row in rows if row.on is not None
    ]
    text = icalendar(entries, stamped_at=page_clock().now(), host=request.get_host())
    headers = {"Content-Disposition": 'attachment; filename="dates.ics"'}
    return HttpResponse(text, content_type="text/calendar; charset=utf-8", headers=headers)
