"""Giving and taking roles, delegating them, and the parts people take in one matter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from zhunsheng.core.actors import Actor, ActorKind, ScopeKind
from zhunsheng.foundation.accounts.acting import Acting, day, empower, standing_grants
from zhunsheng.foundation.accounts.finding import person_of, standing_unit
from zhunsheng.foundation.accounts.models import Grant, PartTaken, Person, Unit
from zhunsheng.foundation.accounts.roles import Role, role_book
from zhunsheng.foundation.evidence import actions as evidence


class GrantError(Exception):
    """A grant that cannot be given, or a delegation that cannot be made; the text says why."""


class ExcludedPartError(Exception):
    """This person has already taken a part in the matter that bars this one."""


@dataclass(frozen=True, slots=True)
class NewGrant:
    """A role for a person at a unit. Without `scope` the role's own; `units` belong to CUSTOM only."""

    person: str
    role: str
    unit: str
    valid_from: date
    valid_to: date | None = None
    scope: ScopeKind | None = None
    units: tuple[str, ...] = ()


def give(*, by: Actor, at: datetime, grant: NewGrant, reason: str) -> int:
    """Give a role; the id of the grant. The three administrators hold one such role and nothing else."""
    by.require_power("grant.give")
    role = role_book().role(grant.role)
    scope = grant.scope or role.scope
    if not reason.strip():
        raise GrantError(_("授权须写明理由"))
    if grant.valid_to is not None and grant.valid_to < grant.valid_from:
        raise GrantError(_("授权止于起始日之前"))
    if by.kind is ActorKind.PERSON and by.key == grant.person:
        raise GrantError(_("不能给自己授权"))
    if bool(grant.units) != (scope is ScopeKind.CUSTOM):
        raise GrantError(_("自定义范围须列出单位，其他范围不列"))
    if role.scope is ScopeKind.NONE and scope is not ScopeKind.NONE:
        raise GrantError(_("%(name_zh)s不接触业务数据，不能授予数据范围") % {"name_zh": role.name_zh})
    with transaction.atomic():
        who = Person.objects.select_for_update().get(id=person_of(grant.person).id)
        unit = standing_unit(grant.unit)
        for key in grant.units:
            standing_unit(key)
        _end_expired(by, at, who)
        _refuse_excluded(role, who)
        made = Grant.objects.create(
            person=who,
            role=role.id,
            unit=unit,
            scope=scope.value,
            units=sorted(grant.units),
            admin_kind=role.admin,
            valid_from=grant.valid_from,
            valid_to=grant.valid_to,
            given_by=by.name,
            reason=reason,
        )
        detail = {"role": role.id, "unit": unit.key, "scope": scope.value, "why": reason}
        evidence.record(by=by, at=at, action="GRANT_GIVEN", target=f"person:{who.key}", detail=detail)
    return made.id


def preview(*, by: Actor, at: datetime, grant: NewGrant, reason: str) -> Acting:
    """What a grant would make of the person on its first day, or GrantError; nothing of it stays."""
    with transaction.atomic():
        made = give(by=by, at=at, grant=grant, reason=reason)
        row = Grant.objects.select_related("person", "unit").get(id=made)
        told = empower(row, max(day(at), grant.valid_from))
        transaction.set_rollback(True)
    return told


def _refuse_excluded(role: Role, who: Person) -> None:
    """Administrators apart from each other and from everything else."""
    held = Grant.objects.filter(person=who, ended_at=None)
    if role.admin and held.exists():
        raise GrantError(_("%(name_zh)s不得兼任其他岗位，请先收回原有授权") % {"name_zh": role.name_zh})
    if held.exclude(admin_kind="").exists():
        raise GrantError(_("系统、安全、审计管理员不得兼任其他岗位"))


def _end_expired(by: Actor, at: datetime, who: Person) -> None:
    for row in Grant.objects.filter(person=who, ended_at=None, valid_to__lt=day(at)):
        _end(by, at, row, "到期")


