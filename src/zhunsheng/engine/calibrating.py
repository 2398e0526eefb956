"""What the twin of a city is made of: parameters from installed facts, assumed ones where there are none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from zhunsheng.core.facts import Fact
from zhunsheng.engine.twin import MILLION, Told, Twin, TwinClass, Way, spread

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

    def count(self, fact: Fact, class_before: str | None) -> None:
        """A check counts for the class as known before it: the finding itself has moved the class since."""
        if fact.kind != "INSPECTION_RESULT":
            self.kinds[fact.kind] += fact.kind != "TOUCH" or fact.payload.get("colour") in VISITED_COLOURS
        elif class_before is not None:
            self.checked[class_before] += 1
            self.found[class_before] += fact.payload.get("result") != "NO_ISSUE"


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


def row_of(way: Way, rows: Sequence[Told], uniform: Sequence[Told]) -> dict[str, Any]:
    """What one way of choosing came to over all seeds, beside uniform draws."""
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
