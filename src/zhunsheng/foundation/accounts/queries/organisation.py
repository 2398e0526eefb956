"""Reading the organisation: today's tree, who was responsible on a day, the history of a unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Q

from zhunsheng.core.actors import Viewer
from zhunsheng.foundation.accounts import tree
from zhunsheng.foundation.accounts.models import (
    Grant,
    Person,
    Post,
    Side,
    Succession,
    Unit,
)


@dataclass(frozen=True, slots=True)
class UnitCard:
    """A unit during one period; `valid_to` is the last day."""

    key: str
    level: str
    code: str
    name: str
    district: str
    parent: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Change:
    """One event in the life of a unit and its forerunners and heirs."""

    on: date
    kind: str
    before: str
    after: str
    reason: str


@dataclass(frozen=True, slots=True)
class PersonCard:
    """A colleague with the posts held on a day, as (unit, title)."""

    key: str
    name: str
    posts: tuple[tuple[str, str], ...]


def _card(unit: Unit) -> UnitCard:
    return UnitCard(
        unit.key,
        unit.level,
        unit.code,
        unit.name,
        unit.district,
        unit.parent.key if unit.parent else "",
        unit.valid_from,
        unit.valid_to,
    )


def units(*, viewer: Viewer, on: date) -> list[UnitCard]:
    """The tree of a day, parents before children; internal."""
    if not viewer.is_staff:
        return []
    rows = tree.standing_on(on).select_related("parent")
    order = {"BUREAU": 0, "DISTRICT": 1, "STATION": 2}
    return sorted(map(_card, rows), key=lambda card: (order[card.level], card.key))


def responsible_on(*, viewer: Viewer, key: str, on: date) -> list[UnitCard]:
    """Which unit did on that day what the unit of this key does or did; several after a split."""
    if not viewer.is_staff:
        return []
    rows = list(Unit.objects.filter(key=key))
    line = _line(rows)
    return [_card(unit) for unit in tree.standing_on(on).filter(id__in=line).select_related("parent")]


def _line(rows: list[Unit]) -> set[int]:
    """These units, what led to them and what came of them."""
    whole = tree.read()
    return {unit.id for unit in [*whole.forerunners(rows), *whole.heirs(rows)]}


def history(*, viewer: Viewer, key: str) -> list[Change]:
    """Everything that led to this unit and came of it, in order of time."""
    if not viewer.is_staff:
        return []
    rows = list(Unit.objects.filter(key=key))
    line = _line(rows)
    links = Succession.objects.filter(Q(before__in=line, after__in=line)).select_related("before", "after")
    return [Change(s.on, s.kind, s.before.name, s.after.name, s.reason) for s in links]


def changes(*, viewer: Viewer) -> list[Change]:
    """Every renaming, merging and splitting of units, in order of time; staff only.

    A unit that only went along with its parent changed nothing of its own and is left out.
    """
    if not viewer.is_staff:
        return []
    links = Succession.objects.select_related("before", "after")
    told = links.exclude(
        before__key=F("after__key"), before__name=F("after__name"), before__code=F("after__code")
    )
    return [Change(s.on, s.kind, s.before.name, s.after.name, s.reason) for s in told]


def people(*, viewer: Viewer, on: date, unit: str = "") -> list[PersonCard]:
    """Those who work here on a day, of one unit or of all."""
    if not viewer.is_staff:
        return []
    posts = Post.objects.filter(Q(valid_to=None) | Q(valid_to__gte=on), valid_from__lte=on)
    held: dict[int, list[tuple[str, str]]] = {}
    for person, key, title in posts.values_list("person", "unit__key", "title"):
        held.setdefault(person, []).append((key, title))
    ours = Person.objects.filter(side=Side.BUREAU)
    rows = ours.filter(Q(left_on=None) | Q(left_on__gte=on), joined_on__lte=on)
    cards = [PersonCard(p.key, p.name, tuple(held.get(p.id, ()))) for p in rows]
    return [card for card in cards if not unit or unit in {key for key, _ in card.posts}]


def person_names(*, viewer: Viewer, keys: set[str]) -> dict[str, str]:
    """The name behind each work number, whoever has left included; staff only."""
    if not viewer.is_staff or not keys:
        return {}
    return dict(Person.objects.filter(key__in=sorted(keys)).values_list("key", "name"))


def headcount(*, viewer: Viewer, on: date) -> dict[str, int]:
    """How many people have a post in each unit on a day, by the unit's key; staff only."""
    if not viewer.is_staff:
        return {}
    posts = Post.objects.filter(Q(valid_to=None) | Q(valid_to__gte=on), valid_from__lte=on)
    told = posts.values_list("unit__key").annotate(n=Count("person", distinct=True))
    return dict(told.order_by())


@dataclass(frozen=True, slots=True)
class Attached:
    """What goes along when a unit is renamed, merged or split: (key, words) of people and of units below."""

    people: tuple[tuple[str, str], ...]
    units: tuple[tuple[str, str], ...]
    grants: int


def attached(*, viewer: Viewer, keys: Sequence[str], on: date) -> Attached:
    """Who and what hangs on these standing units from a day on."""
    if not viewer.is_staff:
        return Attached((), (), 0)
    lasting = Q(valid_to=None) | Q(valid_to__gte=on)
    rows = list(Unit.objects.filter(key__in=keys, valid_to=None))
    held = Grant.objects.filter(lasting, unit__in=rows, ended_at=None)
    posts = Post.objects.filter(lasting, unit__in=rows)
    who = Person.objects.filter(Q(grants__in=held) | Q(posts__in=posts)).distinct()
    below = Unit.objects.filter(lasting, parent__in=rows)
    return Attached(
        tuple((p.key, f"{p.name}（{p.key}）") for p in who),
        tuple((u.key, u.name) for u in below),
        held.count(),
    )
