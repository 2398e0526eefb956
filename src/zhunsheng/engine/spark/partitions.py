"""What a worker does with the rows of a partition: record batches in, record batches out, no Spark inside.

A partition holds whole subjects, in the order of the layout (`frames.by_subject`). What is called for a block
is what `engine.nation` calls for a block of a file, so there is nothing here that could say something else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from zhunsheng.core.facts import Fact
from zhunsheng.core.rules.tree import Pack
from zhunsheng.engine.nation import encoding, layout, peering, results
from zhunsheng.engine.nation.encoding import facts_of, fields_in
from zhunsheng.engine.nation.running import Judging, Question
from zhunsheng.engine.peers import STATISTICS, PeerStatistic

# Stands for the file in what is said of rows that break the layout.
HERE = Path("Spark 分区")
BLOCK_ROWS = 250_000
BY_GROUP = ("measure", "group")
COUNTED = peering.as_table({}).schema
SUMMED = pa.schema(
    [(n, pa.string()) for n in BY_GROUP] + [(n, pa.string()) for n in STATISTICS] + [("sample", pa.int64())]
)
Batches = Iterator[pa.RecordBatch]


def gathered(batches: Batches, names: Sequence[str], rows: int) -> Iterator[tuple[pa.Table, bool]]:
    """The small batches of Spark as tables of about so many rows; with each whether it is the last."""

    def table() -> pa.Table:
        return layout.as_one_chunk(pa.Table.from_batches(held).rename_columns(list(names)))

    ready: pa.Table | None = None
    held: list[pa.RecordBatch] = []
    count = 0
    for batch in batches:
        if count >= rows:
            if ready is not None:
                yield ready, False
            ready, held, count = table(), [], 0
        held.append(batch)
        count += batch.num_rows
    if ready is not None:
        yield ready, not held
    if held:
        yield table(), True


def blocks(batches: Batches, names: Sequence[str], rows: int = BLOCK_ROWS) -> Iterator[pa.Table]:
    """Blocks of whole subjects, the columns under these names; LayoutError for what breaks the layout."""
    for table in layout.whole_subjects(HERE, gathered(batches, names, rows)):
        _check_arrival(table)
        yield table


def _check_arrival(table: pa.Table) -> None:
    """A shuffle keeps no order of rows, so the order of arrival must be told, and be one for every fact."""
    sequence = table.column(layout.SEQUENCE)
    cure = "每条事实写上各不相同的到达次序"
    if sequence.null_count:
        raise layout.LayoutError(HERE, "有空值", cure, column=layout.SEQUENCE)
    owner = table.column(layout.SUBJECT).chunk(0).indices.to_numpy()
    at, order = encoding.instants(table.column(layout.OCCURRED)), encoding.instants(sequence)
    same = (owner[1:] == owner[:-1]) & (at[1:] == at[:-1]) & (order[1:] == order[:-1])
    if same.any():
        name = table.column(layout.SUBJECT)[int(np.flatnonzero(same)[0])].as_py()
        message = f"主体 {name} 的两条事实时间与到达次序相同"
        raise layout.LayoutError(HERE, message, cure, column=layout.SEQUENCE)


def carried(facts: Sequence[Fact]) -> bytes:
    """Facts as bytes that go to the workers."""
    table, sink = encoding.table_of(facts, sorted(fields_in(facts))), pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue().to_pybytes())


def brought(told: bytes) -> tuple[Fact, ...]:
    """The other way."""
    return tuple(facts_of(layout.as_one_chunk(pa.ipc.open_stream(told).read_all())))


@dataclass(frozen=True, slots=True)
class Judge:
    """Second pass: rows of facts in, a row a subject out. `world` is what `carried` made."""

    asked: Question
    names: tuple[str, ...]
    world: bytes

    def __call__(self, batches: Batches) -> Batches:
        """Judge the partition block by block."""
        judging, schema = Judging(self.asked, brought(self.world), None), judged_schema(self.asked.pack)
        for block in blocks(batches, self.names):
            yield from judging.block(HERE, block).cast(schema).combine_chunks().to_batches()


@dataclass(frozen=True, slots=True)
class Count:
    """First pass: rows of facts in, how often each value occurs in each group of peers out."""

    asked: Question
    names: tuple[str, ...]

    def __call__(self, batches: Batches) -> Batches:
        """Count the partition; counts of partitions add up, in any order."""
        found, asked = peering.Counts(), self.asked
        for block in blocks(batches, self.names):
            peering.add(found, peering.counts_in(asked.pack, block, asked.as_of, asked.known_at))
        yield from peering.as_table(found).to_batches()


def summed(batches: Batches) -> Batches:
    """Between the passes: all counts of a group in, its statistics out; wide numbers as text."""
    counts = peering.Counts()
    for batch in batches:
        peering.add(counts, peering.from_table(pa.Table.from_batches([batch])))
    told = peering.statistics_of(counts)
    rows = [(s.measure_id, s.group, *(str(s.values[n]) for n in STATISTICS), s.sample) for s in told]
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(SUMMED)
    arrays = [pa.array(held, field.type) for held, field in zip(columns, SUMMED, strict=True)]
    yield from pa.table(arrays, SUMMED).to_batches()


def statistic(row: Sequence[str | int]) -> PeerStatistic:
    """A row of `summed`."""
    measure, group, *values, sample = row
    by_name = {name: int(value) for name, value in zip(STATISTICS, values, strict=True)}
    return PeerStatistic(str(measure), str(group), by_name, int(sample))


def judged_schema(pack: Pack) -> pa.Schema:
    """The columns of a result as Spark can hold them: texts plain, instants in microseconds."""
    return pa.schema([pa.field(field.name, _plain(field.type)) for field in results.schema_of(pack)])


def _plain(told: pa.DataType) -> pa.DataType:
    if pa.types.is_dictionary(told):
        return told.value_type
    if pa.types.is_timestamp(told):
        return pa.timestamp("us", tz=told.tz)
    if pa.types.is_list(told):
        return pa.list_(_plain(told.value_type))
    if pa.types.is_struct(told):
        return pa.struct([(field.name, _plain(field.type)) for field in told])
    return told


NAMES = ((pa.string(), "STRING"), (pa.int32(), "INT"), (pa.int64(), "BIGINT"), (pa.bool_(), "BOOLEAN"))


def ddl(schema: Iterable[pa.Field]) -> str:
    """The same columns in Spark's words."""
    return ", ".join(f"`{field.name}` {_named(field.type)}" for field in schema)


def _named(told: pa.DataType) -> str:
    if pa.types.is_list(told):
        return f"ARRAY<{_named(told.value_type)}>"
    if pa.types.is_struct(told):
        return f"STRUCT<{', '.join(f'`{field.name}`: {_named(field.type)}' for field in told)}>"
    if pa.types.is_timestamp(told):
        return "TIMESTAMP"
    return next(name for kind, name in NAMES if kind == told)
