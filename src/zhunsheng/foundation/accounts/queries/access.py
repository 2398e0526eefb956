"""Reading grants: what somebody may pick, and who can see a record, in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhunsheng.core.actors import Scope, ScopeKind, Viewer
from zhunsheng.foundation.accounts import acting
from zhunsheng.foundation.accounts.models import Grant, PartTaken
from zhunsheng.foundation.accounts.roles import role_book

SCOPE_WORDS = {
    ScopeKind.ALL: gettext_lazy("全部"),
    ScopeKind.UNIT_AND_BELOW: gettext_lazy("本单位及以下"),
    ScopeKind.UNIT: gettext_lazy("本单位"),
    ScopeKind.OWN: gettext_lazy("本人负责"),
    ScopeKind.CUSTOM: gettext_lazy("指定单位"),
    ScopeKind.NONE: gettext_lazy("不接触业务数据"),
}


@dataclass(frozen=True, slots=True)
class GrantCard:
    """A grant as its holder and the administrators see it."""

    id: int
    person: str
    name: str
    role: str
    role_zh: str
    unit: str
    scope: str
    valid_to: date | None
    delegated: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record lies: its district and station as it carries them, and who is in charge of it."""

    district: str
    station: str = ""
    officer: str = ""


def opens(*, viewer: Viewer, place: Place) -> bool:
    """Whether a scope opens a record at this place: the meaning of the five scopes, for one record."""
    scope = viewer.scope
    if viewer.sees_all:
        return True
    if not viewer.is_staff or scope.kind is ScopeKind.NONE:
        return False
    if scope.kind is ScopeKind.OWN and place.officer != viewer.key:
        return False
    return _covers(scope, place)


def _covers(scope: Scope, place: Place) -> bool:
    return (
        place.district in scope.districts
        or (not place.station and place.district in scope.without_station)
        or (place.district, place.station) in scope.stations
    )


def grants(*, viewer: Viewer, on: date, person: str = "") -> list[GrantCard]:
    """Standing grants of one person or of all; anybody's own, others' for staff."""
    if not viewer.is_staff:
        return []
    rows = acting.standing_grants(on).order_by("person__key", "id")
    return [_card(row) for row in (rows.filter(person__key=person) if person else rows)]


def acting_with(
    *, viewer: Viewer, person: str, power: str, on: date, opens: Callable[[Viewer], bool]
) -> acting.Acting | None:
    """A person at work under the oldest own grant that gives a permission and a viewer that `opens` accepts.

    None where there is none: two grants never add up.
    """
    if not viewer.is_staff:
        return None
    found = (acting.empower(grant, on) for grant in acting.grants_of(person, on))
    return next((one for one in found if power in one.actor.powers and opens(one.viewer)), None)


def _card(row: Grant) -> GrantCard:
    book = role_book()
    name = book.roles[row.role].name_zh if row.role in book.roles else row.role
    return GrantCard(
        row.id,
        row.person.key,
        row.person.name,
        row.role,
        name,
        row.unit.name,
        row.scope,
        row.valid_to,
        row.delegated_from_id is not None,
    )


def who_sees(*, viewer: Viewer, place: Place, on: date, power: str) -> list[str]:
    """A sentence for every standing grant with this permission that opens a record at this place, and why."""
    if not opens(viewer=viewer, place=place):
        return []
    told = []
    for grant in acting.standing_grants(on).order_by("person__key", "id"):
        one = acting.empower(grant, on)
        if power in one.actor.powers and opens(viewer=one.viewer, place=place):
            words = {
                "name": one.name,
                "role": one.role_zh,
                "unit": one.unit_name,
                "scope": SCOPE_WORDS[ScopeKind(grant.scope)],
                "lent": _("（受委托）") if grant.delegated_from_id else "",
            }
            told.append(_("%(name)s：%(unit)s%(role)s%(lent)s，数据范围“%(scope)s”包含本记录") % words)
    return told


def parts_taken(*, viewer: Viewer, matter: str) -> list[tuple[str, str]]:
    """(work number, part) of everybody who has acted in a matter, in order."""
    if not viewer.is_staff:
        return []
    return list(PartTaken.objects.filter(matter=matter).values_list("person", "part"))


def colleagues(*, viewer: Viewer, on: date, power: str) -> list[GrantCard]:
    """Standing grants of others whose role has this permission: whom work can be given to; staff only."""
    if not viewer.is_staff:
        return []
    book = role_book()
    roles = [role.id for role in book.roles.values() if power in role.permissions]
    rows = acting.standing_grants(on).filter(role__in=roles).exclude(person__key=viewer.key)
    return [_card(row) for row in rows.order_by("unit__key", "person__key", "id")]
