"""What an upload is called elsewhere, and what makes two headers the same."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence


def owner_of(upload_id: int) -> str:
    """Under which name the original is kept."""
    return f"upload:{upload_id}"


def signature_of(header: Sequence[str]) -> str:
    """The same for the same column names, in whatever order."""
    return hashlib.sha256("\n".join(sorted(header)).encode()).hexdigest()
