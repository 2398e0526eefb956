"""Columns on disk: one Arrow IPC file, LZ4, a record batch for each block of subjects.

A batch has one row; every array is one list value, so reading is decompression and nothing else. The
dictionary stands in the schema's metadata. Blocks with corrections are refused: which fact is in force
there depends on `known_at`, and the facts themselves are needed to tell.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from zhunsheng.engine.fast.columns import Columns, Dictionary, FactColumns, Shape

SMALL = ("shape", "local")
FIELDS = tuple(name for name in Columns._fields if name != "hidden")


class CorrectedBlockError(ValueError):
    """A block whose facts correct each other cannot be kept as bare columns."""


def _schema(words: Dictionary) -> pa.Schema:
    shapes = [[s.kind, list(s.narrow.items()), [[k, *v] for k, v in s.wide.items()]] for s in words.shapes]
    fields = [pa.field(n, pa.large_list(pa.int32() if n in SMALL else pa.int64())) for n in FIELDS]
    meta = {"texts": json.dumps(words.texts), "shapes": json.dumps(shapes)}
    return pa.schema([pa.field("subjects", pa.large_list(pa.string())), *fields], metadata=meta)


def write_store(path: Path, words: Dictionary, blocks: Iterable[FactColumns]) -> None:
    """Write blocks of subjects that share a dictionary which is complete."""
    schema = _schema(words)
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, schema, options=options) as writer:
        for block in blocks:
            if block.corrected or block.beyond:
                raise CorrectedBlockError
            rows = [pa.array([block.subjects], schema.field("subjects").type)]
            for name in FIELDS:
                values = pa.array(getattr(block.columns, name))
                values = values.cast(schema.field(name).type.value_type)
                offsets = pa.array([0, len(values)], pa.int64())
                rows.append(pa.LargeListArray.from_arrays(offsets, values))
            writer.write_batch(pa.record_batch(rows, schema=schema))


def read_store(path: Path) -> Iterator[FactColumns]:
    """Blocks one by one; only one needs to be in memory."""
    with pa.OSFile(str(path)) as source:
        reader = pa.ipc.open_file(source)
        meta = reader.schema.metadata
        words = Dictionary(json.loads(meta[b"texts"]))
        words.codes = {text: code for code, text in enumerate(words.texts)}
        for kind, narrow, wide in json.loads(meta[b"shapes"]):
            words.shapes.append(Shape(kind, dict(narrow), {n: (tag, slot) for n, tag, slot in wide}))
        for number in range(reader.num_record_batches):
            batch = reader.get_batch(number)
            arrays = {name: batch.column(name).values.to_numpy(zero_copy_only=True) for name in FIELDS}
            hidden = np.zeros(len(arrays["occurred"]), dtype=np.uint8)
            subjects = batch.column("subjects").values
            yield FactColumns(words, subjects, Columns(**arrays, hidden=hidden))
