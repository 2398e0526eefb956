"""Which points are snoozed when and for whom: for judging at an instant, and for every replay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from zhunsheng.core.actors import Viewer
from zhunsheng.core.clock import instant
from zhunsheng.engine.versions import Snooze
from zhunsheng.judging.rulebook import queries as rulebook
from zhunsheng.registers.registry import queries as registry

VIEWER = Viewer.bureau("snooze")


def windows(
    known_at: datetime, subjects: Sequence[str] | None = None
) -> tuple[tuple[Snooze, ...], Mapping[str, str]]:
    """Every snooze as known at an instant; if one holds for one district, where these or all subjects lie."""
    cards = rulebook.snoozes(viewer=VIEWER, known_at=known_at)
    told = (Snooze(c.point, instant(c.started_at), instant(c.over_at), c.district) for c in cards)
    near = any(card.district for card in cards)
    where = registry.divisions(viewer=VIEWER, keys=subjects) if near else {}
    return tuple(sorted(told, key=lambda s: (s.since, s.point, s.division))), where


def snoozed_at(at: datetime, subjects: Sequence[str]) -> dict[str, dict[str, int]]:
    """By subject the points that start nothing at an instant, each with its snooze."""
    cards = rulebook.snoozes(viewer=VIEWER, known_at=at, holding_at=at)
    if not cards:
        return {}
    near = any(card.district for card in cards)
    where = registry.divisions(viewer=VIEWER, keys=subjects) if near else {}
    return {s: {c.point: c.id for c in cards if c.district in {"", where.get(s, "")}} for s in subjects}
