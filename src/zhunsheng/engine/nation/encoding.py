"""Arrow tables as the kernel's columns, and facts as Arrow tables: whole arrays at a time, no row by row.

A row's *form* is its kind and, for each payload column, whether it has a value and of which sort: rows of one
form are facts of one shape, so the dictionary is asked once a form and not once a fact.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import overload

import numpy as np
import pyarrow as pa

from zhunsheng.core.facts import Fact, Scalar
from zhunsheng.engine.fast import codes as c
from zhunsheng.engine.fast.columns import (
    NARROW_VALUES_MAX,
    NUMBER_MAX,
    Columns,
    Dictionary,
    FactColumns,
    date_in,
)
from zhunsheng.engine.fast.jit import I32, I64
from zhunsheng.engine.nation import layout as n

FORMS_MAX = 1 << 21
KEY_MAX = 1 << 62
# What a payload column may say of a row: nothing, a number, no, yes, a date, an odd date, one of many texts;
# from FEW on, one of few texts.
ABSENT, NUMBER, NO, YES, DATE, ODD_DATE, MANY, FEW = range(8)


@dataclass(frozen=True, slots=True)
class _Field:
    """A payload column: its form by row, the kernel's value by row, how many forms rows can differ in."""

    name: str
    forms: I64
    values: I64
    count: int


class Names(Sequence[str]):
    """Names of subjects that become Python texts only when somebody asks for one."""

    def __init__(self, held: pa.Array) -> None:
        self.held = held

    def __len__(self) -> int:
        return len(self.held)

    @overload
    def __getitem__(self, place: int) -> str: ...

    @overload
    def __getitem__(self, place: slice) -> list[str]: ...

    def __getitem__(self, place: int | slice) -> str | list[str]:
        found = self.held[place]
        return found.to_pylist() if isinstance(place, slice) else str(found.as_py())


def instants(column: pa.ChunkedArray) -> I64:
    """Whole epoch seconds; a fraction is dropped downwards, as `core.clock.instant` does."""
    if pa.types.is_timestamp(column.type):
        a_second = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}[column.type.unit]
        whole = _numbers(column.cast(pa.int64()))
        return whole if a_second == 1 else whole // a_second
    return _numbers(column)


def _numbers(column: pa.ChunkedArray) -> I64:
    held = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    if held.null_count:
        held = held.fill_null(False if pa.types.is_boolean(held.type) else 0)
    return np.asarray(held.to_numpy(zero_copy_only=False)).astype(np.int64, copy=False)


def _marks(table: pa.Table, name: str) -> I64:
    """1 where a column is told."""
    return np.asarray(table.column(name).chunk(0).is_valid().to_numpy(zero_copy_only=False)).astype(np.int64)


def _codes(column: pa.ChunkedArray) -> tuple[I64, list[str]]:
    """Place in the list of texts by row, -1 for null."""
    held = column.chunk(0)
    indices = held.indices.fill_null(-1) if held.null_count else held.indices
    places = indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return places, held.dictionary.to_pylist()


def firsts_of(table: pa.Table) -> I64:
    """The rows at which subjects begin, and the end."""
    told = table.column(n.SUBJECT).chunk(0).indices.to_numpy()
    steps = np.flatnonzero(told[1:] != told[:-1]) + 1
    return np.concatenate(([0], steps, [len(told)])).astype(np.int64)


def subjects_of(table: pa.Table, firsts: I64) -> pa.Array:
    """The names of the subjects of a block, in order."""
    told = table.column(n.SUBJECT).chunk(0)
    return told.dictionary.take(told.indices.take(pa.array(firsts[:-1]))).cast(pa.string())


def check_order(path: Path, table: pa.Table) -> None:
    """LayoutError unless the rows of every subject go on in (occurred_at, sequence)."""
    at, owner = instants(table.column(n.OCCURRED)), table.column(n.SUBJECT).chunk(0).indices.to_numpy()
    same = owner[1:] == owner[:-1]
    falling = same & (at[1:] < at[:-1])
    if n.SEQUENCE in table.column_names:
        order = _numbers(table.column(n.SEQUENCE))
        falling |= same & (at[1:] == at[:-1]) & (order[1:] < order[:-1])
    if falling.any():
        row = int(np.flatnonzero(falling)[0]) + 1
        name = table.column(n.SUBJECT)[row].as_py()
        message = f"主体 {name} 的事实没有按时间和到达先后排列"
        raise n.LayoutError(path, message, "按 (subject, occurred_at, sequence) 排序", column=n.OCCURRED)


