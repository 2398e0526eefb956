"""Who bears a token, and which tokens there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.crypto import constant_time_compare

from zhunsheng.core.actors import Viewer
from zhunsheng.foundation.tokens.digests import MARK, NOBODY, TEXT_MAX, digest_of
from zhunsheng.foundation.tokens.models import AccessToken


@dataclass(frozen=True, slots=True)
class TokenCard:
    """A token as it may be shown."""

    prefix: str
    purpose: str
    source: str
    issued_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None

    def good(self, at: datetime) -> bool:
        """Neither revoked nor expired at an instant."""
        return self.revoked_at is None and at < self.expires_at


def bearer(*, viewer: Viewer, text: str, at: datetime) -> TokenCard | None:
    """The token with this text if it is good at `at`; nothing tells a caller why it is not.

    The digest is compared in constant time, also when nobody has such a prefix.
    """
    if not viewer.sees_all or len(text) > TEXT_MAX or not text.isascii():
        return None
    mark, _, rest = text.partition("_")
    prefix = rest.partition("_")[0]
    row = AccessToken.objects.filter(prefix=prefix).first() if mark == MARK and prefix.isalnum() else None
    same = constant_time_compare(digest_of(text), row.digest if row else NOBODY)
    card = _card(row) if row and same else None
    return card if card and card.good(at) else None


def tokens(*, viewer: Viewer) -> list[TokenCard]:
    """Every token, oldest first, ended ones too; for whoever sees the whole bureau."""
    if not viewer.sees_all:
        return []
    return [_card(row) for row in AccessToken.objects.order_by("id")]


def _card(row: AccessToken) -> TokenCard:
    return TokenCard(
        row.prefix,
        row.purpose,
        row.source,
        row.issued_at,
        row.expires_at,
        row.last_used_at,
        row.revoked_at,
    )
