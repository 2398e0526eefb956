"""Reading grants: what somebody may pick, and who can see a record, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhunsheng.core.actors import Scope, ScopeKind, Viewer
from zhunsheng.core.listing import Listed, Part
from zhunsheng.foundation.accounts import acting
from zhunsheng.foundation.accounts.models import Grant, PartTaken
from zhunsheng.foundation.accounts.policies import log_in_policy
from zhunsheng.foundation.accounts.roles import role_book
from zhunsheng.foundation.seeking import seek

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
    """Where a record lies: its district and station as it carries them, who is in charge of it, and who
    wrote it, to whom it is open wherever it lies."""

    district: str
    station: str = ""
    officer: str = ""
    author: str = ""


def opens(*, viewer: Viewer, place: Place) -> bool:
    """Whether a scope opens a record at this place: the meaning of the five scopes, for one record."""
    scope = viewer.scope
    if viewer.sees_all:
        return True
    if not viewer.is_staff or scope.kind is ScopeKind.NONE:
        return False
    if place.author and place.author == viewer.key:
        return True
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


def acting_under(*, viewer: Viewer, grant: int, on: date) -> acting.Acting | None:
    """Whoever works under a grant, if it stands on a day: for work that goes on after the page was left."""
    if not viewer.sees_all:
        return None
    row = acting.standing_grants(on).filter(id=grant).first()
    return acting.empower(row, on) if row else None


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


def who_see(
    *, viewer: Viewer, places: Mapping[str, Place], on: date, power: str
) -> dict[str, tuple[str, ...]]:
    """For each of these places that the viewer may see: a sentence for every standing grant with this
    permission that opens a record there, and why. The looks into the database are as many for one place and
    one grant as for thousands of either.
    """
    seen = {key: place for key, place in places.items() if opens(viewer=viewer, place=place)}
    if not seen:
        return {}
    rows = list(_with_power(power, on).order_by("person__key", "id"))
    told: dict[str, list[str]] = {key: [] for key in seen}
    for grant, one in zip(rows, acting.empowered(rows, on), strict=True):
        if power not in one.actor.powers:
            continue
        for key, place in seen.items():
            if opens(viewer=one.viewer, place=place):
                told[key].append(_why(grant, one, place))
    return {key: tuple(sentences) for key, sentences in told.items()}


def _why(grant: Grant, one: acting.Acting, place: Place) -> str:
    words = {
        "name": one.name,
        "role": one.role_zh,
        "unit": one.unit_name,
        "scope": SCOPE_WORDS[ScopeKind(grant.scope)],
        "lent": _("（受委托）") if grant.delegated_from_id else "",
    }
    if place.author == one.person:
        return _("%(name)s：%(unit)s%(role)s%(lent)s，本记录由其起草") % words
    return _("%(name)s：%(unit)s%(role)s%(lent)s，数据范围“%(scope)s”包含本记录") % words


def _with_power(power: str, on: date) -> QuerySet[Grant]:
    """Standing grants whose role has this permission; whether the person has the certificate is not asked."""
    roles = [role.id for role in role_book().roles.values() if power in role.permissions]
    return acting.standing_grants(on).filter(role__in=roles)


def parts_taken(*, viewer: Viewer, matter: str) -> list[tuple[str, str]]:
    """(work number, part) of everybody who has acted in a matter, in order."""
    if not viewer.is_staff:
        return []
    return list(PartTaken.objects.filter(matter=matter).values_list("person", "part"))


def colleagues(*, viewer: Viewer, on: date, power: str) -> list[GrantCard]:
    """Standing grants of others whose role has this permission: whom work can be given to; staff only."""
    if not viewer.is_staff:
        return []
    rows = _with_power(power, on).exclude(person__key=viewer.key)
    return [_card(row) for row in rows.order_by("unit__key", "person__key", "id")]


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A grant as a review looks at it. `used_at` is when somebody last worked under it."""

    id: int
    person: str
    name: str
    role_zh: str
    unit: str
    scope: str
    valid_from: date
    valid_to: date | None
    given_by: str
    reason: str
    used_at: datetime | None
    lent_by: str
    ended_at: datetime | None
    end_reason: str


@dataclass(frozen=True, slots=True)
class ReviewFilter:
    """Which grants. `state`: standing ones by default, UNUSED, LENT, ENDING within `soon`, or ENDED."""

    text: str = ""
    role: str = ""
    state: str = ""
    person: str = ""


def reviewed(
    *, viewer: Viewer, part: Part, wanted: ReviewFilter, at: datetime, soon: timedelta
) -> Listed[ReviewRow]:
    """Who has what, since when, given by whom, last used; staff only. UNUSED: for the policy's days."""
    if not viewer.is_staff:
        return Listed()
    today = acting.day(at)
    rows = acting.standing_grants(today)
    if wanted.state == "ENDED":
        rows = Grant.objects.exclude(id__in=rows.values("id")).select_related("person", "unit")
    elif wanted.state == "UNUSED":
        since = at - log_in_policy().dormant
        rows = rows.filter(valid_from__lt=acting.day(since)).exclude(used_at__gte=since)
    elif wanted.state == "LENT":
        rows = rows.exclude(delegated_from=None)
    elif wanted.state == "ENDING":
        rows = rows.filter(valid_to__lte=today + soon)
    if wanted.text:
        rows = rows.filter(Q(person__name__contains=wanted.text) | Q(person__key__startswith=wanted.text))
    for name, value in (("role", wanted.role), ("person__key", wanted.person)):
        if value:
            rows = rows.filter(**{name: value})
    return seek(rows.select_related("person", "unit", "delegated_from__person"), part, _review_row)


def _review_row(row: Grant) -> ReviewRow:
    card = _card(row)
    return ReviewRow(
        row.id,
        card.person,
        card.name,
        card.role_zh,
        card.unit,
        str(SCOPE_WORDS[ScopeKind(row.scope)]),
        row.valid_from,
        row.valid_to,
        row.given_by,
        row.reason,
        row.used_at,
        row.delegated_from.person.name if row.delegated_from else "",
        row.ended_at,
        row.end_reason,
    )
