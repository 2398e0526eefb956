"""Model cards, live from the bureau's own results: of the scorecard, or of a challenger that never acts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.conf import settings

from zhunsheng.core.actors import Viewer
from zhunsheng.core.clock import instant, moment
from zhunsheng.core.facts import Fact, in_force
from zhunsheng.core.reporting import modelcard
from zhunsheng.core.reporting.modelcard import Check, Standing
from zhunsheng.core.rules.tree import Pack
from zhunsheng.engine.library import open_library
from zhunsheng.engine.single import judge_by
from zhunsheng.judging.portraits import queries as portraits
from zhunsheng.judging.portraits.queries import Held
from zhunsheng.registers.registry import queries as registry
from zhunsheng.sensing.signals import queries as signals
from zhunsheng.workflows.counting import bands_of
from zhunsheng.workflows.profiling import Register

SCHEMA = "zhunsheng.model-card/1"
SUBJECTS_AT_ONCE = 500
Classify = Callable[[str, Sequence[Fact], int], tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Rows:
    """What a card is counted from."""

    standing: list[Standing]
    checks: list[Check]


def card(
    viewer: Viewer,
    known_at: datetime,
    challenger: Pack | None = None,
    tell: Callable[[int], None] = lambda _: None,
) -> dict[str, Any] | None:
    """The card of the model in force, or of a challenger judged as of before each visit.

    None for whoever does not see the whole bureau: its sums are the bureau's.
    """
    if not viewer.sees_all:
        return None
    library = open_library(settings.PACKS)
    policy = library.policy("zhunsheng.model-card-policy/1")
    pack = challenger or library.pack
    model = pack.models[0]
    classes = [cut.name for cut in model.cut_offs]
    rows = _rows(viewer, known_at, challenger, policy, tell)
    bands = bands_of(library.policy("zhunsheng.report-policy/1")["sufficiency_permille"])
    return {
        "schema": SCHEMA,
        "internal": True,
        "role": "CHALLENGER" if challenger else "DEFAULT",
        "model": model.id,
        "pack_version": pack.version,
        "pack_hash": pack.content_hash,
        "known_at": known_at.isoformat(),
        "over_days": policy["over_days"],
        "businesses": len(rows.standing),
        "hit_rates": modelcard.hit_rates(rows.standing, rows.checks, classes),
        "calibration": modelcard.calibration(rows.checks, classes),
        "migration": modelcard.migration(rows.standing, classes),
        "sufficiency": modelcard.sufficiency(rows.standing, bands),
        "fairness": modelcard.fairness(rows.standing, rows.checks, frozenset(policy["severe_classes"])),
    }


def _rows(
    viewer: Viewer,
    known_at: datetime,
    challenger: Pack | None,
    policy: Mapping[str, Any],
    tell: Callable[[int], None],
) -> Rows:
    now, since = instant(known_at), instant(known_at - timedelta(days=policy["over_days"]))
    before = _run_before(viewer, known_at)
    register, rows = Register(known_at, known_at), Rows([], [])
    timelines = signals.timelines(viewer=viewer, known_at=known_at)
    while part := dict(islice(timelines, SUBJECTS_AT_ONCE)):
        cards = registry.cards(viewer=viewer, keys=part)
        stored = _telling(portraits.held(viewer=viewer, subjects=part, until=known_at))
        classify = _judging(viewer, challenger, known_at) if challenger else stored
        visits = {s: list(_visits(facts, since, now)) for s, facts in part.items()}
        names = [fact.fact_id for own in visits.values() for fact in own]
        sources = signals.who_told(viewer=viewer, fact_ids=names)
        for subject, facts in part.items():
            profile = register.profile(cards.get(subject), facts, now)
            name, sufficiency = classify(subject, facts, now)
            old = stored(subject, facts, now)[0] if challenger else before.get(subject, "")
            rows.standing.append(Standing(profile, name, old, sufficiency))
            for visit in visits[subject]:
                drawn = sources.get(visit.fact_id, ("",))[0] in policy["random_sources"]
                was, _ = classify(subject, facts, visit.occurred_at - 1)
                rows.checks.append(Check(profile, was, drawn, visit.payload.get("result") != "NO_ISSUE"))
        tell(len(part))
    return rows


def _visits(facts: Sequence[Fact], since: int, now: int) -> Iterator[Fact]:
    for fact in in_force([f for f in facts if f.kind == "INSPECTION_RESULT"], now):
        if since < fact.occurred_at <= now:
            yield fact


def _run_before(viewer: Viewer, known_at: datetime) -> dict[str, str]:
    """Subject → class of the monthly run before the last one."""
    runs = portraits.monthly_runs(viewer=viewer, until=known_at, rows_max=2)
    told = portraits.classes_of_run(viewer=viewer, run_id=runs[1].id) if len(runs) > 1 else ()
    return {subject: name for subject, name, _ in told}


def _telling(stored: Mapping[str, Sequence[Held]]) -> Classify:
    """The class that was in effect at that instant."""

    def classify(subject: str, _facts: Sequence[Fact], at: int) -> tuple[str, int]:
        one = Held.last(stored.get(subject, ()), moment(at))
        return (one.class_name, one.sufficiency_permille) if one else ("", 0)

    return classify


def _judging(viewer: Viewer, pack: Pack, known_at: datetime) -> Classify:
    """The class that the challenger would have given from what was known at that instant, and no later."""
    judge, world = judge_by(pack).judge, signals.world(viewer=viewer, known_at=known_at)

    def classify(subject: str, facts: Sequence[Fact], at: int) -> tuple[str, int]:
        told = judge(subject, [f for f in facts if f.recorded_at <= at], world, at, at).models[0]
        return told.class_name, told.sufficiency_permille

    return classify
