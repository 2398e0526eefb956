"""Policy simulation: a twin of the city calibrated on the installed facts, and ways of choosing compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from zhunsheng.core.actors import Viewer
from zhunsheng.core.clock import instant, moment
from zhunsheng.core.facts import in_force
from zhunsheng.core.reporting.workload import Workload
from zhunsheng.engine.calibrating import KINDS, Seen, calibrated, row_of
from zhunsheng.engine.library import open_library
from zhunsheng.engine.twin import Effort, Told, Way, run
from zhunsheng.judging.portraits import queries as portraits
from zhunsheng.judging.portraits.queries import Held
from zhunsheng.sensing.signals import queries as signals

SCHEMA = "zhunsheng.simulation-report/1"
SUBJECTS_AT_ONCE = 2_000


def simulated(
    viewer: Viewer,
    known_at: datetime,
    asked: Mapping[str, int | None],
    tell: Callable[[int], None] = lambda _: None,
) -> dict[str, Any]:
    """The report: every parameter with where it comes from, then each way of choosing over all seeds.

    `asked` may replace `businesses`, `days`, `officer_days` and `seeds` of the policy; names `first_seed`.
    """
    library = open_library(settings.PACKS)
    policy = dict(library.policy("zhunsheng.simulation-policy/1"))
    policy |= {name: value for name, value in asked.items() if value is not None}
    minutes = Workload(library.policy("zhunsheng.workload-policy/1")).minutes_per_day(known_at.date())
    seen = _seen(viewer, known_at, policy["calibrated_over_days"])
    twin, parameters = calibrated(policy, seen)
    effort = Effort(policy["officer_days"] * minutes, policy["visit_minutes"])
    seeds = range(policy["first_seed"], policy["first_seed"] + policy["seeds"])
    told: dict[Way, list[Told]] = {way: [] for way in Way}
    for seed in seeds:
        for way in Way:
            told[way].append(run(twin, effort, way, seed))
        tell(1)
    return {
        "schema": SCHEMA,
        "simulation": True,
        "known_at": known_at.isoformat(),
        "first_seed": seeds[0],
        "seeds": len(seeds),
        "days": twin.days,
        "officer_days": policy["officer_days"],
        "twin": asdict(twin),
        "parameters": parameters,
        "ways": [row_of(way, rows, told[Way.UNIFORM]) for way, rows in told.items()],
    }


def _seen(viewer: Viewer, known_at: datetime, over_days: int) -> Seen:
    seen, since, now = Seen(), instant(known_at - timedelta(days=over_days)), instant(known_at)
    subjects = sorted(portraits.class_names(viewer=viewer))
    for start in range(0, len(subjects), SUBJECTS_AT_ONCE):
        part = subjects[start : start + SUBJECTS_AT_ONCE]
        classes = portraits.held(viewer=viewer, subjects=part, until=known_at)
        seen.classes.update(own[-1].class_name for own in classes.values())
        for subject, facts in signals.told_of(viewer=viewer, subjects=part, kinds=KINDS):
            for fact in in_force(facts, now):
                if since < fact.occurred_at <= now:
                    before = Held.last(classes.get(subject, ()), moment(fact.occurred_at - 1))
                    seen.count(fact, before.class_name if before else None)
    return seen
