"""Time-based one-time passwords: RFC 6238 with HMAC-SHA-1, six digits, thirty seconds, as every app reads."""

from __future__ import annotations

import base64
import hmac
import struct
from datetime import datetime
from urllib.parse import quote

from zhunsheng.core.clock import instant

STEP_SECONDS = 30
DIGITS = 6
DRIFT_STEPS = 1
SECRET_BYTES = 20


def code_at(secret: bytes, step: int, *, digits: int = DIGITS, algorithm: str = "sha1") -> str:
    """The code of one time step (RFC 4226, section 5.3)."""
    digest = hmac.digest(secret, struct.pack(">Q", step), algorithm)
    offset = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**digits:0{digits}d}"


def step_of(secret: bytes, code: str, at: datetime, *, after_step: int) -> int | None:
    """The time step that this code belongs to, one step of drift allowed; None if there is none.

    Only steps later than `after_step` count: a code that was used once is void, and so are older ones.
    """
    now = instant(at) // STEP_SECONDS
    told = code.strip().replace(" ", "")
    if len(told) != DIGITS or not told.isascii() or not told.isdigit():
        return None
    for step in range(now - DRIFT_STEPS, now + DRIFT_STEPS + 1):
        if step > after_step and hmac.compare_digest(code_at(secret, step), told):
            return step
    return None


def as_text(secret: bytes) -> str:
    """What a person types into the app when the picture cannot be read."""
    return base64.b32encode(secret).decode().rstrip("=")


def address(secret: bytes, *, account: str, issuer: str) -> str:
    """The `otpauth://` address that an app reads."""
    label = quote(f"{issuer}:{account}")
    return f"otpauth://totp/{label}?secret={as_text(secret)}&issuer={quote(issuer)}&digits={DIGITS}"
