"""How often a touch was borne out by what was found later, how sure that is, and what was seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt
from typing import Any

from zhunsheng.core.clock import SECONDS_PER_DAY
from zhunsheng.core.facts import Fact

# The square of the 97.5 % quantile of the normal distribution: intervals of 95 %.
Z_SQUARED = Fraction(38_416, 10_000)


@dataclass(frozen=True, slots=True)
class Precision:
    """Borne out, unfounded, and without any result; the share of the first two with its interval."""

    measure: str
    group: str
    borne_out: int
    unfounded: int
    unknown: int

    @property
    def permille(self) -> int | None:
        """Borne out of a thousand with a result; None where there is none."""
        known = self.borne_out + self.unfounded
        return self.borne_out * 1000 // known if known else None

    @property
    def interval_permille(self) -> tuple[int, int]:
        """The Wilson score interval of 95 %, rounded outwards; everything is possible without results."""
        return wilson(self.borne_out, self.borne_out + self.unfounded)

    @property
    def exposure_permille(self) -> int:
        """How many of a thousand touches had any result."""
        known = self.borne_out + self.unfounded
        return known * 1000 // max(1, known + self.unknown)


def wilson(hits: int, trials: int) -> tuple[int, int]:
    """Wilson's interval of 95 % in thousandths, without floating point.

    E. B. Wilson, Probable inference, J. Am. Stat. Assoc. 22 (1927): it stays within 0 and 1, also for few.
    """
    if trials == 0:
        return 0, 1000
    middle = 1000 * (hits + Z_SQUARED / 2)
    square = Z_SQUARED * (Fraction(hits * (trials - hits), trials) + Z_SQUARED / 4) * 1_000_000
    root = isqrt(int(square))
    low = (middle - (root + 1)) / (trials + Z_SQUARED)
    high = (middle + (root + 1)) / (trials + Z_SQUARED)
    return max(0, int(low)), min(1000, -int(-high // 1))


def result_of(
    measure: Mapping[str, Any], place: str, at: int, horizon_days: int, told: Sequence[Fact]
) -> bool | None:
    """The first result after a touch, within the days: borne out, unfounded, or None for none.

    `told` are the facts of the business that are in force, in order; `place` is the object of the touch.
    """
    until = at + horizon_days * SECONDS_PER_DAY
    for fact in told:
        if not at < fact.occurred_at <= until or (measure["same_place"] and fact.object != place):
            continue
        for key, said in (("borne_out", True), ("unfounded", False)):
            if any(_is(fact, rule) for rule in measure[key]):
                return said
    return None


def results_of(
    outcomes: Mapping[str, Any], place: str, at: int, told: Sequence[Fact]
) -> dict[str, bool | None]:
    """What became of a touch, by measure of outcome."""
    days = outcomes["horizon_days"]
    return {m["id"]: result_of(m, place, at, days, told) for m in outcomes["measures"]}


def kinds_of(outcomes: Mapping[str, Any]) -> set[str]:
    """The kinds of facts that can bear a touch out or not."""
    return {rule["kind"] for m in outcomes["measures"] for rule in (*m["borne_out"], *m["unfounded"])}


def _is(fact: Fact, rule: Mapping[str, Any]) -> bool:
    wanted = rule.get("where", {}).items()
    return fact.kind == rule["kind"] and all(fact.payload.get(k) in values for k, values in wanted)


def precisions(measure: str, results: Iterable[tuple[str, bool | None]]) -> list[Precision]:
    """By group, from (group, result) of touches."""
    counts: dict[str, list[int]] = {}
    for group, result in results:
        row = counts.setdefault(group, [0, 0, 0])
        row[2 if result is None else 0 if result else 1] += 1
    return [Precision(measure, group, *row) for group, row in sorted(counts.items())]
