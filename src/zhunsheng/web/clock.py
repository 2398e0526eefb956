"""The present of a page. Only the demo stands still, on the day for which its city was made."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from zhunsheng.core.clock import Clock, FixedClock, SystemClock


def page_clock() -> Clock:
    """The machine's clock; in the demo the instant at which its city stands."""
    standing: datetime | None = settings.DEMO_CLOCK
    return FixedClock(standing) if settings.DEMO and standing is not None else SystemClock()