def _end(by: Actor, at: datetime, row: Grant, reason: str) -> None:
    Grant.objects.filter(id=row.id).update(ended_at=at, end_reason=reason)
    detail = {"grant": row.id, "role": row.role, "why": reason}
    evidence.record(by=by, at=at, action="GRANT_ENDED", target=f"person:{row.person.key}", detail=detail)


def take_back(*, by: Actor, at: datetime, grant_id: int, reason: str) -> None:
    """End a grant, and with it every delegation of it."""
    by.require_power("grant.give")
    if not reason.strip():
        raise GrantError(_("收回授权须写明理由"))
    with transaction.atomic():
        rows = list(Grant.objects.select_for_update().filter(id=grant_id, ended_at=None))
        if not rows:
            raise GrantError(_("没有这项有效授权"))
        rows += Grant.objects.filter(delegated_from=grant_id, ended_at=None)
        for row in rows:
            _end(by, at, row, reason)


def delegate(
    *,
    by: Actor,
    at: datetime,
    grant_id: int,
    to: str,
    from_on: date,
    to_on: date,
    reason: str,
    units: Sequence[str] = (),
) -> int:
    """A person lends an own grant for a term, wholly or for some of its units; the id of the loan.

    Not lent: what was lent already, administrators' roles, and what needs a certificate that the other lacks
    (`acting.empowered` looks at the certificates of whoever acts).
    """
    if not reason.strip() or to_on < from_on:
        raise GrantError(_("委托须有起止日期和理由"))
    with transaction.atomic():
        own = standing_grants(day(at)).filter(id=grant_id, person__key=by.key).first()
        if own is None or own.delegated_from_id is not None:
            raise GrantError(_("只能委托本人现有的、非受托得来的授权"))
        role = role_book().role(own.role)
        if not role.delegable or to == by.key or role.admin:
            raise GrantError(_("%(name_zh)s不得委托，也不能委托给本人") % {"name_zh": role.name_zh})
        if own.valid_to is not None and to_on > own.valid_to:
            raise GrantError(_("委托期不得超过本人授权的期限"))
        _refuse_excluded(role, person_of(to))
        scope, chosen = own.scope, list(own.units)
        if units:
            scope, chosen = ScopeKind.CUSTOM.value, sorted(units)
            _within(own, chosen)
        made = Grant.objects.create(
            person=person_of(to),
            role=own.role,
            unit=own.unit,
            scope=scope,
            units=chosen,
            valid_from=from_on,
            valid_to=to_on,
            given_by=by.name,
            reason=reason,
            delegated_from=own,
        )
        detail = {"grant": own.id, "to": to, "until": to_on.isoformat(), "why": reason}
        evidence.record(by=by, at=at, action="GRANT_DELEGATED", target=f"person:{by.key}", detail=detail)
    return made.id


def _within(own: Grant, units: list[str]) -> None:
    """A loan opens no more than the lender has."""
    if own.scope == ScopeKind.ALL:
        return
    if own.scope == ScopeKind.CUSTOM:
        allowed = set(own.units)
    elif own.scope == ScopeKind.UNIT_AND_BELOW:
        allowed = {own.unit.key, *Unit.objects.filter(parent=own.unit).values_list("key", flat=True)}
    else:
        allowed = set()
    if not set(units) <= allowed:
        raise GrantError(_("委托的单位超出本人的数据范围"))


def take_part(*, by: Actor, at: datetime, matter: str, part: str) -> None:
    """Note that this person does this in a matter; ExcludedPartError when an earlier part bars it.

    Called by the action that needs it, in its transaction. Taking the same part again changes nothing.
    """
    if by.kind is not ActorKind.PERSON:
        return
    with transaction.atomic():
        Person.objects.select_for_update().filter(key=by.key).first()
        taken = frozenset(
            PartTaken.objects.filter(matter=matter, person=by.key).values_list("part", flat=True)
        )
        why = role_book().barred_by(part, taken)
        if why:
            raise ExcludedPartError(f"{by.name}: {why}")
        if part not in taken:
            PartTaken.objects.create(matter=matter, person=by.key, part=part, at=at)
