"""From a grant to an actor and a viewer: the one place where permissions, scopes and clearances are made.

A person acts under one grant at a time and picks it; two roles never add up to the wider of both.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet

from zhunsheng.core.actors import Actor, ActorKind, Audience, Scope, ScopeKind, Viewer
from zhunsheng.core.clock import day_of, instant
from zhunsheng.foundation.accounts import tree
from zhunsheng.foundation.accounts.models import Certificate, Grant, Unit, UnitLevel
from zhunsheng.foundation.accounts.roles import role_book


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


def powers_of(grant: Grant, on: date) -> frozenset[str]:
    """What the grant permits on a day: its role's permissions, less what another role of the same person
    denies, less what needs a certificate that the person lacks or that has expired."""
    book = role_book()
    if grant.role not in book.roles:
        return frozenset()
    held = set(standing_grants(on).filter(person=grant.person).values_list("role", flat=True))
    denied = {power for role in held if role in book.roles for power in book.roles[role].denies}
    certificates = Certificate.objects.filter(person=grant.person, valid_from__lte=on, valid_to__gte=on)
    kinds = set(certificates.values_list("kind", flat=True)) | {""}
    wanted = book.roles[grant.role].permissions - denied
    return frozenset(power for power in wanted if book.permissions[power].certificate in kinds)


def scope_of(grant: Grant) -> Scope:
    """What the grant opens, as codes that records carry. Forerunners count: their records did not move."""
    kind, unit = ScopeKind(grant.scope), grant.unit
    if kind in {ScopeKind.ALL, ScopeKind.NONE}:
        return Scope(kind)
    if kind is ScopeKind.CUSTOM:
        chosen = [u for u in tree.heirs(Unit.objects.filter(key__in=grant.units)) if u.valid_to is None]
        return Scope(kind, *tree.joined(tree.codes_below(part) for part in chosen))
    if kind is ScopeKind.UNIT:
        return Scope(kind, *tree.codes_alone(unit))
    if unit.level == UnitLevel.BUREAU:
        return Scope(ScopeKind.ALL) if kind is ScopeKind.UNIT_AND_BELOW else Scope(kind, *_everywhere())
    return Scope(kind, *tree.codes_below(unit))


def _everywhere() -> tree.Codes:
    return tree.joined(tree.codes_below(unit) for unit in Unit.objects.filter(level=UnitLevel.DISTRICT))


def empower(grant: Grant, on: date) -> Acting:
    """The grant as somebody at work; the caller has made sure that it stands on this day."""
    role = role_book().role(grant.role)
    person, unit = grant.person, grant.unit
    actor = Actor(ActorKind.PERSON, person.key, person.name, powers_of(grant, on))
    viewer = Viewer(
        Audience.BUREAU,
        person.key,
        frozenset(),
        scope_of(grant),
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
