"""Who can see a record, and why: one answer for the page of every record."""

from __future__ import annotations

from zhunsheng.foundation.accounts.acting import Acting, day
from zhunsheng.registers.registry import queries as registry
from zhunsheng.web.clock import page_clock


def who_sees(acting: Acting, subject: str, power: str = "subject.read") -> tuple[str, ...]:
    """A sentence for everybody to whom a record about this subject is open today ('': about nobody), on
    pages that this permission opens."""
    told = registry.why_visible(viewer=acting.viewer, keys=[subject], on=day(page_clock().now()), power=power)
    return told.get(subject, ())
