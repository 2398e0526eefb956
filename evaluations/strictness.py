"""How much more an inspector found than inspectors of that group usually do.

A score that learns who inspects learns nothing about the business. So a result enters the facts as its
*excess*: what was found minus the mean of the same group's earlier results. Only earlier results are
used; the group itself never becomes a fact.
"""

from __future__ import annotations

from collections import defaultdict

PRIOR_WEIGHT = 20


class Strictness:
    """Running means by group, shrunk to the running mean of all (weight of 20 results)."""

    def __init__(self) -> None:
        self._sums: dict[str | None, float] = defaultdict(float)
        self._counts: dict[str | None, int] = defaultdict(int)
        self._total = 0.0
        self._number = 0

    def excess(self, group: str | None, value: float) -> float:
        """`value` minus what this group usually finds; then remember it."""
        overall = self._total / self._number if self._number else value
        usual = (self._sums[group] + PRIOR_WEIGHT * overall) / (self._counts[group] + PRIOR_WEIGHT)
        self._sums[group] += value
        self._counts[group] += 1
        self._total += value
        self._number += 1
        return value - usual
