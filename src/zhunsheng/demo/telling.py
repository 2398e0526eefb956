"""Small tools with which the city's signals are told: chances, days, and a page to write on."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping

from zhunsheng.core.clock import SHANGHAI
from zhunsheng.core.facts import Scalar
from zhunsheng.demo.city import FIRST_DAY, SEED, TODAY, Business
from zhunsheng.sensing.signals.new_facts import NewFact

DAYS = (TODAY - FIRST_DAY).days


class Page:
    """What one business makes known in 24 months. Its chances depend on its key and nothing else."""

    def __init__(self, business: Business) -> None:
        self.business = business
        self.chance = random.Random(f"{SEED} {business.key}")  # noqa: S311 - repeatable
        self.facts: list[NewFact] = []

    def tell(self, kind: str, day: dt.date, *, object: str = "", **payload: Scalar) -> None:
        """Write one fact; a day of today happens in the small hours, so that nothing lies ahead."""
        hour = 0 if day >= TODAY else self.chance.randrange(8, 20)
        at = dt.datetime.combine(min(day, TODAY), dt.time(hour, self.chance.randrange(60)), SHANGHAI)
        self.facts.append(NewFact(kind, self.business.key, at, payload, object=object))

    def often(self, permille: int) -> bool:
        """True this often, for everybody alike."""
        return self.chance.randrange(1000) < permille

    def slips(self, permille: int) -> bool:
        """True this often for a careless business and hardly ever for a careful one."""
        carelessness = (1000 - self.business.care) / 1000
        return self.chance.random() < permille / 1000 * carelessness * carelessness * 6

    def some_day(self, last_days: int = DAYS) -> dt.date:
        """A day among the last so many."""
        return TODAY - dt.timedelta(days=self.chance.randrange(last_days))

    def number(self, prefix: str) -> str:
        """A running number of this business."""
        return f"{prefix}-{self.business.key[-6:]}-{len(self.facts):04d}"

    def pick(self, choices: Mapping[str, int]) -> str:
        """One of the names, by weight."""
        return self.chance.choices(list(choices), weights=list(choices.values()))[0]


def ago(days: int) -> dt.date:
    """So many days before the city's today."""
    return TODAY - dt.timedelta(days=days)
