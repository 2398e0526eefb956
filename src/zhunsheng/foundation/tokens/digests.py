"""What is kept of a token's text."""

from __future__ import annotations

import hashlib

MARK = "zs"
TEXT_MAX = 200


def digest_of(text: str) -> str:
    """SHA-256; the text holds 256 random bits, so nothing slower is needed."""
    return hashlib.sha256(text.encode("ascii")).hexdigest()


NOBODY = digest_of("")
