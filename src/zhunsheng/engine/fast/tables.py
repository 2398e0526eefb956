"""A pack as tables of integers: what the kernel reads instead of code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from zhunsheng.engine.fast.jit import I64


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
