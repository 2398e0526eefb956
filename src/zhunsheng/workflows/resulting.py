"""What a model card is counted from: businesses as they stand, results of visits with the class before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from zhunsheng.core.actors import Viewer
from zhunsheng.core.clock import instant
from zhunsheng.core.facts import Fact, in_force
from zhunsheng.core.reporting.modelcard import Check, Standing
from zhunsheng.core.rules.tree import Pack
from zhunsheng.judging.portraits import queries as portraits
from zhunsheng.registers.registry import queries as registry
from zhunsheng.sensing.signals import queries as signals
from zhunsheng.workflows.classifying import judging, names_by, run_before, telling
from zhunsheng.workflows.profiling import Register

SUBJECTS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Rows:
    """What a card is counted from."""

    standing: list[Standing]
    checks: list[Check]


def rows_of(
    viewer: Viewer,
    known_at: datetime,
    challenger: Pack | None,
    policy: Mapping[str, Any],
    tell: Callable[[int], None],
) -> Rows:
    """Every business as it stands, and every visit of the period with the class that was held before it."""
    now, since = instant(known_at), instant(known_at - timedelta(days=policy["over_days"]))
    before = run_before(viewer, known_at)
    rows = Rows([], [])
    timelines = signals.timelines(viewer=viewer, known_at=known_at)
    while part := dict(islice(timelines, SUBJECTS_AT_ONCE)):
        cards = registry.cards(viewer=viewer, keys=part)
        stored = telling(portraits.held(viewer=viewer, subjects=part, until=known_at))
        classify = judging(viewer, challenger, known_at) if challenger else stored
        register = Register(known_at, known_at, names_by(stored))
        visits = {s: list(visits_of(facts, since, now)) for s, facts in part.items()}
        names = [fact.fact_id for own in visits.values() for fact in own]
        sources = signals.who_told(viewer=viewer, fact_ids=names)
        for subject, facts in part.items():
            profile = register.profile(subject, cards.get(subject), facts, now)
            name, sufficiency = classify(subject, facts, now)
            old = stored(subject, facts, now)[0] if challenger else before.get(subject, "")
            rows.standing.append(Standing(profile, name, old, sufficiency))
            for visit in visits[subject]:
                drawn = sources.get(visit.fact_id, ("",))[0] in policy["random_sources"]
                was, _ = classify(subject, facts, visit.occurred_at - 1)
                rows.checks.append(Check(profile, was, drawn, visit.payload.get("result") != "NO_ISSUE"))
        tell(len(part))
    return rows


def visits_of(facts: Sequence[Fact], since: int, now: int) -> Iterator[Fact]:
    """Results of checks in (since, now], as they stand now."""
    for fact in in_force([f for f in facts if f.kind == "INSPECTION_RESULT"], now):
        if since < fact.occurred_at <= now:
            yield fact
