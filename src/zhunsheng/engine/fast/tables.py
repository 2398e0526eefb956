"""A pack as tables of integers: what the kernel reads instead of code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from zhunsheng.engine.fast.jit import I64

SPARE_ROWS = 512


class Tables(NamedTuple):
    """One pack against one dictionary. Columns are named in `codes`; ranges are half-open."""

    feed_at: I64
    feeds: I64
    events: I64
    roles: I64
    memberships: I64
    fields: I64
    filters: I64
    literals: I64
    windows: I64
    aggregates: I64
    lines: I64
    nodes: I64
    kids: I64
    conditions: I64
    items: I64
    points: I64
    indicators: I64
    grades: I64
    models: I64
    families: I64
    rules: I64
    cuts: I64
    sources: I64
    enrolments: I64
    sizes: I64
    item_of: I64
    depend_at: I64
    depends: I64


# Columns of `sizes`.
(
    Z_FIELDS,
    Z_PLAIN,
    Z_BY_OBJECT,
    Z_EVENT_WINDOWS,
    Z_DENSE,
    Z_SILENT,
    Z_ENROLLED,
    Z_LISTED,
    Z_DISTINCT,
) = range(9)


def grid(rows: Sequence[tuple[int, ...]], width: int) -> I64:
    """Rows as a two-dimensional array, also when there are none."""
    return np.array(rows, dtype=np.int64).reshape(-1, width)


class Rows:
    """An array that grows at its end, in place while there is room; `empty` stands in what is not used."""

    def __init__(self, width: int = 0, empty: int = 0) -> None:
        self.used, self.empty = 0, empty
        self.array: I64 = np.zeros((0, width) if width else 0, dtype=np.int64)

    def add(self, rows: Sequence[Any] | I64) -> bool:
        """Append rows; False when the array had to be replaced by a greater one."""
        end, fits = self.used + len(rows), self.used + len(rows) <= len(self.array)
        if not fits:
            grown = np.full(
                (max(end + SPARE_ROWS, 2 * self.used), *self.array.shape[1:]), self.empty, dtype=np.int64
            )
            grown[: self.used] = self.array[: self.used]
            self.array = grown
        if len(rows):
            self.array[self.used : end] = rows
        self.used = end
        return fits

    def trim(self) -> None:
        """Give back the room to spare: most dictionaries are complete when their tables are made."""
        self.array = self.array[: self.used].copy()
