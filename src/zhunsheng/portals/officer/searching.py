"""One box for anything: a business by name, initials, number or telephone; touches and tasks by number."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from zhunsheng.core.listing import Part
from zhunsheng.foundation.accounts.acting import Acting
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.judging.triggers.queries import lists
from zhunsheng.portals.officer.door import with_power
from zhunsheng.portals.officer.lists import tasks as tasks_list
from zhunsheng.portals.officer.lists import touches as touches_list
from zhunsheng.portals.officer.words import SUBJECT_STATES
from zhunsheng.registers.registry import queries as registry

ROWS_MAX = 20
TEXT_CHARACTERS_MAX, DIGITS_MAX = 100, 18


@require_safe
@with_power("subject.read")
def search(request: HttpRequest, acting: Acting) -> HttpResponse:
    """What the words find within the viewer's scope; a full code leads straight to its page."""
    text = request.GET.get("q", "").replace("\0", "").strip()[:TEXT_CHARACTERS_MAX]
    viewer = acting.viewer
    subjects = registry.find(viewer=viewer, text=text, rows_max=ROWS_MAX + 1) if text else []
    if len(subjects) == 1 and subjects[0][0].key == text.upper():
        return HttpResponseRedirect(reverse("officer:subject", args=[subjects[0][0].key]))
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= DIGITS_MAX else 0
    reads = "touch.read" in acting.actor.powers
    touch = triggers.touch(viewer=viewer, touch_id=number) if number and reads else None
    wanted, part = lists.TaskFilter(ids=(number,)), Part(rows_max=1)
    tasks = lists.tasks(viewer=viewer, wanted=wanted, part=part).rows if number and reads else ()
    words = {
        "here": "search",
        "text": text,
        "subjects": [
            (card, SUBJECT_STATES.get(card.state, card.state), met) for card, met in subjects[:ROWS_MAX]
        ],
        "more": len(subjects) > ROWS_MAX,
        "touches": touches_list.rows_of(viewer, (touch,) if touch else ()),
        "tasks": tasks_list.rows_of(viewer, tasks),
    }
    return render(request, "officer/search.html", words)
