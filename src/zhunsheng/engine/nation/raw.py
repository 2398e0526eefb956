"""Rows as a database hands them over, payload as JSON text, made into tables of the layout array by array.

The text of a whole block is read by Arrow in one go. Only what Arrow cannot put into columns of one type (a
field that is a number here and a text there, a number beyond 64 bits) goes fact by fact, and is named if the
files cannot hold it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import json as pajson

from zhunsheng.core.facts import Fact
from zhunsheng.engine.nation import layout as n
from zhunsheng.engine.nation.encoding import FAMILIES, table_of

Fields = Sequence[tuple[str, str]]
PAYLOAD = "payload"
RAW = pa.schema(
    [
        (n.FACT_ID, pa.string()),
        (n.KIND, pa.string()),
        (n.SUBJECT, pa.string()),
        (n.OBJECT, pa.string()),
        (n.OCCURRED, pa.int64()),
        (n.RECORDED, pa.int64()),
        (n.SEQUENCE, pa.int64()),
        (PAYLOAD, pa.string()),
        (n.SUPERSEDES, pa.string()),
        (n.RETRACTS, pa.string()),
        (n.STATED, pa.int64()),
    ]
)
IN_A_FACT = (
    *(n.FACT_ID, n.KIND, n.SUBJECT, n.OCCURRED, n.RECORDED, n.SEQUENCE, n.OBJECT, PAYLOAD),
    *(n.SUPERSEDES, n.RETRACTS, n.STATED),
)
EDGE = 1 << 63
FAMILY_TYPES = dict(FAMILIES.values())
INSTANT = pa.timestamp("ms", tz="Asia/Shanghai")


class CannotCarryError(ValueError):
    """A number beyond 64 bits, or a field that came meanwhile; subject, kind and field are named."""


def raw_of(facts: Iterable[Fact]) -> pa.Table:
    """Facts as such rows."""
    rows = [
        (
            *(f.fact_id, f.kind, f.subject, f.object, f.occurred_at, f.recorded_at, f.sequence),
            *(json.dumps(dict(f.payload)), f.supersedes, f.retracts, f.stated_at),
        )
        for f in facts
    ]
    columns = zip(*rows, strict=True) if rows else ((),) * len(RAW)
    return pa.table([pa.array(c, t) for c, t in zip(columns, RAW.types, strict=True)], schema=RAW)


def ordered(raw: pa.Table) -> pa.Table:
    """The same rows in the order of the layout."""
    return raw.sort_by([(name, "ascending") for name in (n.SUBJECT, n.OCCURRED, n.SEQUENCE)])


def as_layout(raw: pa.Table, fields: Fields) -> pa.Table:
    """Rows in their order as a table of the layout with these payload columns (family, field)."""
    by_name = {field: FAMILY_TYPES[family] for family, field in fields}
    schema = table_of((), fields).schema
    if len(by_name) < len(fields):
        return table_of(checked(_facts(raw), fields), fields)
    try:
        told = _payloads(raw.column(PAYLOAD), by_name)
    except pa.ArrowInvalid:
        return table_of(checked(_facts(raw), fields), fields)
    made = {name: raw.column(name) for name in n.ENVELOPE}
    made |= {name: pc.multiply(raw.column(name), 1_000).cast(INSTANT) for name in n.INSTANTS}
    made |= {f"{family}.{field}": told[field] for family, field in fields}
    return pa.table({name: made[name] for name in schema.names}, schema=schema)


def _payloads(column: pa.ChunkedArray, types: Mapping[str, pa.DataType]) -> Mapping[str, pa.ChunkedArray]:
    """The payload by field; ArrowInvalid when a value does not fit its column."""
    if not types or not len(column):
        return {field: pa.nulls(len(column), told) for field, told in types.items()}
    text = "\n".join(column.to_pylist()).encode()
    told = pajson.read_json(
        pa.BufferReader(text),
        read_options=pajson.ReadOptions(block_size=len(text) + 1, use_threads=False),
        parse_options=pajson.ParseOptions(
            explicit_schema=pa.schema(types.items()), unexpected_field_behavior="infer"
        ),
    )
    if any(held.name not in types and not pa.types.is_null(held.type) for held in told.schema):
        raise pa.ArrowInvalid("a field without a column")
    return {field: told.column(field) for field in types}


def _facts(raw: pa.Table) -> list[Fact]:
    told = {name: raw.column(name).to_pylist() for name in RAW.names}
    told[PAYLOAD] = [json.loads(text) for text in told[PAYLOAD]]
    rows = zip(*(told[name] for name in IN_A_FACT), strict=True)
    return [Fact(*row) for row in rows]


def checked(facts: Sequence[Fact], fields: Fields) -> Sequence[Fact]:
    """The same facts; CannotCarryError for a field without a column or a number beyond 64 bits."""
    known = set(fields)
    for fact in facts:
        for name, value in fact.payload.items():
            if value is None:
                continue
            family = FAMILIES.get(type(value), ("",))[0]
            if (family, name) not in known or (family == n.NUMBER_FIELD and not -EDGE <= int(value) < EDGE):
                raise CannotCarryError(f"{fact.subject} {fact.kind} {name}")
    return facts
