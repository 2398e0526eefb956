"""The report of a replay: what versions would have done, side by side, with what is needed to repeat it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.conf import settings

from zhunsheng.core.actors import Viewer
from zhunsheng.core.clock import day_of, instant
from zhunsheng.core.reporting.impact import Period, impact_of, moved_between, told_of
from zhunsheng.core.reporting.parts import Part, whole_of
from zhunsheng.core.reporting.profiles import Selection
from zhunsheng.core.reporting.workload import Workload, workdays_between
from zhunsheng.core.rules.tree import Pack
from zhunsheng.engine.library import open_library
from zhunsheng.engine.versions import Course
from zhunsheng.workflows.profiling import Asked
from zhunsheng.workflows.replaying import Events, next_group, play

SCHEMA, WORKLOAD = "zhunsheng.replay-report/1", "zhunsheng.workload-policy/1"
Content = dict[str, Any]


def asked_of(period: tuple[datetime, datetime], known_at: datetime, chosen: Selection) -> Asked:
    """What is replayed, with what counts as an outcome."""
    return Asked(*period, known_at, open_library(settings.PACKS).policy(WORKLOAD)["outcomes"], chosen)


def report(
    viewer: Viewer, packs: Sequence[Pack | Course], asked: Asked, tell: Callable[[int], None] = lambda _: None
) -> tuple[Content, Events]:
    """(the content, the events of the first version). With two versions: whom only one of them touches."""
    parts, events, after = list[Part](), Events(), ""
    while group := next_group(viewer, asked, after):
        part, own = play(viewer, packs, asked, group)
        parts, events, after = [*parts, part], events + own, group[-1]
        tell(len(group))
    return content_of([(p.version, p.content_hash) for p in packs], asked, parts), events


def content_of(versions: Sequence[tuple[str, str]], asked: Asked, parts: Iterable[Part]) -> Content:
    """What the parts of a replay come to; `versions` are (version, hash) in the order of their touches."""
    library, load = open_library(settings.PACKS), Workload(open_library(settings.PACKS).policy(WORKLOAD))
    done, start, end = whole_of(parts, len(versions)), asked.start, asked.end
    workdays, unknown_years = workdays_between(library.calendar, day_of(instant(start) + 1), end.date())
    stretch = Period(instant(start), instant(end), tuple(workdays))
    gained, lost = moved_between(done.hits[0], done.hits[-1])
    return {
        "schema": SCHEMA,
        "from": start.isoformat(),
        "to": end.isoformat(),
        "known_at": asked.known_at.isoformat(),
        "chosen": {name: list(codes) for name, codes in asdict(asked.chosen).items() if codes},
        "register": len(done.register),
        "facts_sha256": done.digest,
        "policy_sha256": _hash(load.policy),
        "years_without_calendar": unknown_years,
        "versions": [
            {"version": version, "hash": its} | impact_of(hits, done.register, stretch, load)
            for (version, its), hits in zip(versions, done.hits, strict=True)
        ],
        "gained": [told_of(hit) for hit in gained],
        "lost": [told_of(hit) for hit in lost],
    }


def text_of(content: Content) -> str:
    """The one text of a report: the same bytes from the command, the page and the interface."""
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _hash(policy: object) -> str:
    text = json.dumps(policy, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
