"""What many touches have in common, what nobody says any more: alerts on areas, alarms on sources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.facts import Fact
from zhunsheng.foundation.outbox.actions import Together
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.judging.triggers.actions import alerts
from zhunsheng.registers.registry import queries as registry
from zhunsheng.workflows.grouping import linked
from zhunsheng.workflows.terms import trigger_policy

BY = Actor.service("alert")
VIEWER = Viewer.bureau(BY.key)


def on_opened(payloads: Sequence[Mapping[str, Any]], at: datetime) -> None:
    """Each touch may be the one that makes an area alert: enough distinct firms of one trade and division,
    or of one supplier.
    """
    touched: dict[str, set[str]] = {}
    for touch in triggers.cards(viewer=VIEWER, touch_ids=[int(p["touch"]) for p in payloads]):
        touched.setdefault(touch.point, set()).add(touch.subject)
    policy = trigger_policy()
    since = at - timedelta(days=policy.area_days)
    for point, subjects in touched.items():
        firms = triggers.touching(viewer=VIEWER, point=point, since=since, until=at)
        areas: dict[str, set[str]] = {}
        for key, area in registry.areas(viewer=VIEWER, keys=firms).items():
            areas.setdefault(area, set()).add(key)
        theirs = {area: members for area, members in areas.items() if members & subjects}
        theirs |= linked(firms, subjects, since, at, policy.area_links)
        alerts.raise_area_alerts(by=BY, at=at, point=point, areas=theirs, policy=policy)


def note_sources(facts: Iterable[Fact], at: datetime) -> None:
    """A source is silent for everybody, or speaks again: an alarm about the source, not about a business."""
    for fact in facts:
        if fact.kind == "SOURCE_STATUS":
            silent = fact.payload.get("state") == "SILENT"
            alerts.note_source(by=BY, at=at, source=fact.object, silent=silent)


HANDLES = {"touch.area": Together(on_opened)}
