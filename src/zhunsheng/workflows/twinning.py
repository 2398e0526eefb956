"""Policy simulation: a twin of the city calibrated on the installed facts, and ways of choosing compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from zhunsheng.core.actors import Viewer
from zhunsheng.core.clock import instant, moment
from zhunsheng.core.facts import Fact, in_force
from zhunsheng.core.reporting.workload import Workload
from zhunsheng.engine.library import open_library
from zhunsheng.engine.twin import MILLION, Effort, Told, Twin, TwinClass, Way, run, spread
from zhunsheng.judging.portraits import queries as portraits
from zhunsheng.judging.portraits.queries import Held
from zhunsheng.sensing.signals import queries as signals

SCHEMA = "zhunsheng.simulation-report/1"
SUBJECTS_AT_ONCE = 2_000
KINDS = ("INSPECTION_RESULT", "TOUCH", "TOUCH_CONFIRMED", "TOUCH_DISMISSED")
VISITED_COLOURS = frozenset({"RED", "CRITICAL"})
Policy = Mapping[str, Any]


@dataclass(slots=True)
class Seen:
    """What the installed facts say, by class where it is about classes."""

    classes: Counter[str] = field(default_factory=Counter)
    checked: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)


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
        "ways": [_row(way, rows, told[Way.UNIFORM]) for way, rows in told.items()],
    }


def _row(way: Way, rows: list[Told], uniform: list[Told]) -> dict[str, Any]:
    days = [row.days_hundredths for row in rows if row.days_hundredths is not None]
    return {
        "way": way.value,
        "officer_minutes": sorted({row.minutes for row in rows}),
        "visits": asdict(spread([row.visits for row in rows])),
        "problems": asdict(spread([row.begun for row in rows])),
        "found": asdict(spread([row.found for row in rows])),
        "found_permille": asdict(spread([row.found_permille for row in rows])),
        "days_to_detection_hundredths": asdict(spread(days)) if days else None,
        "compliant_visits": asdict(spread([row.compliant for row in rows])),
        "compliant_visits_permille": asdict(spread([row.compliant_permille for row in rows])),
        "found_more_than_uniform": asdict(
            spread([own.found - other.found for own, other in zip(rows, uniform, strict=True)])
        ),
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
                    _count(seen, fact, Held.last(classes.get(subject, ()), moment(fact.occurred_at - 1)))
    return seen


def _count(seen: Seen, fact: Fact, before: Held | None) -> None:
    """A check counts for the class as known before it: afterwards the finding itself has moved the class."""
    if fact.kind != "INSPECTION_RESULT":
        seen.kinds[fact.kind] += fact.kind != "TOUCH" or fact.payload.get("colour") in VISITED_COLOURS
    elif before is not None:
        seen.checked[before.class_name] += 1
        seen.found[before.class_name] += fact.payload.get("result") != "NO_ISSUE"


def calibrated(policy: Policy, seen: Seen) -> tuple[Twin, list[dict[str, Any]]]:
    """The twin, and each of its parameters with its source: CALIBRATED on so many facts, or ASSUMED."""
    told: list[dict[str, Any]] = []

    def say(name: str, value: int, unit: str, facts: int) -> int:
        source = "CALIBRATED" if facts else "ASSUMED"
        told.append({"name": name, "value": value, "unit": unit, "source": source, "facts": facts})
        return value

    total, lasts = seen.classes.total(), policy["problem_lasts_days"]
    ends = say("problem_ends", MILLION // lasts, "PPM_A_DAY", 0)
    classes, expected = [], 0
    for row in policy["classes"]:
        name, weight = row["name"], policy["prior_results"]
        share = seen.classes[name] * 1000 // total if total else row["share_permille"]
        say(f"share.{name}", share, "PERMILLE", seen.classes[name])
        hits = seen.found[name] * 1000 + row["found_permille"] * weight
        found = say(f"found.{name}", hits // (seen.checked[name] + weight), "PERMILLE", seen.checked[name])
        # In balance a share p has a problem when p = b / (b + e): begins against ends.
        begins = ends * found // max(1, 1000 - found)
        businesses = share * policy["businesses"] // 1000
        classes.append(TwinClass(name, businesses, begins, row["draw_weight"]))
        expected += share * found
    with_ppm, without_ppm = _touches(policy, seen, total, expected // 1000)
    judged = seen.kinds["TOUCH_CONFIRMED"] + seen.kinds["TOUCH_DISMISSED"]
    told_of = judged if seen.kinds["TOUCH"] else 0
    say("touches.with_problem", with_ppm, "PPM_A_DAY", told_of)
    say("touches.without_problem", without_ppm, "PPM_A_DAY", told_of)
    return Twin(tuple(classes), ends, with_ppm, without_ppm, policy["days"]), told


def _touches(policy: Policy, seen: Seen, businesses: int, problem_permille: int) -> tuple[int, int]:
    """Touches a day with and without a problem: all of them, parted as those that were reviewed."""
    confirmed, dismissed = seen.kinds["TOUCH_CONFIRMED"], seen.kinds["TOUCH_DISMISSED"]
    if not seen.kinds["TOUCH"] or not confirmed + dismissed:
        return policy["touches"]["with_problem_ppm"], policy["touches"]["without_problem_ppm"]
    days = businesses * policy["calibrated_over_days"] * policy["workdays_permille"] // 1000
    number = seen.kinds["TOUCH"] * MILLION
    right = number * confirmed * 1000 // ((confirmed + dismissed) * max(1, days * problem_permille))
    wrong = number * dismissed * 1000 // ((confirmed + dismissed) * max(1, days * (1000 - problem_permille)))
    return min(right, MILLION), min(wrong, MILLION)
