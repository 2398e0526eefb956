"""A stored row as the fact that judging reads."""

from __future__ import annotations

from typing import Any

from django.db.models import Func, IntegerField

from zhunsheng.core.facts import Fact


class Instant(Func):
    """Whole seconds since the epoch, made by the database: a datetime of ours would be taken apart again."""

    template = "CAST(FLOOR(EXTRACT(EPOCH FROM %(expressions)s)) AS bigint)"
    output_field = IntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **options: Any) -> tuple[str, Any]:
        """SQLite keeps a text; what stands behind the seconds is cut off, never rounded."""
        template = "CAST(strftime('%%%%s', substr(%(expressions)s, 1, 19)) AS INTEGER)"
        return super().as_sql(compiler, connection, template=template, **options)


COLUMNS = (
    "fact_id",
    "kind",
    "subject",
    "object",
    Instant("occurred_at"),
    Instant("recorded_at"),
    "sequence",
    "payload",
    "supersedes",
    "retracts",
    Instant("stated_at"),
)
SEQUENCE = COLUMNS.index("sequence")
Row = tuple[str, str, str, str, int, int, int, dict[str, str | int | bool | None], str, str, int]


def fact_of(row: Row) -> Fact:
    """A stored row of COLUMNS."""
    name, kind, subject, key, occurred, recorded, sequence, payload, supersedes, retracts, stated = row
    return Fact(
        name,
        kind,
        subject,
        occurred,
        recorded,
        sequence,
        key,
        payload,
        supersedes,
        retracts,
        stated,
    )
