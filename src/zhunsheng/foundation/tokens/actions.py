"""Issuing, revoking and using tokens."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from zhunsheng.core.actors import Actor
from zhunsheng.foundation.evidence import actions as evidence
from zhunsheng.foundation.tokens.digests import MARK, digest_of
from zhunsheng.foundation.tokens.models import AccessToken
from zhunsheng.foundation.tokens.purposes import Purpose

LAST_USE_KNOWN_TO = timedelta(minutes=1)


class UnknownTokenError(Exception):
    """There is no such token, or it was revoked before."""


def issue(*, by: Actor, at: datetime, purpose: Purpose, source: str, expires_at: datetime) -> tuple[str, str]:
    """A new token as (prefix, text). The text is told here and never again."""
    by.require_person("签发令牌")
    if purpose is Purpose.SEND_EVENTS and not source:
        raise ValueError("报送令牌必须写明来源")
    if expires_at <= at:
        raise ValueError("令牌的到期时间已过")
    prefix = secrets.token_hex(4)
    text = f"{MARK}_{prefix}_{secrets.token_urlsafe(32)}"
    with transaction.atomic():
        AccessToken.objects.create(
            prefix=prefix,
            digest=digest_of(text),
            purpose=purpose.value,
            source=source,
            issued_at=at,
            expires_at=expires_at,
        )
        detail = {"purpose": purpose.value, "source": source, "expires_at": expires_at.isoformat()}
        evidence.record(by=by, at=at, action="TOKEN_ISSUED", target=f"token:{prefix}", detail=detail)
    return prefix, text


def revoke(*, by: Actor, at: datetime, prefix: str) -> None:
    """End a token now; UnknownTokenError when there is nothing to end."""
    by.require_person("撤销令牌")
    with transaction.atomic():
        if not AccessToken.objects.filter(prefix=prefix, revoked_at=None).update(revoked_at=at):
            raise UnknownTokenError(prefix)
        evidence.record(by=by, at=at, action="TOKEN_REVOKED", target=f"token:{prefix}", detail={})


def note_use(*, by: Actor, at: datetime, prefix: str) -> None:
    """Remember that a token was used, to the minute: not every call writes. No act, so no audit entry."""
    del by
    long_ago = Q(last_used_at=None) | Q(last_used_at__lte=at - LAST_USE_KNOWN_TO)
    rows = AccessToken.objects.filter(long_ago, prefix=prefix)
    if rows.exists():
        rows.update(last_used_at=at)
