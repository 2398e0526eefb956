"""Many rows at once, in the fastest way the database has: COPY on PostgreSQL, executemany on SQLite
and where PostgreSQL keeps rows apart.

For tables that only grow. Rows are handed over as values of the model's fields and prepared as the
fields prepare them; nothing reads them back, so their numbers are drawn beforehand with `draw`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import connection, models, transaction
from django.db.models import F, Lookup

COPIED = 2  # one row goes faster as a statement than as a stream


class _Among(Lookup):
    """`IN` with its values in one parameter: Django prepares and names each of a thousand apart."""

    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        column, given = self.process_lhs(compiler, connection)
        if connection.vendor == "postgresql":
            return f"{column} = ANY(%s)", [*given, self.rhs]
        return f"{column} IN (SELECT value FROM json_each(%s))", [*given, json.dumps(self.rhs)]  # noqa: S608


def among(name: str, values: Iterable[str] | Iterable[int]) -> Any:
    """A condition for `filter`: the named field is one of these texts or numbers, however many."""
    return _Among(F(name), list(values))


def draw(model: type[models.Model], count: int) -> list[int]:
    """The next `count` values of the primary key, in order; the caller is the only writer.

    On SQLite the writer's transaction keeps everybody else out; on PostgreSQL a lock of the caller does.
    """
    table, key = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
                [table, key, count],
            )
            return [number for (number,) in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = cursor.fetchone()
    first = 1 + (last[0] if last else 0)
    return list(range(first, first + count))


def insert(
    model: type[models.Model],
    names: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    leave_known: bool = False,
) -> None:
    """Insert rows of the named fields, in the caller's transaction, all or nothing.

    With `leave_known` a row that a unique constraint knows already changes nothing.
    """
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    prepares = [_prepare(field) for field in fields]
    columns = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    table = connection.ops.quote_name(model._meta.db_table)
    prepared = [
        [value if how is None else how(value) for how, value in zip(prepares, row, strict=True)]
        for row in rows
    ]
    if not prepared:
        return
    wrapped, copied = connection.wrap_database_errors, len(prepared) >= COPIED and not leave_known
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        if copied and connection.vendor == "postgresql" and not _behind_a_wall(cursor, table):
            # COPY goes past Django's cursor; a full disk must still be told as Django's error.
            with wrapped, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in prepared:
                    copy.write_row(row)
        else:
            places = ", ".join(["%s"] * len(fields))
            known = " ON CONFLICT DO NOTHING" if leave_known else ""
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({places}){known}", prepared)  # noqa: S608


def _behind_a_wall(cursor: Any, table: str) -> bool:
    """Whether row security binds this role at this table: PostgreSQL has no COPY FROM there."""
    cursor.execute("SELECT row_security_active(%s)", [table])
    return bool(cursor.fetchone()[0])


def _prepare(field: Any) -> Callable[[Any], Any] | None:
    """How a value of a field is written; None where it stands as it is."""
    if isinstance(field, models.JSONField):
        return lambda value: _dumps(value, field)
    if isinstance(field, models.DateTimeField):
        known: dict[Any, Any] = {}

        def moment(value: Any) -> Any:
            if value not in known:
                known[value] = connection.ops.adapt_datetimefield_value(value)
            return known[value]

        return moment
    return None


def _dumps(value: Any, field: models.JSONField[Any, Any]) -> str:
    return json.dumps(value, cls=field.encoder)
