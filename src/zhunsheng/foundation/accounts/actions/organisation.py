"""Founding, renaming, merging and splitting units. A row is closed; its work goes to a successor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from zhunsheng.core.actors import Actor
from zhunsheng.foundation.accounts.finding import standing_unit
from zhunsheng.foundation.accounts.models import Grant, Post, Succession, SuccessionKind, Unit, UnitLevel
from zhunsheng.foundation.evidence import actions as evidence

BELOW = {UnitLevel.BUREAU: None, UnitLevel.DISTRICT: UnitLevel.BUREAU, UnitLevel.STATION: UnitLevel.DISTRICT}


class UnitError(Exception):
    """A change of the tree that cannot be made; the text says why."""


@dataclass(frozen=True, slots=True)
class NewUnit:
    """A unit to be. `key` is unique among standing units; `code` is what records carry."""

    key: str
    name: str
    code: str


def found_unit(*, by: Actor, at: datetime, unit: NewUnit, level: str, parent: str, since_on: date) -> None:
    """Set up a unit under a standing one (none for the bureau); `level` is BUREAU, DISTRICT or STATION."""
    by.require_power("org.edit")
    with transaction.atomic():
        above = None if level == UnitLevel.BUREAU else standing_unit(parent)
        if BELOW[UnitLevel(level)] != (above.level if above else None):
            raise UnitError(_("%(name)s: 上级单位的层级不对") % {"name": unit.name})
        _open(unit, UnitLevel(level), above, since_on)
        _audit(by, at, unit.key, "UNIT_FOUNDED", {"name": unit.name, "since": since_on.isoformat()})


def rename_unit(*, by: Actor, at: datetime, key: str, successor: NewUnit, on: date, reason: str) -> None:
    """From a day on the unit bears another name or code, or both."""
    _succeed(by, at, SuccessionKind.RENAMED, [key], [successor], on, reason, {})


def merge_units(
    *, by: Actor, at: datetime, keys: Sequence[str], successor: NewUnit, on: date, reason: str
) -> None:
    """From a day on one unit does what several did; posts, grants and what is under them go along."""
    if len(set(keys)) < 2:
        raise UnitError(_("合并至少涉及两个单位"))
    _succeed(by, at, SuccessionKind.MERGED, keys, [successor], on, reason, {})


def split_unit(
    *,
    by: Actor,
    at: datetime,
    key: str,
    successors: Sequence[NewUnit],
    on: date,
    reason: str,
    places: Mapping[str, str],
) -> None:
    """From a day on several units do what one did. `places` says for every person, and for every unit
    under it, to which successor it goes; nobody is left behind."""
    if len(successors) < 2:
        raise UnitError(_("拆分至少产生两个单位"))
    _succeed(by, at, SuccessionKind.SPLIT, [key], successors, on, reason, places)


def _succeed(
    by: Actor,
    at: datetime,
    kind: SuccessionKind,
    keys: Sequence[str],
    successors: Sequence[NewUnit],
    on: date,
    reason: str,
    places: Mapping[str, str],
) -> None:
    by.require_power("org.edit")
    if not reason.strip():
        raise UnitError(_("机构变动须写明依据"))
    with transaction.atomic():
        before = [standing_unit(key) for key in sorted(set(keys))]
        first = before[0]
        if any((u.level, u.parent_id) != (first.level, first.parent_id) for u in before):
            raise UnitError(_("只能合并同一上级下的同级单位"))
        if any(u.valid_from >= on for u in before):
            raise UnitError(_("变动日须晚于单位设立日"))
        Unit.objects.filter(id__in=[u.id for u in before]).update(valid_to=on - timedelta(days=1))
        after = {s.key: _open(s, UnitLevel(first.level), first.parent, on) for s in successors}
        Succession.objects.bulk_create(
            Succession(kind=kind, before=b, after=a, on=on, reason=reason, recorded_by=by.name)
            for b in before
            for a in after.values()
        )
        _move_along(before, after, _Change(on, reason, by.name), places)
        detail = {"to": sorted(after), "on": on.isoformat(), "why": reason}
        for unit in before:
            _audit(by, at, unit.key, f"UNIT_{kind.value}", detail)


@dataclass(frozen=True, slots=True)
class _Change:
    on: date
    reason: str
    by_name: str


def _move_along(
    before: list[Unit], after: Mapping[str, Unit], change: _Change, places: Mapping[str, str]
) -> None:
    """Posts, grants and units below are closed with their unit and opened anew at its successor."""
    on = change.on
    lasting = Q(valid_to=None) | Q(valid_to__gte=on)

    def place(what: str) -> Unit:
        chosen = places.get(what, next(iter(after)) if len(after) == 1 else "")
        if chosen not in after:
            raise UnitError(_("%(what)s: 须指明归入拆分后的哪个单位") % {"what": what})
        return after[chosen]

    last = on - timedelta(days=1)
    for post in Post.objects.filter(lasting, unit__in=before).select_related("person"):
        Post.objects.create(
            person=post.person,
            unit=place(post.person.key),
            title=post.title,
            valid_from=max(on, post.valid_from),
            valid_to=post.valid_to,
        )
        _close(post, last)
    for grant in Grant.objects.filter(lasting, unit__in=before, ended_at=None).select_related("person"):
        Grant.objects.filter(id=grant.id).update(unit=place(grant.person.key))
    for child in Unit.objects.filter(lasting, parent__in=before):
        moved = _reopen_under(child, place(child.key), on)
        Succession.objects.create(
            kind=SuccessionKind.RENAMED,
            before=child,
            after=moved,
            on=on,
            reason=change.reason,
            recorded_by=change.by_name,
        )
        _move_along([child], {moved.key: moved}, change, {})


def _close(post: Post, last: date) -> None:
    if post.valid_from > last:
        post.delete()
    else:
        Post.objects.filter(id=post.id).update(valid_to=last)


def _reopen_under(child: Unit, parent: Unit, on: date) -> Unit:
    Unit.objects.filter(id=child.id).update(valid_to=on - timedelta(days=1))
    return _open(NewUnit(child.key, child.name, child.code), UnitLevel(child.level), parent, on)


def _open(unit: NewUnit, level: UnitLevel, parent: Unit | None, since_on: date) -> Unit:
    if Unit.objects.filter(key=unit.key, valid_to=None).exists():
        raise UnitError(_("%(key)s: 已有同编号的单位") % {"key": unit.key})
    district = unit.code if level is UnitLevel.DISTRICT else (parent.district if parent else "")
    return Unit.objects.create(
        key=unit.key,
        level=level,
        code=unit.code,
        name=unit.name,
        district=district,
        parent=parent,
        valid_from=since_on,
    )


def _audit(by: Actor, at: datetime, key: str, action: str, detail: Mapping[str, object]) -> None:
    evidence.record(by=by, at=at, action=action, target=f"unit:{key}", detail=detail)
