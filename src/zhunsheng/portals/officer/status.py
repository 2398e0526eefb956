"""How fresh each source is, and how the system is doing: cheap rows only, however large the city."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import perf_counter

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhunsheng.core.actors import Viewer
from zhunsheng.core.listing import Part
from zhunsheng.engine.library import Library
from zhunsheng.foundation.outbox import queries as outbox
from zhunsheng.foundation.schedule import queries as schedule
from zhunsheng.judging.portraits import queries as portraits
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.portals.officer.access import internal
from zhunsheng.registers.registry import queries as registry
from zhunsheng.registers.registry.queries import SubjectFilter
from zhunsheng.sensing.signals import queries as signals
from zhunsheng.web.clock import page_clock
from zhunsheng.web.paging import ROWS_A_PAGE
from zhunsheng.workflows.ruling import rules_at

# What the pages promise, in a city of a million businesses (experience.md 101).
PROMISE_MS = 300
ALARMS_SHOWN = 50
QUEUE_STATES: dict[str, str | Promise] = {
    "PENDING": _("等待办理"),
    "SENDING": _("正在发送"),
    "UNKNOWN": _("结果不明，待人工核对"),
    "DEAD": _("多次失败，待人处理"),
}


@dataclass(frozen=True, slots=True)
class Source:
    """A source with its rhythm. `state`: FRESH, LATE, NEVER, or ON_EVENT where no rhythm is expected."""

    key: str
    name_zh: str
    kinds_zh: str
    last_at: datetime | None
    within_days: int | None
    silent_days: int | None
    state: str


def sources_of(viewer: Viewer, library: Library, at: datetime) -> list[Source]:
    """Late ones first, then by name."""
    known = library.policy("zhunsheng.source-policy/1")["sources"]
    last = signals.last_told(viewer=viewer, sources=known)
    kinds: dict[str, list[str]] = {}
    for contract in library.contracts.kinds.values():
        for source in contract.sources:
            kinds.setdefault(source, []).append(contract.name_zh)
    told = []
    for key, policy in known.items():
        days = policy.get("within_days")
        state, silent = _state(last.get(key), days, at)
        names = "、".join(kinds.get(key, ()))
        told.append(Source(key, policy["name_zh"], names, last.get(key), days, silent, state))
    return sorted(told, key=lambda s: (ORDER.index(s.state), s.key))


ORDER = ("LATE", "NEVER", "FRESH", "ON_EVENT")
SOURCE_STATES: dict[str, tuple[str | Promise, str]] = {
    "LATE": (_("超过节奏没有更新"), "bad"),
    "NEVER": (_("还没有来过"), "warn"),
    "FRESH": (_("正常"), "good"),
    "ON_EVENT": (_("按事件，不判断"), ""),
}


def _state(last: datetime | None, days: int | None, at: datetime) -> tuple[str, int | None]:
    silent = None if last is None else max(0, (at - last).days)
    if days is None:
        return "ON_EVENT", silent
    if last is None:
        return "NEVER", None
    return ("LATE" if at - last > timedelta(days=days) else "FRESH"), silent


@internal
def sources(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Every source: last fact, expected rhythm, silent since; and the alarms that are open."""
    at = page_clock().now()
    library = rules_at(at)
    rows = sources_of(viewer, library, at)
    alarms = triggers.data_alarms(viewer=viewer)
    shown = alarms[:ALARMS_SHOWN]
    names = registry.names(viewer=viewer, keys={subject for subject, *_rest in shown if subject})
    words = {
        "here": "status",
        "rows": [(row, *SOURCE_STATES[row.state]) for row in rows],
        "late": sum(row.state == "LATE" for row in rows),
        "alarms": [
            (names.get(s, s), s, library.points[p].name_zh if p in library.points else "", thing, since)
            for s, p, thing, since in shown
        ],
        "alarms_total": len(alarms),
        "at": at,
    }
    return render(request, "officer/status/sources.html", words)


@internal
def system(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The speed promise measured now, queues with their age, what waits for a person, the last runs."""
    at = page_clock().now()
    due, due_since = schedule.overdue(viewer=viewer, at=at)
    held, held_since = signals.waiting_in_quarantine(viewer=viewer)
    words = {
        "here": "status",
        "promise": PROMISE_MS,
        "speeds": _speeds(viewer),
        "queues": [
            (q.topic, QUEUE_STATES.get(q.state, q.state), q.rows, q.since_at, _hours(at - q.since_at))
            for q in outbox.ages(viewer=viewer, at=at)
        ],
        "due": due,
        "due_since": due_since,
        "held": held,
        "held_since": held_since,
        "uses": [(u.last_as_of, u.runs, h) for h, u in portraits.pack_uses(viewer=viewer).items()],
        "at": at,
    }
    return render(request, "officer/status/system.html", words)


def _hours(age: timedelta) -> str:
    return f"{max(0.0, age.total_seconds()) / 3600:.1f}"


def _speeds(viewer: Viewer) -> list[tuple[str | Promise, int, bool]]:
    """(what, milliseconds, promise kept) of one look each, measured while this page is made."""
    looks: tuple[tuple[str | Promise, Callable[[], object]], ...] = (
        (_("触线列表一页"), lambda: triggers.touches(viewer=viewer, rows_max=ROWS_A_PAGE)),
        (_("主体列表一页"), lambda: registry.listed(viewer=viewer, wanted=SubjectFilter(), part=Part())),
        (_("按名称查找主体"), lambda: registry.find(viewer=viewer, text="云汀")),
    )
    told = []
    for what, look in looks:
        began = perf_counter()
        look()
        took = round((perf_counter() - began) * 1000)
        told.append((what, took, took < PROMISE_MS))
    return told
