"""Alarms for supervisors, worked out anew for any instant: nothing is stored, and looking changes nothing."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from zhunsheng.core.actors import Viewer
from zhunsheng.core.alarms.finding import Alarm, Material, found, window_start
from zhunsheng.core.alarms.rules import AlarmKind, AlarmLine
from zhunsheng.core.clock import day_of, instant
from zhunsheng.core.deadlines.sentences import Name
from zhunsheng.engine.alarmfiles import open_alarms
from zhunsheng.foundation.accounts.queries import organisation
from zhunsheng.foundation.schedule import queries as clocks
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.registers.registry import queries as registry
from zhunsheng.registers.registry import scoping
from zhunsheng.sensing.signals import queries as signals
from zhunsheng.workflows.placing import places_on
from zhunsheng.workflows.ruling import points_at
from zhunsheng.workflows.terms import clock_terms


def alarms(viewer: Viewer, at: datetime) -> list[Alarm]:
    """Every alarm of what the viewer may see, as known at an instant; nothing for those outside."""
    if not viewer.is_supervisor:
        return []
    on = day_of(instant(at))
    lines = [line for line in open_alarms(settings.PACKS) if line.in_force(on)]
    return found(lines, _material(viewer, at, lines)) if lines else []


def _material(viewer: Viewer, at: datetime, lines: list[AlarmLine]) -> Material:
    since = min(window_start(line, at) for line in lines)
    terms, points = clock_terms(), points_at(at)
    among = {step for line in lines for step in line.among}
    kinds = [line for line in lines if line.kind is AlarmKind.REPEATED_INSPECTION]
    courses = clocks.courses(viewer=viewer, at=at, since=since, narrowed=lambda r: scoping.within(r, viewer))
    hands = clocks.hands(viewer=viewer, at=at, since=since, narrowed=lambda r: scoping.within(r, viewer))
    decisions = triggers.decisions(viewer=viewer, steps=among, since=since, until=at)
    happenings = signals.happened(
        viewer=viewer,
        kinds={kind for line in kinds for kind in line.of},
        since=since,
        until=at,
        at_least=min((line.at_least for line in kinds), default=1),
    )
    about = {c.subject for c in courses} | {d.subject for d in decisions} | {subject for subject, _ in hands}
    about |= {h.subject for h in happenings}
    places = places_on(viewer, day_of(instant(at)), about)
    handlers = {hand for c in courses for hand in c.handlers}
    names = registry.names(viewer=viewer, keys=about) | dict(places.districts)
    names |= organisation.person_names(viewer=viewer, keys=handlers)
    crossing = clocks.courses(
        viewer=viewer,
        at=at,
        since=since,
        subjects=places.crossed(hands),
        narrowed=lambda r: scoping.within(r, viewer),
    )
    rows = terms.book.rows
    return Material(
        at=at,
        calendar=terms.calendar,
        courses=courses,
        crossing=crossing,
        decisions=decisions,
        happenings=happenings,
        place=places.of,
        district_of=lambda key: places.divisions.get(key, ""),
        name=lambda key: names.get(key, key),
        clock=lambda key: Name(rows[key].name_zh, rows[key].name_en) if key in rows else key,
        point=lambda key: points[key].name_zh if key in points else "",
    )
