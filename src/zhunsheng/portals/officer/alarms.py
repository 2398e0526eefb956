"""One alarm with its reason, and what happened to each of its records up to that day: read, never changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.views.decorators.http import require_safe

from zhunsheng.core.actors import Viewer
from zhunsheng.core.alarms.finding import Alarm, Record, RecordKind
from zhunsheng.foundation.accounts.acting import Acting
from zhunsheng.foundation.schedule import queries as clocks
from zhunsheng.foundation.schedule.queries import StepCard
from zhunsheng.portals.officer.clocks import page_of
from zhunsheng.portals.officer.door import with_power
from zhunsheng.portals.officer.lists.alarms import READ, instant_of, name_of, said
from zhunsheng.portals.officer.lists.days import day_or_none
from zhunsheng.portals.officer.words import BASIS, DEADLINE_STEPS, POSTS
from zhunsheng.registers.registry import scoping
from zhunsheng.workflows.alarming import alarms

Step = tuple[datetime, object, str, str, list[str | Promise]]


@dataclass(frozen=True, slots=True)
class Row:
    """One record: why it counts, its page, the trails of itself and of its matter, its steps."""

    title: str
    key: str
    note: str
    address: str
    trails: list[tuple[str, str]]
    steps: list[Step]


@require_safe
@with_power(READ)
def one(request: HttpRequest, acting: Acting) -> HttpResponse:
    """The alarm of a key as of a day; 404 when there was none that this viewer may see."""
    day, viewer = request.GET.get("on", "")[:10], acting.viewer
    try:
        on = day_or_none(day)
    except ValueError as error:
        raise Http404 from error
    at = instant_of(day)
    key = request.GET.get("key", "")
    alarm = next((alarm for alarm in alarms(viewer, at) if alarm.key == key), None)
    if alarm is None:
        raise Http404
    words = {
        "here": "alarms",
        "alarm": alarm,
        "name": name_of(alarm),
        "why": said(alarm.why),
        "rule": said(alarm.line.says()),
        "status": BASIS.get(alarm.line.basis[2], alarm.line.basis[2]),
        "rows": _rows(viewer, alarm, at),
        "at": at,
        "back": reverse("officer:alarms") + (f"?{urlencode({'on': day})}" if on else ""),
    }
    return render(request, "officer/alarm.html", words)


def _rows(viewer: Viewer, alarm: Alarm, at: datetime) -> list[Row]:
    keys = [record.key for record in alarm.records if record.kind is RecordKind.DEADLINE]
    told = clocks.histories(viewer=viewer, keys=keys, narrowed=lambda rows: scoping.within(rows, viewer))
    return [_row(viewer, record, told.get(record.key, []), at) for record in alarm.records]


def _row(viewer: Viewer, record: Record, steps: list[StepCard], at: datetime) -> Row:
    address = page_of(record.key, record.matter)
    if not address and record.subject:
        address = reverse("officer:subject", args=[record.subject])
    # Facts have no trail of their own: they stand in that of their subject.
    own = record.matter if record.kind is RecordKind.FACT else f"{record.kind.value}:{record.key}"
    targets = dict.fromkeys((own, record.matter))
    return Row(
        record.title,
        record.key,
        said(record.note),
        address,
        [(target, _trail(target, at)) for target in targets] if viewer.audits else [],
        [
            (s.at, DEADLINE_STEPS[s.kind], s.by_name, s.note, [POSTS.get(post, post) for post in s.told])
            for s in steps
            if s.at <= at
        ],
    )


def _trail(target: str, at: datetime) -> str:
    """The audit trail of a record up to the day, the oldest act first."""
    asked = {"target": target, "at_to": f"{localtime(at):%Y-%m-%d}", "sort": "oldest"}
    return f"{reverse('officer:audit')}?{urlencode(asked)}"
