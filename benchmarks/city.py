"""A city at random, written block by block: our store, and Parquet for the contenders."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.yardstick import KINDS, SEVERITIES
from zhunsheng.engine.fast.columns import Columns, Dictionary, FactColumns
from zhunsheng.engine.fast.store import write_store

AS_OF = 1_798_732_799  # the last second of 2026 in Shanghai
HISTORY_SECONDS = 730 * 86_400
BLOCK = 100_000
FACTS_A_SUBJECT = 10


def blocks(subjects: int, seed: int = 7) -> Iterator[tuple[np.ndarray, ...]]:
    """(lengths, occurred, kind, severity, amount) a block; few kinds are common, few subjects busy."""
    chance = np.random.default_rng(seed)
    for low in range(0, subjects, BLOCK):
        count = min(BLOCK, subjects - low)
        lengths = np.minimum(chance.geometric(1 / (FACTS_A_SUBJECT + 1), count) - 1, 2_000)
        total = int(lengths.sum())
        owner = np.repeat(np.arange(count), lengths)
        occurred = AS_OF - chance.integers(0, HISTORY_SECONDS, total)
        occurred = occurred[np.lexsort((occurred, owner))]
        kind = np.minimum(chance.exponential(9, total).astype(np.int64), KINDS - 1)
        severity = np.minimum(chance.geometric(0.6, total) - 1, SEVERITIES - 1)
        yield lengths, occurred, kind, severity, chance.integers(1, 60_000, total)


def columns(dictionary: Dictionary, low: int, block: tuple[np.ndarray, ...]) -> FactColumns:
    """A block as columns: two wide values a fact, amount and severity."""
    lengths, occurred, kind, severity, amount = block
    total = len(occurred)
    subject_at = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
    values = np.empty(2 * total, dtype=np.int64)
    values[0::2], values[1::2] = amount, severity
    arrays = Columns(
        subject_at,
        occurred,
        occurred,
        kind.astype(np.int32),
        np.zeros(total, np.int32),
        np.arange(total, dtype=np.int64) * 2,
        values,
        np.zeros(len(lengths) + 1, np.int64),
        np.zeros(0, np.int64),
        np.zeros(total, np.uint8),
    )
    return FactColumns(dictionary, [str(low + k) for k in range(len(lengths))], arrays)


def write_city(folder: Path, subjects: int) -> int:
    """Both files; the number of facts."""
    dictionary = Dictionary()
    for kind in range(KINDS):
        dictionary.shape(f"K{kind}", {"amount": 1, "severity": 1})
    facts = 0
    writer: pq.ParquetWriter | None = None

    def each() -> Iterator[FactColumns]:
        nonlocal facts, writer
        for number, block in enumerate(blocks(subjects)):
            lengths, occurred, kind, severity, amount = block
            facts += len(occurred)
            table = pa.table(
                {
                    "subject": np.repeat(np.arange(len(lengths)) + number * BLOCK, lengths).astype(np.int32),
                    "occurred": occurred,
                    "kind": kind.astype(np.int8),
                    "severity": severity.astype(np.int8),
                    "amount": amount.astype(np.int32),
                }
            )
            if writer is None:
                writer = pq.ParquetWriter(folder / "facts.parquet", table.schema, compression="zstd")
            writer.write_table(table)
            yield columns(dictionary, number * BLOCK, block)

    write_store(folder / "facts.arrow", dictionary, each())
    if writer is not None:
        writer.close()
    return facts
