"""What one leaf of the log says: in the clear only what identifies nobody, the rest as a salted commitment.

A bare hash of a telephone number or a business code is found by trying them all; behind 32 random bytes it
is not. Who holds salt and content can show that they are the leaf's; once the salt is gone nobody can,
and every proof of the tree still holds. SM3 stands beside SHA-256 over the same bytes.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.hashes import SM3, Hash

from zhunsheng.core.clock import SHANGHAI

SALT_BYTES = 32
DOMAIN = b"zhunsheng.event/1\n"


class LeafError(ValueError):
    """Something that cannot be written in one spelling only, or that is not what the leaf commits to."""


def canonical(told: Mapping[str, Any]) -> bytes:
    """JSON in one spelling (RFC 8785 for what may occur): sorted keys, no blanks, UTF-8, no fractions."""
    refuse_fractions(told)
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def refuse_fractions(told: object) -> None:
    """LeafError for a float anywhere: databases do not give it back in one spelling."""
    if isinstance(told, float):
        raise LeafError(f"{told!r}: 留痕内容不得含小数，请用整数加单位")
    if isinstance(told, Mapping):
        for value in told.values():
            refuse_fractions(value)
    elif isinstance(told, list | tuple):
        for value in told:
            refuse_fractions(value)


def sm3(data: bytes) -> str:
    """The SM3 digest (GB/T 32905) in hexadecimal."""
    digest = Hash(SM3())
    digest.update(data)
    return digest.finalize().hex()


@dataclass(frozen=True, slots=True)
class Event:
    """An act as the log commits to it; `number` is that of its audit entry."""

    number: int
    at: datetime
    actor_kind: str
    actor_key: str
    actor_name: str
    action: str
    target: str
    detail: Mapping[str, Any]

    def content(self) -> bytes:
        """The canonical bytes behind the commitment."""
        return canonical(
            {
                "action": self.action,
                "actor": {"key": self.actor_key, "kind": self.actor_kind, "name": self.actor_name},
                "at": self.at.astimezone(SHANGHAI).isoformat(),
                "detail": self.detail,
                "event": self.number,
                "target": self.target,
            }
        )


def committed(salt: bytes, content: bytes) -> bytes:
    """The bytes whose digests a leaf carries."""
    return DOMAIN + salt + content


def entry_of(event: Event, salt: bytes) -> bytes:
    """The bytes of the leaf: kind of act, kind of actor, time, and the two digests of the rest."""
    told = committed(salt, event.content())
    return canonical(
        {
            "action": event.action,
            "at": event.at.astimezone(SHANGHAI).isoformat(),
            "by": event.actor_kind,
            "sha256": sha256(told).hexdigest(),
            "sm3": sm3(told),
            "v": 1,
        }
    )


def check_entry(entry: bytes, salt: bytes, content: bytes) -> None:
    """LeafError unless salt and content are exactly what the leaf was made from."""
    try:
        told, leaf = json.loads(content), json.loads(entry)
        same = canonical(told) == content and canonical(leaf) == entry
        clear = {"action": told["action"], "at": told["at"], "by": told["actor"]["kind"], "v": 1}
        data = committed(salt, content)
        digests = {"sha256": sha256(data).hexdigest(), "sm3": sm3(data)}
    except (ValueError, KeyError, TypeError) as error:
        raise LeafError("内容或叶子不是规范的 JSON") from error
    if not same or len(salt) != SALT_BYTES or not hmac.compare_digest(canonical(clear | digests), entry):
        raise LeafError("内容与日志中的承诺不符")