def check_fields(path: Path, table: pa.Table) -> None:
    """LayoutError when a fact has a value in two columns of one field."""
    by_field: dict[str, list[str]] = {}
    for name in table.column_names:
        if field := name.partition(".")[2]:
            by_field.setdefault(field, []).append(name)
    for names in by_field.values():
        marks = [_marks(table, name) for name in names] if len(names) > 1 else []
        if marks and int(sum(marks).max(initial=0)) > 1:  # type: ignore[union-attr]
            message = f"同一事实在 {names} 里都有值"
            raise n.LayoutError(path, message, "一个字段一次只写一种类型", column=names[0])


def columns_of(table: pa.Table, words: Dictionary) -> FactColumns:
    """Columns of a block of whole subjects."""
    firsts = firsts_of(table)
    beyond = _beyond(table, firsts)
    if beyond:
        return _without(table, firsts, beyond, words)
    names = subjects_of(table, firsts)
    shapes, pointers, values = _shaped(table, words)
    local, object_at, objects = _objects(table, firsts, words)
    arrays = Columns(
        firsts,
        instants(table.column(n.OCCURRED)),
        instants(table.column(n.RECORDED)),
        shapes,
        local,
        pointers,
        values,
        object_at,
        objects,
        np.zeros(table.num_rows, dtype=np.uint8),
    )
    return FactColumns(words, Names(names), arrays, _corrected(table, firsts), {})


def _beyond(table: pa.Table, firsts: I64) -> list[int]:
    """Subjects with a number that the kernel does not add up exactly."""
    found: set[int] = set()
    for name in table.column_names:
        if name.startswith(f"{n.NUMBER_FIELD}.") and table.column(name).null_count < table.num_rows:
            held = _numbers(table.column(name))
            if len(held) and (held.max() >= NUMBER_MAX or held.min() <= -NUMBER_MAX):
                rows = np.flatnonzero((held >= NUMBER_MAX) | (held <= -NUMBER_MAX))
                found |= set((np.searchsorted(firsts, rows, side="right") - 1).tolist())
    return sorted(found)


def _without(table: pa.Table, firsts: I64, beyond: Sequence[int], words: Dictionary) -> FactColumns:
    """The block with such subjects left empty; their facts stand beside, for the reference."""
    kept = np.ones(table.num_rows, dtype=bool)
    apart: dict[int, Sequence[Fact]] = {}
    for s in beyond:
        low, high = int(firsts[s]), int(firsts[s + 1])
        kept[low:high] = False
        apart[s] = list(facts_of(table.slice(low, high - low)))
    names = subjects_of(table, firsts).to_pylist()
    rest = table.filter(pa.array(kept)).combine_chunks()
    numbers = np.array([s for s in range(len(names)) if s not in apart], dtype=np.int64)
    if not len(numbers):
        arrays = FactColumns.of((), words).columns
        empty = np.zeros(len(names) + 1, dtype=np.int64)
        return FactColumns(words, names, arrays._replace(subject_at=empty, object_at=empty), {}, apart)
    told = columns_of(rest, words)

    def spread(places: I64) -> I64:
        lengths = np.zeros(len(names), dtype=np.int64)
        lengths[numbers] = np.diff(places)
        return np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)

    arrays = told.columns
    arrays = arrays._replace(subject_at=spread(arrays.subject_at), object_at=spread(arrays.object_at))
    corrected = {int(numbers[s]): held for s, held in told.corrected.items()}
    return FactColumns(words, names, arrays, corrected, apart)


def _corrected(table: pa.Table, firsts: I64) -> Mapping[int, tuple[int, Sequence[Fact]]]:
    marks = np.zeros(table.num_rows, dtype=np.int64)
    for name in (n.SUPERSEDES, n.RETRACTS):
        if name in table.column_names and table.column(name).null_count < table.num_rows:
            marks |= _marks(table, name)
    subjects = np.unique(np.searchsorted(firsts, np.flatnonzero(marks), side="right") - 1).tolist()
    spans = [(s, int(firsts[s]), int(firsts[s + 1])) for s in subjects]
    return {s: (low, list(facts_of(table.slice(low, high - low)))) for s, low, high in spans}


