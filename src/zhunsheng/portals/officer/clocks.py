"""Deadlines at the desk: overdue, today, this week, later, each with why; also as a calendar file."""

from __future__ import annotations

from dataclasses import dataclass
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
from zhunsheng.engine.library import open_library
from zhunsheng.foundation.accounts.acting import Acting
from zhunsheng.foundation.accounts.queries import organisation
from zhunsheng.foundation.schedule import queries as clocks
from zhunsheng.foundation.schedule.queries import DueCard
from zhunsheng.portals.officer.door import with_power
from zhunsheng.portals.officer.words import DEADLINE_STEPS, NEARNESS, POSTS
from zhunsheng.registers.registry import scoping
from zhunsheng.web.clock import page_clock

ROWS_MAX = 400
KINDS = {"statutory", "work"}
PAGES = {"document": "officer:document", "touch": "officer:touch"}
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


def _due(acting: Acting, kind: str) -> list[Row]:
    """The own deadlines and those of subjects in scope; everybody's for whoever sees the whole bureau."""
    viewer = acting.viewer
    terms = clocks.terms(viewer=viewer, base=open_library(settings.PACKS).clocks)
    cards = clocks.due_list(
        viewer=viewer,
        at=page_clock().now(),
        terms=terms,
        kinds=terms.book.keys(statutory=kind == "statutory") if kind in KINDS else None,
        rows_max=ROWS_MAX,
        narrowed=lambda rows: scoping.within(rows, viewer),
    )
    names = organisation.person_names(viewer=viewer, keys={card.handler for card in cards})
    return [_row(card, names.get(card.handler, card.handler)) for card in cards]


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


def _rows(request: HttpRequest, acting: Acting) -> list[Row]:
    order, kind = list(Nearness), request.GET.get("kind", "")
    rows = _due(acting, kind)
    words = request.GET.get("q", "").replace("\0", "").strip()[:100].casefold()
    fitting = (row for row in rows if words in f"{row.title} {row.who}".casefold())
    return sorted(fitting, key=lambda row: (order.index(row.near), row.on or date.max, row.key))


@require_safe
@with_power("subject.read")
def index(request: HttpRequest, acting: Acting) -> HttpResponse:
    """The most pressing first, in the five parts of the queue."""
    rows, near = _rows(request, acting), request.GET.get("near", "")
    chosen = near if near in NEARNESS else ""
    words = {
        "here": "clocks",
        "parts": [
            (words, TONES.get(Nearness(code), ""), [row for row in rows if row.near == code])
            for code, words in NEARNESS.items()
            if chosen in {"", code}
        ],
        "counts": [(code, words, sum(row.near == code for row in rows)) for code, words in NEARNESS.items()],
        "chosen": chosen,
        "any": bool(rows),
        "kind": request.GET.get("kind", ""),
        "asked": request.GET.get("q", ""),
        "query": request.GET.urlencode(),
        "everybody": acting.viewer.sees_all,
    }
    return render(request, "officer/clocks.html", words)


@require_safe
@with_power("subject.read")
def calendar(request: HttpRequest, acting: Acting) -> HttpResponse:
    """The same dates for a calendar program."""
    entries = [
        CalendarEntry(row.key, row.on, row.title, "\n".join(row.why))
        for row in _rows(request, acting)
        if row.on is not None
    ]
    text = icalendar(entries, stamped_at=page_clock().now(), host=request.get_host())
    headers = {"Content-Disposition": 'attachment; filename="dates.ics"'}
    return HttpResponse(text, content_type="text/calendar; charset=utf-8", headers=headers)
