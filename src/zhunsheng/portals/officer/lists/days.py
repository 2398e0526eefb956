"""Days as lists carry them."""

from __future__ import annotations

from datetime import date


def day_or_none(text: str) -> date | None:
    """The day of a filter; None when it is not set."""
    return date.fromisoformat(text) if text else None