def _objects(table: pa.Table, firsts: I64, words: Dictionary) -> tuple[I32, I64, I64]:
    """Number of each row's object within its subject, and the objects by subject."""
    subjects = len(firsts) - 1
    local = np.zeros(table.num_rows, dtype=np.int32)
    if n.OBJECT not in table.column_names or not table.num_rows:
        return local, np.zeros(subjects + 1, dtype=np.int64), np.zeros(0, dtype=np.int64)
    places, texts = _codes(table.column(n.OBJECT))
    ranks = np.full(len(texts) + 1, -1, dtype=np.int64)  # the last one stands for null
    order = [k for k in sorted(range(len(texts)), key=texts.__getitem__) if texts[k]]
    ranks[order] = np.arange(len(order))
    ranked = ranks[places]
    rows = np.flatnonzero(ranked >= 0)
    owner = np.searchsorted(firsts, rows, side="right") - 1
    pairs, which = np.unique(owner * max(len(order), 1) + ranked[rows], return_inverse=True)
    counts = np.bincount(pairs // max(len(order), 1), minlength=subjects)
    object_at = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    local[rows] = which - object_at[owner] + 1
    used = pairs % max(len(order), 1)
    named = np.zeros(max(len(order), 1), dtype=np.int64)
    for rank in np.unique(used).tolist():
        named[rank] = words.text(texts[order[rank]])
    return local, object_at, named[used]


def _shaped(table: pa.Table, words: Dictionary) -> tuple[I32, I64, I64]:
    """The shape of every row, where its wide values begin, and all wide values."""
    kinds, kind_names = _codes(table.column(n.KIND))
    fields = [f for name in table.column_names if (f := _field(table, name, words, kind_names)) is not None]
    keys, count = kinds, len(kind_names)
    for field in fields:
        if field.count > 1:
            keys, count = _combined(keys, count, field.forms, field.count)
    keys, count = _dense(keys, count)
    examples = np.zeros(count, dtype=np.int64)
    examples[keys] = np.arange(len(keys))
    shapes = np.zeros(count, dtype=np.int32)
    lengths = np.zeros(count, dtype=np.int64)
    slots: list[I64] = [np.full(count, -1, dtype=np.int64) for _ in fields]
    for form, row in enumerate(examples.tolist()):
        payload = payload_at(table, row)
        shapes[form], wide = words.shape(kind_names[kinds[row]], payload)
        lengths[form] = len(wide)
        told = words.shapes[shapes[form]].wide
        for k, field in enumerate(fields):
            if field.forms[row] and field.name in told:
                slots[k][form] = told[field.name][1]
    ends = np.cumsum(lengths[keys])
    pointers = ends - lengths[keys]
    values = np.zeros(int(ends[-1]) if len(ends) else 0, dtype=np.int64)
    for k, field in enumerate(fields):
        places = slots[k][keys]
        if slots[k].min(initial=0) >= 0:
            values[pointers + places] = field.values
            continue
        rows = np.flatnonzero(places >= 0)
        values[pointers[rows] + places[rows]] = field.values[rows]
    return shapes[keys], pointers, values


def _combined(keys: I64, count: int, forms: I64, more: int) -> tuple[I64, int]:
    if count * more > FORMS_MAX:
        keys, count = _dense(keys, count)
    return keys * more + forms, count * more


def _dense(keys: I64, count: int) -> tuple[I64, int]:
    """The same keys numbered without gaps."""
    if count <= 4 * FORMS_MAX:
        seen = np.zeros(count, dtype=np.int64)
        seen[keys] = 1
        return (np.cumsum(seen) - 1)[keys], int(seen.sum())
    told, dense = np.unique(keys, return_inverse=True)
    return dense.astype(np.int64), len(told)


def _field(table: pa.Table, name: str, words: Dictionary, kinds: Sequence[str]) -> _Field | None:
    """A payload column; None for another column or one without a value."""
    family, _, field = name.partition(".")
    column = table.column(name)
    if not field or column.null_count == table.num_rows:
        return None
    if family == n.TEXT_FIELD:
        return _text_field(column, field, words, kinds)
    values = _numbers(column)
    if family == n.NUMBER_FIELD and not column.null_count:
        return _Field(field, np.broadcast_to(np.int64(NUMBER), len(values)), values, 1)
    told = _marks(table, name)
    if family == n.FLAG_FIELD:
        return _Field(field, told * (NO + values), values, YES + 1)
    return _Field(field, told * NUMBER, values, NUMBER + 1)


def _text_field(column: pa.ChunkedArray, field: str, words: Dictionary, kinds: Sequence[str]) -> _Field:
    places, texts = _codes(column)
    plain = [text for text in texts if date_in(text)[0] is None]
    if len(plain) > NARROW_VALUES_MAX:  # known to be one with many values before any of them is asked for
        for kind in kinds:
            words.seen.setdefault((kind, field), set()).update(plain[: NARROW_VALUES_MAX + 1])
    forms, values = np.zeros(len(texts) + 1, dtype=np.int64), np.zeros(len(texts) + 1, dtype=np.int64)
    few = {} if len(plain) > NARROW_VALUES_MAX else {text: FEW + k for k, text in enumerate(plain)}
    for k, text in enumerate(texts):
        tag, values[k] = words.encode(text)
        forms[k] = few.get(text, MANY) if tag == c.TEXT else DATE if tag == c.DATE else ODD_DATE
    return _Field(field, forms[places], values[places], int(forms.max(initial=0)) + 1)


def payload_at(table: pa.Table, row: int) -> dict[str, Scalar]:
    """The payload of one row."""
    told: dict[str, Scalar] = {}
    for name in table.column_names:
        field = name.partition(".")[2]
        if field:
            value = table.column(name)[row].as_py()
            if value is not None:
                told[field] = value
    return told


def facts_of(table: pa.Table) -> Iterator[Fact]:
    """The rows as facts; without a sequence they arrived in the order of the rows."""
    names = table.column_names
    at = {name: instants(table.column(name)) for name in n.INSTANTS if name in names}
    told = {name: table.column(name).to_pylist() for name in (*n.TEXTS, n.SEQUENCE) if name in names}
    nothing = [None] * table.num_rows
    fields = [(name.partition(".")[2], table.column(name)) for name in names]
    held = [
        (field, column.to_pylist()) for field, column in fields if field and column.null_count < len(column)
    ]
    for row in range(table.num_rows):
        sequence = told.get(n.SEQUENCE, nothing)[row]
        yield Fact(
            told.get(n.FACT_ID, nothing)[row] or f"row {row}",
            told[n.KIND][row],
            told[n.SUBJECT][row],
            int(at[n.OCCURRED][row]),
            int(at[n.RECORDED][row]),
            row if sequence is None else sequence,
            told.get(n.OBJECT, nothing)[row] or "",
            {field: values[row] for field, values in held if values[row] is not None},
            told.get(n.SUPERSEDES, nothing)[row],
            told.get(n.RETRACTS, nothing)[row],
            int(at[n.STATED][row]) if n.STATED in at else 0,
        )


FAMILIES: Mapping[type, tuple[str, pa.DataType]] = {
    bool: (n.FLAG_FIELD, pa.bool_()),
    int: (n.NUMBER_FIELD, pa.int64()),
    str: (n.TEXT_FIELD, pa.string()),
}


def table_of(facts: Sequence[Fact], fields: Iterable[tuple[str, str]]) -> pa.Table:
    """Facts in order as rows of the layout, with the payload columns (family, field) in the order given."""
    instant, text = pa.timestamp("ms", tz="Asia/Shanghai"), pa.string()

    def times(told: Iterable[int]) -> pa.Array:
        return pa.array([seconds * 1_000 for seconds in told], pa.int64()).cast(instant)

    made = {
        n.SUBJECT: pa.array([f.subject for f in facts], text),
        n.KIND: pa.array([f.kind for f in facts], text),
        n.OBJECT: pa.array([f.object for f in facts], text),
        n.OCCURRED: times(f.occurred_at for f in facts),
        n.RECORDED: times(f.recorded_at for f in facts),
        n.SEQUENCE: pa.array([f.sequence for f in facts], pa.int64()),
        n.FACT_ID: pa.array([f.fact_id for f in facts], text),
        n.SUPERSEDES: pa.array([f.supersedes for f in facts], text),
        n.RETRACTS: pa.array([f.retracts for f in facts], text),
        n.STATED: times(f.stated_at for f in facts),
    }
    types = dict(FAMILIES.values())
    for family, field in fields:
        held = [f.payload.get(field) for f in facts]
        own = [v if v is not None and FAMILIES[type(v)][0] == family else None for v in held]
        made[f"{family}.{field}"] = pa.array(own, types[family])
    return pa.table(made)


def fields_in(facts: Iterable[Fact]) -> set[tuple[str, str]]:
    """The payload columns (family, field) that these facts need."""
    return {
        (FAMILIES[type(value)][0], field)
        for fact in facts
        for field, value in fact.payload.items()
        if value is not None
    }
