"""Stored facts as Arrow tables: the database's own columns, payload as its JSON text, no object a fact.

A table is one statement of its own, so that nothing is held open between two of them: no snapshot that keeps
the database from tidying up, no stream that a standby would cut off. Together they are one state all the
same: facts are only ever added, and `upto` says which of them count.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
from django.db import connection
from django.db.models import F, QuerySet
from django.db.models.functions import Collate
from pyarrow import csv

from zhunsheng.engine.nation import layout as n
from zhunsheng.engine.nation.encoding import FAMILIES
from zhunsheng.engine.nation.raw import RAW
from zhunsheng.sensing.signals.models import StoredFact
from zhunsheng.sensing.signals.reading import COLUMNS, Instant

ROWS_A_TABLE = 100_000
ROWS_A_FETCH = 20_000
# What SQLite and PostgreSQL call the values of a JSON object; null is none.
FAMILY_OF = {
    **dict.fromkeys(("true", "false", "boolean"), FAMILIES[bool][0]),
    **dict.fromkeys(("integer", "real", "number"), FAMILIES[int][0]),
    **dict.fromkeys(("text", "string"), FAMILIES[str][0]),
}
PAIRS = {
    "postgresql": "SELECT DISTINCT e.key, jsonb_typeof(e.value) FROM ({rows}) f, jsonb_each(f.payload) e",
    "sqlite": "SELECT DISTINCT e.key, e.type FROM ({rows}) f, json_each(f.payload) e",
}


def payload_fields(rows: QuerySet[StoredFact]) -> list[tuple[str, str]]:
    """The payload columns (family, field) that these facts need, found by the database; in order."""
    sql, params = rows.order_by().values("payload").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(PAIRS[connection.vendor].format(rows=sql), params)
        told = cursor.fetchall()
    return sorted({(FAMILY_OF.get(kind, kind), field) for field, kind in told if kind != "null"})


def tables(
    rows: QuerySet[StoredFact], behind: str, rows_max: int = ROWS_A_TABLE
) -> Iterator[tuple[pa.Table, bool]]:
    """Whole subjects behind one, in the order of the layout, about `rows_max` rows each (more only if one
    subject has more); with each table whether it is the last. There is always a last one, perhaps empty."""
    subject = Collate("subject", "C") if connection.vendor == "postgresql" else F("subject")
    rows = rows.alias(of=subject).order_by("of", Instant("occurred_at"), "sequence")
    wanted = rows_max
    while True:
        table = _read(rows.filter(of__gt=behind).values_list(*COLUMNS)[:wanted])
        if table.num_rows < wanted:
            yield table, True
            return
        names = table.column(n.SUBJECT)
        last = names[-1].as_py()
        begin = names.index(last).as_py()
        if begin == 0:
            wanted *= 2
            continue
        yield table.slice(0, begin), False
        behind, wanted = names[begin - 1].as_py(), rows_max


def _read(rows: Any) -> pa.Table:
    sql, params = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        read = _copied if connection.vendor == "postgresql" else _fetched
        return read(cursor, sql, params)


def _copied(cursor: Any, sql: str, params: Any) -> pa.Table:
    """By COPY: the server writes the text that Arrow reads. Null is nothing, an empty text is quoted."""
    with connection.wrap_database_errors, cursor.copy(f"COPY ({sql}) TO STDOUT (FORMAT csv)", params) as copy:
        text = b"".join(copy)
    if not text:
        return RAW.empty_table()
    return csv.read_csv(
        pa.BufferReader(text),
        read_options=csv.ReadOptions(column_names=RAW.names, block_size=len(text) + 1, use_threads=False),
        parse_options=csv.ParseOptions(newlines_in_values=True),
        convert_options=csv.ConvertOptions(
            column_types=RAW, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False
        ),
    )


def _fetched(cursor: Any, sql: str, params: Any) -> pa.Table:
    """By rows, column by column: SQLite's own library has no other way, and Arrow's driver for it opens
    another connection, which sees neither an open transaction nor a database in memory."""
    cursor.execute(sql, params)
    held = []
    while part := cursor.fetchmany(ROWS_A_FETCH):
        columns = zip(*part, strict=True)
        arrays = [pa.array(column, told) for column, told in zip(columns, RAW.types, strict=True)]
        held.append(pa.RecordBatch.from_arrays(arrays, schema=RAW))
    return pa.Table.from_batches(held, schema=RAW)
