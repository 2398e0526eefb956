"""A city as a digital twin: problems begin and end, visits find them, ways of choosing whom to visit compete.

Everything here is simulation. Time is counted in workdays. Each way gets exactly the same visits on the same
days; the city of a seed is the same for all ways, so their differences are pairs. Results are whole numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

MILLION = 1_000_000
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
# Keys of the draw lie above 0; who goes first gets a key below.
FIRST = -float(MILLION)


class Way(StrEnum):
    """Whom to visit. SHUFFLED draws by classes dealt out by chance (a control); ORACLE knows everything."""

    UNIFORM = "UNIFORM"
    BY_CLASS = "BY_CLASS"
    TRIGGER = "TRIGGER"
    SHUFFLED = "SHUFFLED"
    ORACLE = "ORACLE"


@dataclass(frozen=True, slots=True)
class TwinClass:
    """Businesses of a class, how often a problem begins on a day (ppm), and the weight in a draw by class."""

    name: str
    businesses: int
    begins_ppm: int
    draw_weight: int


@dataclass(frozen=True, slots=True)
class Twin:
    """What is assumed of the city: chances of a day in ppm; a problem may end by itself."""

    classes: tuple[TwinClass, ...]
    ends_ppm: int
    touches_with_ppm: int
    touches_without_ppm: int
    days: int

    @property
    def businesses(self) -> int:
        """All of them."""
        return sum(c.businesses for c in self.classes)


@dataclass(frozen=True, slots=True)
class Effort:
    """Officer-minutes over all days, and what one visit takes; what is left of a day is carried over."""

    officer_minutes: int
    visit_minutes: int

    def visits_on(self, day: int, days: int) -> int:
        """Visits on one day: the same for every way of choosing."""

        def until(n: int) -> int:
            return self.officer_minutes * n // (days * self.visit_minutes)

        return until(day + 1) - until(day)


@dataclass(frozen=True, slots=True)
class Told:
    """What came of one run. `begun` includes what stood on the first day; `days` sums begin to find."""

    begun: int
    found: int
    days: int
    lapsed: int
    visits: int
    compliant: int
    minutes: int

    @property
    def found_permille(self) -> int:
        """Found of a thousand problems."""
        return self.found * 1000 // max(1, self.begun)

    @property
    def days_hundredths(self) -> int | None:
        """Mean workdays from the beginning of a problem to its finding; None when nothing was found."""
        return self.days * 100 // self.found if self.found else None

    @property
    def compliant_permille(self) -> int:
        """Visits to businesses without a problem, of a thousand visits."""
        return self.compliant * 1000 // max(1, self.visits)


class _City:
    """The state of the twin on a day. What happens by chance does not depend on who is visited."""

    def __init__(self, twin: Twin, seed: int) -> None:
        self.chance = np.random.Generator(np.random.PCG64([seed, 1]))
        self.twin, n = twin, twin.businesses
        counts = [c.businesses for c in twin.classes]
        self.begins = np.repeat([c.begins_ppm for c in twin.classes], counts) / MILLION
        self.weight = np.repeat([float(c.draw_weight) for c in twin.classes], counts)
        standing = self.begins / np.maximum(self.begins + twin.ends_ppm / MILLION, 1e-12)
        self.since = np.where(self.chance.random(n) < standing, 0, -1).astype(np.int64)
        self.touched = np.full(n, -1, dtype=np.int64)
        self.begun, self.lapsed = int((self.since >= 0).sum()), 0

    def dawn(self, day: int) -> None:
        """Problems end and begin, lines are touched."""
        n, twin = self.twin.businesses, self.twin
        end, begin, touch = self.chance.random(n), self.chance.random(n), self.chance.random(n)
        ended = (self.since >= 0) & (end < twin.ends_ppm / MILLION)
        self.since[ended] = -1
        begins = (self.since < 0) & ~ended & (begin < self.begins)
        self.since[begins] = day
        self.begun, self.lapsed = self.begun + int(begins.sum()), self.lapsed + int(ended.sum())
        often = np.where(self.since >= 0, twin.touches_with_ppm, twin.touches_without_ppm) / MILLION
        self.touched[(self.touched < 0) & (touch < often)] = day


def run(twin: Twin, effort: Effort, way: Way, seed: int) -> Told:
    """One seed of the city under one way of choosing; the same arguments give the same numbers."""
    city, draw = _City(twin, seed), np.random.Generator(np.random.PCG64([seed, 2]))
    dealt = draw.permutation(city.weight)
    found = days = visits = compliant = 0
    for day in range(twin.days):
        city.dawn(day)
        number = min(effort.visits_on(day, twin.days), twin.businesses)
        keys = _keys(way, city, dealt, draw.exponential(size=twin.businesses))
        chosen = np.argsort(keys, kind="stable")[:number]
        guilty = chosen[city.since[chosen] >= 0]
        found, visits, compliant = found + len(guilty), visits + number, compliant + number - len(guilty)
        days += int((day - city.since[guilty]).sum())
        city.since[guilty] = -1
        city.touched[chosen] = -1
    return Told(city.begun, found, days, city.lapsed, visits, compliant, visits * effort.visit_minutes)


def _keys(way: Way, city: _City, dealt: Floats, by_chance: Floats) -> Floats:
    """Lowest first. An exponential over a weight draws without replacement in proportion to the weight."""
    if way is Way.BY_CLASS:
        by_class: Floats = by_chance / city.weight
        return by_class
    if way is Way.SHUFFLED:
        shuffled: Floats = by_chance / dealt
        return shuffled
    if way is Way.TRIGGER:
        return np.where(city.touched >= 0, FIRST + city.touched, by_chance)
    if way is Way.ORACLE:
        return np.where(city.since >= 0, FIRST + city.since, by_chance)
    return by_chance


@dataclass(frozen=True, slots=True)
class Spread:
    """The mean over seeds and the middle 95 of 100 seeds, all whole numbers."""

    mean: int
    low: int
    high: int


def spread(values: Sequence[int]) -> Spread:
    """Of at least one value; the bounds are values that were reached (nearest rank, outwards)."""
    ordered, last = sorted(values), len(values) - 1
    low, high = ordered[last * 25 // 1000], ordered[-(-last * 975 // 1000)]
    return Spread(round(sum(values) / len(values)), low, high)
