"""The report of a replay: what versions would have done, side by side, with what is needed to repeat it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.conf import settings

from zhunsheng.core.actors import Viewer
from zhunsheng.core.clock import day_of, instant
from zhunsheng.core.reporting.impact import Period, impact_of, moved_between, told_of
from zhunsheng.core.reporting.profiles import Selection
from zhunsheng.core.reporting.workload import Workload, workdays_between
from zhunsheng.core.rules.tree import Pack
from zhunsheng.engine.library import open_library
from zhunsheng.engine.tracking import TouchEvent
from zhunsheng.workflows.profiling import Asked
from zhunsheng.workflows.replaying import replay_packs

SCHEMA = "zhunsheng.replay-report/1"
Events = list[tuple[str, TouchEvent]]


def report(
    viewer: Viewer,
    packs: Sequence[Pack],
    period: tuple[datetime, datetime],
    known_at: datetime,
    chosen: Selection,
    tell: Callable[[int], None] = lambda _: None,
) -> tuple[dict[str, Any], Events]:
    """(the content, the events of the first version). With two versions: whom only one of them touches."""
    library, (start, end) = open_library(settings.PACKS), period
    load = Workload(library.policy("zhunsheng.workload-policy/1"))
    done = replay_packs(viewer, packs, Asked(start, end, known_at, load.policy["outcomes"], chosen), tell)
    workdays, unknown_years = workdays_between(library.calendar, day_of(instant(start) + 1), end.date())
    stretch = Period(instant(start), instant(end), tuple(workdays))
    gained, lost = moved_between(done.hits[0], done.hits[-1])
    versions = [
        {"version": pack.version, "hash": pack.content_hash} | impact_of(hits, done.register, stretch, load)
        for pack, hits in zip(packs, done.hits, strict=True)
    ]
    return {
        "schema": SCHEMA,
        "from": start.isoformat(),
        "to": end.isoformat(),
        "known_at": known_at.isoformat(),
        "chosen": {name: list(codes) for name, codes in asdict(chosen).items() if codes},
        "register": len(done.register),
        "facts_sha256": done.digest.hexdigest(),
        "policy_sha256": _hash(load.policy),
        "years_without_calendar": unknown_years,
        "versions": versions,
        "gained": [told_of(hit) for hit in gained],
        "lost": [told_of(hit) for hit in lost],
    }, done.events[0]


def _hash(policy: object) -> str:
    text = json.dumps(policy, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
