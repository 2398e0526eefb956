"""What the head of a bureau reads first."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from zhunsheng.core.actors import Viewer
from zhunsheng.foundation.outbox import queries as outbox
from zhunsheng.foundation.outreach import queries as outreach
from zhunsheng.judging.portraits import queries as portraits
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.judging.triggers.queries import lists
from zhunsheng.portals.officer.access import internal
from zhunsheng.portals.officer.alerts import tiles_of
from zhunsheng.registers.registry import queries as registry
from zhunsheng.registers.registry import scoping
from zhunsheng.sensing.signals import queries as signals
from zhunsheng.web.clock import page_clock
from zhunsheng.workflows.ruling import points_at, rules_at

ROWS_SHOWN = 10
SENT = ("ACCEPTED", "DELIVERED")
LOST = ("FAILED", "EXPIRED")


@internal
def front(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Classes, touches by item and colour, messages, what waits, alerts."""
    states = triggers.states(viewer=viewer)
    messages = outreach.totals(viewer=viewer, narrowed=lambda rows: scoping.within(rows, viewer))
    unclear = sum(n for (_topic, state), n in outbox.counts(viewer=viewer).items() if state == "UNKNOWN")
    visits, alerts = triggers.visit_list(viewer=viewer), triggers.alerts(viewer=viewer, closed=False)
    alarms = triggers.data_alarms(viewer=viewer)
    points = points_at(page_clock().now())
    shown = [subject for subject, *_ in visits[:ROWS_SHOWN]] + [
        subject for subject, *_ in alarms[:ROWS_SHOWN]
    ]
    names = registry.names(viewer=viewer, keys=set(shown))
    on = page_clock().now().date()
    words = {
        "here": "front",
        "subjects": registry.number(viewer=viewer),
        "last_fact_at": signals.last_arrival(viewer=viewer),
        "classes": _bars(portraits.distribution(viewer=viewer)),
        "items": _by_item(viewer),
        "to_review": states.get("OFFSITE_REVIEW", 0),
        "observing": states.get("OBSERVING", 0),
        "sent": sum(messages.get(state, 0) for state in SENT),
        "lost": sum(messages.get(state, 0) for state in LOST),
        "unclear": unclear if viewer.sees_all else None,
        "answered": sum(triggers.answers(viewer=viewer).values()),
        "visits": [(names.get(key, key), key, why) for key, why, _at in visits[:ROWS_SHOWN]],
        "visits_total": len(visits),
        "alerts": tiles_of(viewer, alerts[:ROWS_SHOWN], points, on),
        "alerts_total": len(alerts),
        "alarms": [
            (names.get(key, key), key, points[p].name_zh, thing, at)
            for key, p, thing, at in alarms[:ROWS_SHOWN]
        ],
        "alarms_total": len(alarms),
        **_since_yesterday(viewer),
    }
    return render(request, "officer/front.html", words)


def _since_yesterday(viewer: Viewer) -> dict[str, object]:
    """What changed since yesterday began: (words, number, address) and the day."""
    today = localtime(page_clock().now()).replace(hour=0, minute=0, second=0, microsecond=0)
    since = today - timedelta(days=1)
    told, day = lists.news(viewer=viewer, since=since), since.date().isoformat()
    board, tasks = reverse("officer:board"), reverse("officer:tasks")
    rows = [
        (_("新触安全红线"), "CRITICAL", f"{board}?colour=CRITICAL&begun_from={day}"),
        (_("新触红线"), "RED", f"{board}?colour=RED&begun_from={day}"),
        (_("新触黄线"), "YELLOW", f"{board}?colour=YELLOW&begun_from={day}"),
        (_("企业答复"), "ANSWERED", ""),
        (_("触线办结"), "ENDED", f"{board}?state=NORMAL"),
        (_("新设任务"), "OPENED", f"{tasks}?sort=newest"),
        (_("办结任务"), "FINISHED", f"{tasks}?state=ANY_CLOSED&sort=newest"),
        (_("任务逾期"), "PASSED_DUE", f"{tasks}?state=OVERDUE"),
    ]
    return {"news": [(words, told.get(key, 0), where) for words, key, where in rows], "since": since}


def _bars(classes: dict[str, int]) -> list[tuple[str, int, str, int]]:
    """(class, firms, share in percent with one decimal, share rounded for drawing)."""
    total = sum(classes.values()) or 1
    return [
        (name, n, f"{100 * n / total:.1f}", round(100 * n / total)) for name, n in sorted(classes.items())
    ]


def _by_item(viewer: Viewer) -> list[tuple[str, str, int, int, int]]:
    counts = triggers.counts(viewer=viewer)

    def number(item: str, colour: str) -> int:
        return counts.get((item, colour), 0)

    return [
        (i.id, i.name_zh, number(i.id, "YELLOW"), number(i.id, "RED"), number(i.id, "CRITICAL"))
        for i in rules_at(page_clock().now()).pack.items
    ]
