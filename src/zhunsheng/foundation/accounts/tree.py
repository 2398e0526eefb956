"""Walking the tree of units and their history: read once, in two looks, however many walk it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import reduce

from django.db.models import Q, QuerySet

from zhunsheng.foundation.accounts.models import Succession, Unit, UnitLevel

Codes = tuple[frozenset[str], frozenset[str], frozenset[tuple[str, str]]]
NOTHING: Codes = (frozenset(), frozenset(), frozenset())
Steps = Mapping[int, Collection[int]]


def standing_on(on: date) -> QuerySet[Unit]:
    """The units that exist on a day."""
    return Unit.objects.filter(Q(valid_to=None) | Q(valid_to__gte=on), valid_from__lte=on)


@dataclass(frozen=True)
class Tree:
    """Every unit that stands or stood, by id, and by id which came before, after and under it."""

    units: Mapping[int, Unit]
    before: Steps
    after: Steps
    children: Steps

    def with_keys(self, keys: Collection[str]) -> list[Unit]:
        """The units of these keys in all their periods."""
        return [unit for unit in self.units.values() if unit.key in keys]

    def districts(self) -> list[Unit]:
        """Every district that stands or stood."""
        return [unit for unit in self.units.values() if unit.level == UnitLevel.DISTRICT]

    def forerunners(self, units: Iterable[Unit]) -> list[Unit]:
        """These units and everything whose work has come to them."""
        return self._walk(units, self.before)

    def heirs(self, units: Iterable[Unit]) -> list[Unit]:
        """These units and everything to which their work has gone."""
        return self._walk(units, self.after)

    def below(self, units: Iterable[Unit]) -> list[Unit]:
        """These units and all under them that stand or stood."""
        return self._walk(units, self.children)

    def _walk(self, units: Iterable[Unit], steps: Steps) -> list[Unit]:
        found: set[int] = set()
        fresh = {unit.id for unit in units}
        while fresh:
            found |= fresh
            fresh = {to for at in fresh for to in steps.get(at, ())} - found
        return sorted((self.units[at] for at in found), key=lambda unit: (unit.valid_from, unit.id))

    def codes_alone(self, unit: Unit) -> Codes:
        """(districts, districts' own rows, stations) of a unit without what is under it."""
        rows = self.forerunners([unit])
        return (
            frozenset(),
            frozenset(u.code for u in rows if u.level == UnitLevel.DISTRICT),
            frozenset((u.district, u.code) for u in rows if u.level == UnitLevel.STATION),
        )

    def codes_below(self, unit: Unit) -> Codes:
        """(districts, districts' own rows, stations) of a unit with what is under it."""
        rows = self.forerunners(self.below(self.forerunners([unit])))
        districts = frozenset(u.code for u in rows if u.level == UnitLevel.DISTRICT)
        stations = frozenset(
            (u.district, u.code) for u in rows if u.level == UnitLevel.STATION and u.district not in districts
        )
        return districts, frozenset(), stations


def read() -> Tree:
    """The tree as it stands now, with its whole history."""
    units = {unit.id: unit for unit in Unit.objects.order_by("valid_from", "id")}
    before: dict[int, list[int]] = {}
    after: dict[int, list[int]] = {}
    children: dict[int, list[int]] = {}
    for first, then in Succession.objects.values_list("before_id", "after_id"):
        before.setdefault(then, []).append(first)
        after.setdefault(first, []).append(then)
    for unit in units.values():
        if unit.parent_id is not None:
            children.setdefault(unit.parent_id, []).append(unit.id)
    return Tree(units, before, after, children)


def joined(parts: Iterable[Codes]) -> Codes:
    """Several sets of codes as one."""
    return reduce(lambda a, b: (a[0] | b[0], a[1] | b[1], a[2] | b[2]), parts, NOTHING)
