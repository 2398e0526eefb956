"""Signed links: what a recipient may open without an account, until the link expires.

A token is short, because it is paid for by the segment: number, day of making and a keyed digest of both
and of the kind. It names no person and no business.
"""

from __future__ import annotations

import base64
from datetime import date, datetime, timedelta

from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.http import int_to_base36

from zhunsheng.core.clock import SHANGHAI

SALT = "zhunsheng.link"
EPOCH = date(2020, 1, 1)
# 96 bits: nobody guesses one in the life of a link.
DIGEST_BYTES = 12
TOKEN_MAX = 64


class LinkError(Exception):
    """A link that was not made here, was changed, or has expired."""

    def __init__(self) -> None:
        super().__init__("链接无效或已过期，请联系发信单位")


def sign(kind: str, number: int, *, at: datetime) -> str:
    """A token for one thing of one kind, made on the day of `at`."""
    day = (at.astimezone(SHANGHAI).date() - EPOCH).days
    return _token(kind, number, day)


def read(token: str, kind: str, *, at: datetime, days_max: int) -> int:
    """The number behind a token of this kind that is not older than so many days; LinkError otherwise."""
    first, _, rest = token.partition("-")
    second, _, _ = rest.partition("-")
    try:
        if len(token) > TOKEN_MAX or not token.isascii():
            raise LinkError
        number, day = int(first, 36), int(second, 36)
    except ValueError as error:
        raise LinkError from error
    # Only the one spelling that was handed out is read: no signs, no blanks, no leading zeros.
    good = constant_time_compare(token, _token(kind, number, day))
    last = EPOCH + timedelta(days=min(max(day, 0), 100_000) + days_max)
    if not good or at.astimezone(SHANGHAI).date() > last:
        raise LinkError
    return number


def _token(kind: str, number: int, day: int) -> str:
    told = salted_hmac(SALT, f"{kind}:{number}:{day}", algorithm="sha256").digest()[:DIGEST_BYTES]
    digest = base64.urlsafe_b64encode(told).decode()
    return f"{int_to_base36(number)}-{int_to_base36(day)}-{digest}"
