"""From a grant to an actor and a viewer: the one place where permissions, scopes and clearances are made.

A person acts under one grant at a time and picks it; two roles never add up to the wider of both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from django.db.models import Q, QuerySet

from zhunsheng.core.actors import Actor, ActorKind, Audience, Scope, ScopeKind, Viewer
from zhunsheng.core.clock import day_of, instant
from zhunsheng.foundation.accounts import tree
from zhunsheng.foundation.accounts.models import Certificate, Grant, UnitLevel
from zhunsheng.foundation.accounts.roles import RoleBook, role_book


@dataclass(frozen=True, slots=True)
class Acting:
    """Somebody at work: who, as what, where; with what they may do and see."""

    person: str
    name: str
    grant: int
    role: str
    role_zh: str
    unit: str
    unit_name: str
    actor: Actor
    viewer: Viewer


def day(at: datetime) -> date:
    """The day in Asia/Shanghai on which something happens."""
    return day_of(instant(at))


def standing_grants(on: date) -> QuerySet[Grant]:
    """Grants in force on a day: begun, neither ended nor expired, and so is what they are delegated from."""
    lasting = Q(ended_at__isnull=True, valid_from__lte=on) & (Q(valid_to__isnull=True) | Q(valid_to__gte=on))
    origin = Q(delegated_from__isnull=True) | Q(
        delegated_from__ended_at__isnull=True, delegated_from__valid_from__lte=on
    ) & (Q(delegated_from__valid_to__isnull=True) | Q(delegated_from__valid_to__gte=on))
    here = Q(person__left_on__isnull=True) | Q(person__left_on__gte=on)
    return Grant.objects.filter(lasting, origin, here).select_related("person", "unit")


@dataclass(frozen=True)
class _Beside:
    """What stands beside grants on a day and decides what they give: read in bulk, by person."""

    roles: Mapping[int, Set[str]]
    certificates: Mapping[int, Set[str]]
    book: RoleBook

    def powers_of(self, grant: Grant) -> frozenset[str]:
        """What the grant permits: its role's permissions, less what another role of the same person denies,
        less what needs a certificate that the person lacks or that has expired."""
        if grant.role not in self.book.roles:
            return frozenset()
        held = self.roles.get(grant.person_id, set())
        denied = {power for role in held if role in self.book.roles for power in self.book.roles[role].denies}
        kinds = {*self.certificates.get(grant.person_id, ()), ""}
        wanted = self.book.roles[grant.role].permissions - denied
        return frozenset(power for power in wanted if self.book.permissions[power].certificate in kinds)


def _beside(grants: Sequence[Grant], held: Iterable[tuple[int, str]], on: date) -> _Beside:
    """`held`: (person, role) of all grants that these people hold on this day."""
    book, roles = role_book(), dict[int, set[str]]()
    for person, role in held:
        roles.setdefault(person, set()).add(role)
    certificates: dict[int, set[str]] = {}
    # Most roles have no power that hangs on a certificate; then nobody needs to look.
    asking = {grant.person_id for grant in grants if book.wants_certificate(grant.role)}
    if asking:
        lasting = Certificate.objects.filter(person__in=asking, valid_from__lte=on, valid_to__gte=on)
        for person, kind in lasting.values_list("person_id", "kind"):
            certificates.setdefault(person, set()).add(kind)
    return _Beside(roles, certificates, book)


def _scope_of(grant: Grant, units: Callable[[], tree.Tree]) -> Scope:
    """What the grant opens, as codes that records carry. Forerunners count: their records did not move."""
    kind, unit = ScopeKind(grant.scope), grant.unit
    if kind in {ScopeKind.ALL, ScopeKind.NONE}:
        return Scope(kind)
    if kind is ScopeKind.CUSTOM:
        chosen = [u for u in units().heirs(units().with_keys(grant.units)) if u.valid_to is None]
        return Scope(kind, *tree.joined(map(units().codes_below, chosen)))
    if kind is ScopeKind.UNIT:
        return Scope(kind, *units().codes_alone(unit))
    if unit.level == UnitLevel.BUREAU:
        if kind is ScopeKind.UNIT_AND_BELOW:
            return Scope(ScopeKind.ALL)
        return Scope(kind, *tree.joined(map(units().codes_below, units().districts())))
    return Scope(kind, *units().codes_below(unit))


def empower(grant: Grant, on: date) -> Acting:
    """The grant as somebody at work; the caller has made sure that it stands on this day."""
    return empowered([grant], on)[0]


def under(grant: int, person: int, on: date) -> Acting | None:
    """A person at work under one of the own standing grants; None if it does not stand on this day.

    Every page asks, so all grants of the person are read at once: what the others deny counts too.
    """
    standing = list(standing_grants(on).filter(person=person))
    chosen = [held for held in standing if held.id == grant]
    told = _told(chosen, ((held.person_id, held.role) for held in standing), on)
    return told[0] if told else None


def empowered(grants: Sequence[Grant], on: date) -> list[Acting]:
    """The same for many grants with the same few looks into the database, in their order."""
    people = {grant.person_id for grant in grants}
    held = standing_grants(on).filter(person__in=people).values_list("person_id", "role")
    return _told(grants, held, on)


def _told(grants: Sequence[Grant], held: Iterable[tuple[int, str]], on: date) -> list[Acting]:
    beside, units = _beside(grants, held, on), cache(tree.read)
    return [_acting(grant, beside.powers_of(grant), _scope_of(grant, units), beside.book) for grant in grants]


def _acting(grant: Grant, powers: frozenset[str], scope: Scope, book: RoleBook) -> Acting:
    role = book.role(grant.role)
    person, unit = grant.person, grant.unit
    actor = Actor(ActorKind.PERSON, person.key, person.name, powers)
    viewer = Viewer(
        Audience.BUREAU,
        person.key,
        frozenset(),
        scope,
        role.shows,
        role.reveals,
        audits="audit.read" in actor.powers,
    )
    return Acting(
        person.key, person.name, grant.id, role.id, role.name_zh, unit.key, unit.name, actor, viewer
    )


def grants_of(person: str, on: date) -> list[Grant]:
    """Standing grants of a person, delegations included, oldest first."""
    return list(standing_grants(on).filter(person__key=person).order_by("id"))
