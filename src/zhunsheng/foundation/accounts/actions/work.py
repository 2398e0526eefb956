"""Open work changes hands as a whole: nothing may stay behind with somebody who has left."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from zhunsheng.core.actors import Actor, ActorKind, Viewer
from zhunsheng.foundation.accounts import tenancy
from zhunsheng.foundation.accounts.acting import day, grants_of
from zhunsheng.foundation.accounts.finding import person_of
from zhunsheng.foundation.accounts.handing_over import owning_contexts
from zhunsheng.foundation.evidence import actions as evidence


class HandOverError(Exception):
    """A hand-over that cannot take place; the text says why."""


def hand_over(*, by: Actor, at: datetime, owner: str, to: str, reason: str) -> dict[str, int]:
    """Move all open work of a person to another in one transaction; how much, by context.

    Anybody may hand over the own work; another's needs the permission `work.hand_over`.
    """
    if not (by.kind is ActorKind.PERSON and by.key == owner):
        by.require_power("work.hand_over")
    if not reason.strip() or owner == to:
        raise HandOverError(_("移交须写明理由，且接手人不能是本人"))
    # Work may lie in any district: row security would hide it from an administrator, who sees none.
    with transaction.atomic(), tenancy.within_wall(Viewer.bureau("hand-over")):
        person_of(owner)
        if not grants_of(person_of(to).key, day(at)):
            raise HandOverError(_("%(to)s: 接手人没有有效的岗位授权") % {"to": to})
        moved = {
            label: module.hand_over(by=by, at=at, owner=owner, to=to) for label, module in owning_contexts()
        }
        detail = {"to": to, "moved": moved, "why": reason}
        evidence.record(by=by, at=at, action="WORK_HANDED_OVER", target=f"person:{owner}", detail=detail)
    return moved


def open_work(*, by: Actor, at: datetime, owner: str) -> dict[str, int]:
    """How much is open in a person's hand, by context: what a hand-over would move. Numbers, no content."""
    if not (by.kind is ActorKind.PERSON and by.key == owner):
        by.require_power("work.hand_over")
    with tenancy.within_wall(Viewer.bureau("hand-over")):
        person_of(owner)
        return {label: module.open_work(owner=owner) for label, module in owning_contexts()}
