"""The card of a model: hit rates against random selection, calibration, migration, sufficiency, fairness.

Counts and thousandths only; every share stands with Wilson's interval and with what was not seen. Internal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isqrt
from typing import Any

from zhunsheng.core.reporting.credit import NO_CLASS, band_of, band_words
from zhunsheng.core.reporting.precision import wilson
from zhunsheng.core.reporting.profiles import Profile

Row = dict[str, Any]
DIMENSIONS = ("size", "age", "district", "form")
RANDOM = "RANDOM"


@dataclass(frozen=True, slots=True)
class Standing:
    """A business under the model now; `before` is its class to compare with, '' for none."""

    profile: Profile
    class_name: str
    before: str
    sufficiency_permille: int


@dataclass(frozen=True, slots=True)
class Check:
    """A visit with its result and the class as known before it; `drawn` when chance chose it."""

    profile: Profile
    class_name: str
    drawn: bool
    found: bool


def _share(checks: Iterable[Check]) -> Row:
    told = [c.found for c in checks]
    found, number = sum(told), len(told)
    low, high = wilson(found, number)
    return {
        "checks": number,
        "found": found,
        "permille": found * 1000 // number if number else None,
        "low_permille": low,
        "high_permille": high,
    }


def hit_rates(standing: Sequence[Standing], checks: Sequence[Check], classes: Sequence[str]) -> list[Row]:
    """By class what chosen visits found, each against what visits drawn by chance found (the last row).

    `exposure_permille`: chosen visits for a thousand businesses of the class. `more_*`: found more than by
    chance, in thousandths, with the interval of the difference; None until both have results.
    """
    businesses = Counter(s.class_name or NO_CLASS for s in standing)
    drawn = _share(c for c in checks if c.drawn)
    rows = []
    for name in (*classes, NO_CLASS):
        own = _share(c for c in checks if not c.drawn and (c.class_name or NO_CLASS) == name)
        rows.append(_against(name, own, drawn, businesses[name]))
    return [*rows, _against(RANDOM, drawn, None, len(standing))]


def _against(name: str, own: Row, drawn: Row | None, businesses: int) -> Row:
    exposure = own["checks"] * 1000 // businesses if businesses else None
    more = dict.fromkeys(("more_permille", "more_low_permille", "more_high_permille"))
    told: Row = {"group": name, "businesses": businesses, **own, "exposure_permille": exposure, **more}
    if drawn is not None and own["checks"] and drawn["checks"]:
        middle, low, high = difference(own, drawn)
        told |= {"more_permille": middle, "more_low_permille": low, "more_high_permille": high}
    return told


def difference(one: Row, other: Row) -> tuple[int, int, int]:
    """(difference, low, high) of two shares in thousandths, rounded outwards.

    R. G. Newcombe, Interval estimation for the difference between independent proportions, Statistics in
    Medicine 17 (1998), method 10: from the Wilson bounds of both.
    """
    p, q = one["permille"], other["permille"]
    down = (p - one["low_permille"]) ** 2 + (other["high_permille"] - q) ** 2
    up = (one["high_permille"] - p) ** 2 + (q - other["low_permille"]) ** 2
    return p - q, max(-1000, p - q - isqrt(down) - 1), min(1000, p - q + isqrt(up) + 1)


def calibration(checks: Sequence[Check], classes: Sequence[str]) -> Row:
    """What chance found in each class, so that nobody's choice colours it.

    `ordered`: no severer class is found less often; None with results in fewer than two classes.
    """
    rows = [
        {"group": name, **_share(c for c in checks if c.drawn and c.class_name == name)} for name in classes
    ]
    known = [row["permille"] for row in rows if row["checks"]]
    ordered = all(a <= b for a, b in pairwise(known)) if len(known) > 1 else None
    return {"rows": rows, "ordered": ordered}


def migration(standing: Sequence[Standing], classes: Sequence[str]) -> list[Row]:
    """From the class to compare with (rows, as given) to the model's (columns)."""
    steps = Counter((s.before or NO_CLASS, s.class_name or NO_CLASS) for s in standing)
    names = (*classes, NO_CLASS)
    return [{"group": old, "to": {new: steps[old, new] for new in names}} for old in names]


def sufficiency(standing: Sequence[Standing], bands: Sequence[tuple[int | None, str]]) -> list[Row]:
    """Businesses by the share of indicators that could be told."""
    counts = Counter(band_of(s.sufficiency_permille, bands) for s in standing)
    return [{"group": words, "businesses": counts[words]} for words in band_words(bands)]


def fairness(standing: Sequence[Standing], checks: Sequence[Check], severe: frozenset[str]) -> list[Row]:
    """By size, age, area and form: shares in severe classes, what is found, who stood there for nothing.

    `unfounded_permille`: of a thousand visits that found nothing, those to businesses in severe classes.
    """
    rows = []
    for dimension in DIMENSIONS:
        group = _group(dimension)
        for name in sorted({group(s.profile) for s in standing}):
            own = [s for s in standing if group(s.profile) == name]
            seen = [c for c in checks if group(c.profile) == name]
            clean = [c for c in seen if not c.found]
            rows.append(
                {
                    "dimension": dimension,
                    "group": name,
                    "businesses": len(own),
                    "severe_permille": sum(s.class_name in severe for s in own) * 1000 // len(own),
                    **_share(seen),
                    "unfounded_permille": sum(c.class_name in severe for c in clean) * 1000 // len(clean)
                    if clean
                    else None,
                }
            )
    return rows


def _group(dimension: str) -> Callable[[Profile], str]:
    return lambda profile: str(getattr(profile, dimension))
