"""A former result, read beside the new facts: who need not be judged again.

A subject is taken over when nothing new was told of it since (as many facts are known as then, and none was
recorded later) and its time has not come (`next_due`). Its points and immediate rules are then what they
would be; its sum is the one of `as_of` in its row, because what fades is a matter of the whole run.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from zhunsheng.engine.fast.jit import I64
from zhunsheng.engine.nation import results as r

Mask = npt.NDArray[np.bool_]


class Span(NamedTuple):
    """One row group of a former result, with its first and last subject."""

    path: Path
    group: int
    first: str
    last: str


@dataclass(slots=True)
class Former:
    """The row groups of a finished result, and what it was known at; few of them are held at once."""

    known_at: int
    digest: str
    spans: Sequence[Span]
    _held: dict[Span, pa.Table] = field(default_factory=dict)

    def rows(self, first: str, last: str) -> pa.Table | None:
        """The former rows of subjects from `first` to `last`; None when there are none."""
        near = [span for span in self.spans if span.first <= last and span.last >= first]
        self._held = {span: self._held.get(span) or _read(span) for span in near}
        parts = []
        for table in self._held.values():
            subjects = table.column("subject")

            def name_at(row: int, subjects: pa.ChunkedArray = subjects) -> str:
                return str(subjects[row].as_py())

            places = range(table.num_rows)  # in order of subject, so their rows stand together
            low, high = bisect_left(places, first, key=name_at), bisect_right(places, last, key=name_at)
            parts.append(table.slice(low, high - low))
        return pa.concat_tables(parts) if parts else None

    def taken_over(
        self, subjects: pa.Array, facts: I64, newest: I64, as_of: int
    ) -> tuple[Mask, pa.Table | None]:
        """By subject whether its former row stands, and those rows."""
        stays = np.zeros(len(subjects), dtype=bool)
        rows = self.rows(subjects[0].as_py(), subjects[-1].as_py()) if len(subjects) else None
        if rows is None or rows.num_rows == 0:
            return stays, None
        places = pc.index_in(subjects, rows.column("subject").combine_chunks())
        told = np.asarray(places.is_valid().to_numpy(zero_copy_only=False))
        at = places.fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
        due = rows.column(r.NEXT_DUE).cast(pa.int64()).fill_null(1 << 62).to_numpy()[at]
        same = rows.column(r.FACTS).to_numpy()[at] == facts
        stays = told & same & (newest <= self.known_at) & (due > as_of * 1_000)
        return stays, rows.take(pa.array(at[stays]))


def known_of(recorded: I64, firsts: I64, known_at: int) -> tuple[I64, I64]:
    """By subject how many facts are known, and when the newest of them was recorded."""
    known = recorded <= known_at
    ends = np.concatenate(([0], np.cumsum(known)))
    newest = np.maximum.reduceat(np.where(known, recorded, -(1 << 62)), firsts[:-1])
    return (ends[firsts[1:]] - ends[firsts[:-1]]).astype(np.int64), newest.astype(np.int64)


def spans_of(paths: Iterable[Path]) -> list[Span]:
    """The row groups of files of a result, in order; those without rows are left out."""
    found = []
    for path in paths:
        with pq.ParquetFile(path) as source:
            told, place = source.metadata, source.schema_arrow.names.index("subject")
            known = [told.row_group(k).column(place).statistics for k in range(told.num_row_groups)]
        held = [(k, s) for k, s in enumerate(known) if s is not None and s.has_min_max]
        found += [Span(path, k, str(s.min), str(s.max)) for k, s in held]
    return found


def _read(span: Span) -> pa.Table:
    with pq.ParquetFile(span.path) as source:
        return source.read_row_group(span.group)
