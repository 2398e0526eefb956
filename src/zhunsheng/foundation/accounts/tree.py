"""Walking the tree of units and their history."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet

from zhunsheng.foundation.accounts.models import Succession, Unit, UnitLevel

Codes = tuple[frozenset[str], frozenset[str], frozenset[tuple[str, str]]]
NOTHING: Codes = (frozenset(), frozenset(), frozenset())


def standing_on(on: date) -> QuerySet[Unit]:
    """The units that exist on a day."""
    return Unit.objects.filter(Q(valid_to=None) | Q(valid_to__gte=on), valid_from__lte=on)


def forerunners(units: Iterable[Unit]) -> list[Unit]:
    """These units and everything whose work has come to them."""
    return _walk(units, "after_id", "before_id")


def heirs(units: Iterable[Unit]) -> list[Unit]:
    """These units and everything to which their work has gone."""
    return _walk(units, "before_id", "after_id")


def _walk(units: Iterable[Unit], at: str, to: str) -> list[Unit]:
    found = {unit.id: unit for unit in units}
    fresh = set(found)
    while fresh:
        linked = set(Succession.objects.filter(**{f"{at}__in": fresh}).values_list(to, flat=True))
        fresh = linked - set(found)
        found |= Unit.objects.in_bulk(fresh)
    return sorted(found.values(), key=lambda unit: (unit.valid_from, unit.id))


def below(units: Iterable[Unit]) -> list[Unit]:
    """These units and all under them that stand or stood; three floors, so two steps down."""
    found = {unit.id: unit for unit in units}
    fresh = list(found.values())
    while fresh:
        fresh = list(Unit.objects.filter(parent__in=fresh).exclude(id__in=found))
        found |= {unit.id: unit for unit in fresh}
    return list(found.values())


def codes_alone(unit: Unit) -> Codes:
    """(districts, districts' own rows, stations) of a unit without what is under it."""
    rows = forerunners([unit])
    return (
        frozenset(),
        frozenset(u.code for u in rows if u.level == UnitLevel.DISTRICT),
        frozenset((u.district, u.code) for u in rows if u.level == UnitLevel.STATION),
    )


def codes_below(unit: Unit) -> Codes:
    """(districts, districts' own rows, stations) of a unit with what is under it."""
    rows = forerunners(below(forerunners([unit])))
    districts = frozenset(u.code for u in rows if u.level == UnitLevel.DISTRICT)
    stations = frozenset(
        (u.district, u.code) for u in rows if u.level == UnitLevel.STATION and u.district not in districts
    )
    return districts, frozenset(), stations


def joined(parts: Iterable[Codes]) -> Codes:
    """Several sets of codes as one."""
    told = list(parts) or [NOTHING]
    return (
        frozenset().union(*(p[0] for p in told)),
        frozenset().union(*(p[1] for p in told)),
        frozenset().union(*(p[2] for p in told)),
    )
