"""Signatures in the manner of Standard Webhooks 1.0: HMAC-SHA256 over id, time and body."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

KEY_BYTES = 32
PREFIX = "whsec_"


def new_key() -> bytes:
    """256 bits."""
    return secrets.token_bytes(KEY_BYTES)


def shown(key: bytes) -> str:
    """A key as receivers' libraries take it."""
    return PREFIX + base64.b64encode(key).decode()


def signature(keys: Sequence[bytes], name: str, seconds: int, body: bytes) -> str:
    """One mark for each key that is valid now, with spaces between; the newest key first."""
    told = f"{name}.{seconds}.".encode() + body
    marks = (hmac.new(key, told, hashlib.sha256).digest() for key in keys)
    return " ".join(f"v1,{base64.b64encode(mark).decode()}" for mark in marks)
