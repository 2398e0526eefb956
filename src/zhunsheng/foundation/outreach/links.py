"""Signed links: what a recipient may open without an account, until the link expires."""

from __future__ import annotations

from datetime import timedelta

from django.core import signing

SALT = "zhunsheng.link"


class LinkError(Exception):
    """A link that was not made here, was changed, or has expired."""


def sign(kind: str, number: int) -> str:
    """A token for one thing of one kind; it names no person and no business."""
    return signing.dumps([kind, number], salt=SALT)


def read(token: str, kind: str, *, days_max: int) -> int:
    """The number behind a token of this kind that is not older than so many days."""
    try:
        told, number = signing.loads(token, salt=SALT, max_age=timedelta(days=days_max))
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise LinkError("链接无效或已过期，请联系发信单位") from error
    if told != kind or not isinstance(number, int):
        raise LinkError("链接无效或已过期，请联系发信单位")
    return number
