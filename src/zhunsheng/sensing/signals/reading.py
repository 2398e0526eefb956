"""A stored row as the fact that judging reads."""

from __future__ import annotations

from datetime import datetime

from zhunsheng.core.clock import instant
from zhunsheng.core.facts import Fact

COLUMNS = (
    "fact_id",
    "kind",
    "subject",
    "object",
    "occurred_at",
    "recorded_at",
    "sequence",
    "payload",
    "supersedes",
    "retracts",
    "stated_at",
)
Row = tuple[
    str, str, str, str, datetime, datetime, int, dict[str, str | int | bool | None], str, str, datetime
]


def fact_of(row: Row) -> Fact:
    """A stored row of COLUMNS."""
    name, kind, subject, key, occurred, recorded, sequence, payload, supersedes, retracts, stated = row
    return Fact(
        name,
        kind,
        subject,
        instant(occurred),
        instant(recorded),
        sequence,
        key,
        payload,
        supersedes,
        retracts,
        instant(stated),
    )
