"""How a ranking is measured: AUC, days earlier, share found in the first half; random order beside each.

Everything follows the published definitions of the data folder's METRIC.md: rows are taken in order of
their identifiers, sorted by score (high first, stable), and the real visit dates are handed out again in
ascending order, so the number of visits a day does not change.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Visits:
    """Rows in order of identifier: day numbers, outcomes (0/1) and the group of each row."""

    days: Ints
    found: Ints
    groups: NDArray[np.str_]

    def pick(self, rows: Ints) -> Visits:
        """The same for some of the rows."""
        return Visits(self.days[rows], self.found[rows], self.groups[rows])


def auc(score: Floats, found: Ints) -> float:
    """The chance that a found row is scored above another one; ties count half."""
    order = np.argsort(score, kind="stable")
    ranks = np.empty(len(score))
    ranks[order] = np.arange(1, len(score) + 1)
    for value in np.unique(score):
        same = score == value
        ranks[same] = ranks[same].mean()
    positive = int(found.sum())
    negative = len(found) - positive
    if not positive or not negative:
        return float("nan")
    return float((ranks[found == 1].sum() - positive * (positive + 1) / 2) / (positive * negative))


def new_days(score: Floats, days: Ints) -> Ints:
    """The day each row gets when the highest score goes first."""
    handed = np.empty_like(days)
    handed[np.argsort(-score, kind="stable")] = np.sort(days)
    return handed


def days_earlier(score: Floats, visits: Visits) -> float:
    """Mean over found rows of real day − new day, over all rows together (measure 1)."""
    gain = visits.days - new_days(score, visits.days)
    return float(gain[visits.found == 1].mean())


def days_earlier_within(score: Floats, visits: Visits) -> float:
    """The same inside each group, which keeps its own days (measure 2)."""
    gains = []
    for group in np.unique(visits.groups):
        rows = np.flatnonzero(visits.groups == group)
        gain = visits.days[rows] - new_days(score[rows], visits.days[rows])
        gains.append(gain[visits.found[rows] == 1])
    return float(np.concatenate(gains).mean())


def auc_within(score: Floats, visits: Visits) -> float:
    """Plain mean over groups of the AUC inside the group."""
    inside = [
        auc(score[rows], visits.found[rows])
        for group in np.unique(visits.groups)
        if len(rows := np.flatnonzero(visits.groups == group))
    ]
    return float(np.nanmean(inside))


def first_half_share(score: Floats, visits: Visits) -> tuple[float, float]:
    """Share of found rows on the days that hold the first half of visits: as it was, and re-ordered."""
    order = np.sort(visits.days)
    unique, counts = np.unique(order, return_counts=True)
    early = set(unique[np.cumsum(counts) < len(order) / 2].tolist())
    handed = new_days(score, visits.days)
    found = visits.found == 1

    def share(days: Ints) -> float:
        return float(np.mean([day in early for day in days[found].tolist()]))

    return share(visits.days), share(handed)


@dataclass(frozen=True)
class Interval:
    """A figure with its 95 % bootstrap interval over resampled rows."""

    value: float
    low: float
    high: float

    def text(self) -> str:
        """For the report."""
        return f"{self.value:.2f} ({self.low:.1f} … {self.high:.1f})"


def bootstrap_within(score: Floats, visits: Visits, *, rounds: int = 300, seed: int = 20261124) -> Interval:
    """Measure 2 with its interval: rows resampled with replacement, identifiers in order again."""
    generator = np.random.default_rng(seed)
    told = []
    for _ in range(rounds):
        rows = np.sort(generator.integers(0, len(score), len(score)))
        told.append(days_earlier_within(score[rows], visits.pick(rows)))
    return Interval(
        days_earlier_within(score, visits),
        float(np.quantile(told, 0.025)),
        float(np.quantile(told, 0.975)),
    )


@dataclass(frozen=True)
class RandomOrder:
    """What chance reaches: the mean over many random orders of each figure."""

    days: float
    days_within: float


def random_order(visits: Visits, *, rounds: int = 1000, seed: int = 20261124) -> RandomOrder:
    """Means over `rounds` random orders; they need not be zero."""
    generator = np.random.default_rng(seed)
    scores = [generator.random(len(visits.days)) for _ in range(rounds)]
    return RandomOrder(
        float(np.mean([days_earlier(s, visits) for s in scores])),
        float(np.mean([days_earlier_within(s, visits) for s in scores])),
    )
