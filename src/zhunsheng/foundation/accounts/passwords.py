"""Passwords: what is asked of them, how they are kept. Hashing is Django's scrypt."""

from __future__ import annotations

import secrets
import string
from datetime import datetime

from django.contrib.auth.hashers import check_password, make_password
from django.utils.translation import gettext as _

from zhunsheng.foundation.accounts.models import Account, UsedPassword
from zhunsheng.foundation.accounts.policies import LogInPolicy

LENGTH_MAX = 128
DRAWN_CHARACTERS = 16


class WeakPasswordError(Exception):
    """A new password that the policy does not allow; `reasons` are sentences for its owner."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("；".join(reasons))
        self.reasons = reasons


def _kinds(password: str) -> int:
    tests = (str.islower, str.isupper, str.isdigit, lambda c: not c.isascii() or not c.isalnum())
    return sum(any(test(c) and (c.isascii() or test is tests[3]) for c in password) for test in tests)


def check_new(password: str, account: Account, policy: LogInPolicy) -> None:
    """Refuse a password that is too short, too plain, tells who its owner is, or was used lately."""
    reasons = []
    if not policy.length_min <= len(password) <= LENGTH_MAX:
        told = {"min": policy.length_min, "max": LENGTH_MAX}
        reasons.append(_("密码长度须为 %(min)d 至 %(max)d 个字符") % told)
    if _kinds(password) < policy.kinds_min:
        told = {"n": policy.kinds_min}
        reasons.append(_("须包含大写字母、小写字母、数字、符号中的至少 %(n)d 类") % told)
    lowered = password.lower()
    own = {account.name.lower(), account.person.key.lower(), account.person.name.lower()}
    if any(word and word in lowered for word in own):
        reasons.append(_("不得包含登录名、工号或姓名"))
    if not reasons and policy.differs_from_last and _was_used(password, account, policy):
        reasons.append(_("不得与最近 %(n)d 次使用过的密码相同") % {"n": policy.differs_from_last})
    if reasons:
        raise WeakPasswordError(reasons)


def _was_used(password: str, account: Account, policy: LogInPolicy) -> bool:
    """The last ones, the present one among them."""
    rows = UsedPassword.objects.filter(account=account).order_by("-id")[: policy.differs_from_last]
    return any(check_password(password, row.password) for row in rows)


def set_password(
    account: Account, password: str, at: datetime, policy: LogInPolicy, *, must_change: bool = False
) -> None:
    """Check it against the policy, hash it, remember it; sessions are the caller's business."""
    check_new(password, account, policy)
    account.password, account.password_set_at = make_password(password), at
    account.must_change = must_change
    account.save(update_fields=["password", "password_set_at", "must_change"])
    UsedPassword.objects.create(account=account, password=account.password, set_at=at)


def matches(password: str, account: Account | None) -> bool:
    """Whether it is the account's; takes as long when there is no such account, or it has no password."""
    if account is None or not account.password:
        make_password(password)
        return False
    return check_password(password, account.password)


def drawn() -> str:
    """A password for one use, with all four kinds of characters."""
    kinds = (string.ascii_lowercase, string.ascii_uppercase, string.digits, "-+=?%")
    told = [secrets.choice(kind) for kind in kinds]
    told += [secrets.choice("".join(kinds)) for _ in range(DRAWN_CHARACTERS - len(kinds))]
    secrets.SystemRandom().shuffle(told)
    return "".join(told)
