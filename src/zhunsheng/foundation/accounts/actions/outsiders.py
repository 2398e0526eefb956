"""Log-ins for people of businesses. Whom they act for, and until when, is not known here."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import transaction

from zhunsheng.core.actors import Actor
from zhunsheng.foundation.accounts import passwords, sessions
from zhunsheng.foundation.accounts.acting import day
from zhunsheng.foundation.accounts.actions.accounts import AccountError
from zhunsheng.foundation.accounts.models import Account, Person, Side
from zhunsheng.foundation.accounts.policies import log_in_policy

KEY_DIGITS = 10


def open_account(*, by: Actor, at: datetime, name: str, log_in: str, password: str | None) -> str:
    """A person of a business with a log-in of their own; the key drawn for the person.

    The caller has seen what entitles them: a link to the registered contact, or an offered mandate.
    With None no password opens the account. AccountError and WeakPasswordError say what is lacking.
    """
    log_in = log_in.strip()
    if not name.strip():
        raise AccountError("请填写姓名")
    with transaction.atomic():
        if not 3 <= len(log_in) <= 64 or Account.objects.filter(name=log_in).exists():
            raise AccountError("登录名须为 3 至 64 个字符，且未被使用过")
        key = f"Q{secrets.randbelow(10**KEY_DIGITS):0{KEY_DIGITS}d}"
        person = Person.objects.create(key=key, side=Side.BUSINESS, name=name.strip(), joined_on=day(at))
        account = Account.objects.create(person=person, name=log_in, state_at=at)
        if password is not None:
            passwords.set_password(account, password, at, log_in_policy(Side.BUSINESS))
        sessions.note(account, at, "ACCOUNT_OPENED", {"source": by.key})
    return key
