"""Deadlines at the desk: overdue, today, this week, later, each with why; also as a calendar file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from zhunsheng.core.deadlines.icalendar import CalendarEntry, icalendar
from zhunsheng.core.deadlines.nearness import Nearness, nearness_of
from zhunsheng.core.listing import Part
from zhunsheng.engine.library import open_library
from zhunsheng.foundation.accounts.acting import Acting
from zhunsheng.foundation.accounts.queries import organisation
from zhunsheng.foundation.schedule import queries as clocks
from zhunsheng.foundation.schedule.queries import DueCard
from zhunsheng.judging.triggers.queries import lists as triggers
from zhunsheng.portals.officer.door import with_power
from zhunsheng.portals.officer.lists import tasks as tasks_list
from zhunsheng.portals.officer.lists import touches as touches_list
from zhunsheng.portals.officer.words import DEADLINE_STEPS, NEARNESS, POSTS, TASK_KINDS
from zhunsheng.web.clock import page_clock

ROWS_MAX = 200
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


def _statutory(acting: Acting) -> list[Row]:
    """Statutory deadlines: one's own, or everybody's for whoever sees the whole bureau."""
    viewer = acting.viewer
    terms = clocks.terms(viewer=viewer, base=open_library(settings.PACKS).clocks)
    handler = "" if viewer.sees_all else acting.person
    cards = clocks.due_list(viewer=viewer, at=page_clock().now(), terms=terms, handler=handler)
    names = organisation.person_names(viewer=viewer, keys={card.handler for card in cards})
    return [_row(card, names.get(card.handler, card.handler)) for card in cards]


def _row(card: DueCard, who: str) -> Row:
    english = (get_language() or "").startswith("en")
    kind, _colon, rest = card.key.partition(":")
    number = rest.partition(":")[0]
    known = kind == "document" and number.isdigit()
    return Row(
        card.key,
        card.nearness,
        card.due_on,
        card.title,
        reverse("officer:document", args=[int(number)]) if known else "",
        who,
        [sentence.say(_, english=english) for sentence in card.trace],
        [
            (step.at, DEADLINE_STEPS[step.kind], step.note, [POSTS.get(p, p) for p in step.told])
            for step in card.steps
        ],
        [POSTS.get(post, post) for post in card.told],
    )


def _work(acting: Acting) -> list[Row]:
    """What reviews and replies set: tasks in hand, and reminders that wait for their answer."""
    viewer, today = acting.viewer, localtime(page_clock().now()).date()
    part = Part("due_on", False, rows_max=ROWS_MAX)
    wanted = triggers.TaskFilter(open_only=True)
    told = triggers.tasks(viewer=viewer, wanted=wanted, part=part)
    rows = [
        Row(
            f"task:{row.task.id}",
            nearness_of(row.task.due_on, today),
            row.task.due_on,
            f"{TASK_KINDS.get(row.task.kind, row.task.kind)} {row.point} {row.name}",
            row.address,
            row.holder,
            [],
            [],
            [],
        )
        for row in tasks_list.rows_of(viewer, told.rows)
    ]
    asked = triggers.TouchFilter(state="OBSERVING")
    touches = triggers.touches(viewer=viewer, wanted=asked, part=Part("id", rows_max=ROWS_MAX))
    for one in touches_list.rows_of(viewer, touches.rows):
        touch = one.touch
        if touch.answer or touch.reply_due_on is None:
            continue
        why = [touch.reply_why] if touch.reply_why else []
        near = nearness_of(touch.reply_due_on, today)
        title = _("企业答复：%(point)s %(name)s") % {"point": one.point, "name": one.name}
        rows.append(
            Row(f"touch:{touch.id}:reply", near, touch.reply_due_on, title, one.address, "", why, [], [])
        )
    return rows


def _rows(request: HttpRequest, acting: Acting) -> list[Row]:
    order, kind = list(Nearness), request.GET.get("kind", "")
    rows = [
        *(_statutory(acting) if kind != "work" else []),
        *(_work(acting) if kind != "statutory" else []),
    ]
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
