"""The first administrators of a new installation. There is no default account and no default password."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from zhunsheng.core.actors import Actor
from zhunsheng.foundation.accounts.acting import day
from zhunsheng.foundation.accounts.actions.accounts import invite
from zhunsheng.foundation.accounts.actions.grants import NewGrant, give
from zhunsheng.foundation.accounts.actions.organisation import NewUnit, found_unit
from zhunsheng.foundation.accounts.actions.people import register_person, take_post
from zhunsheng.foundation.accounts.models import Account, Person, UnitLevel
from zhunsheng.foundation.accounts.roles import role_book


class AlreadySetUpError(Exception):
    """Somebody has an account here already; more come by invitation."""


def first_run(
    *, by: Actor, at: datetime, bureau: NewUnit, administrators: Mapping[str, tuple[str, str]]
) -> dict[str, str]:
    """Found the bureau and invite its administrators, role → (work number, name); role → token.

    Only while nobody works here yet: whoever may run commands on the server may call it, once.
    """
    with transaction.atomic():
        if Account.objects.exists() or Person.objects.exists():
            raise AlreadySetUpError("系统中已有人员或账号，请由安全管理员邀请其他人")
        found_unit(by=by, at=at, unit=bureau, level=UnitLevel.BUREAU, parent="", since_on=day(at))
        tokens = {}
        for role, (key, name) in administrators.items():
            register_person(by=by, at=at, key=key, name=name, joined_on=day(at))
            title = role_book().role(role).name_zh
            take_post(by=by, at=at, person=key, unit=bureau.key, title=title, since_on=day(at))
            give(by=by, at=at, grant=NewGrant(key, role, bureau.key, day(at)), reason="首次启用")
            tokens[role] = invite(by=by, at=at, person=key)
    return tokens
