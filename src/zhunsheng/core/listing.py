"""A part of a list, and what it holds: lists are walked from row to row and never counted.

A cursor is the sorting value and the id of a row as text. It is read where the rows are; nonsense in it means
the beginning.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Row = TypeVar("Row")
ROWS_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Part:
    """Rows by `field`, then by id, behind (or, with `backwards`, before) the row of a cursor."""

    field: str = "id"
    descending: bool = True
    cursor: str = ""
    backwards: bool = False
    rows_max: int = ROWS_A_PAGE


@dataclass(frozen=True, slots=True)
class Listed(Generic[Row]):
    """The rows of a part in the order of the list; cursors of its neighbours, '' where the list ends."""

    rows: tuple[Row, ...] = ()
    next: str = ""
    previous: str = ""


def cut(rows: Sequence[Row], part: Part, key: Callable[[Row], str]) -> Listed[Row]:
    """A part of rows that are worked out, not stored, and stand in their order; the cursor is a row's key."""
    places = {key(row): place for place, row in enumerate(rows)}
    here = places.get(part.cursor, -1)
    if part.backwards and here >= 0:
        first, last = max(here - part.rows_max, 0), here
    else:
        first, last = here + 1, min(here + 1 + part.rows_max, len(rows))
    told = tuple(rows[first:last])
    return Listed(
        told,
        key(told[-1]) if told and last < len(rows) else "",
        key(told[0]) if told and first > 0 else "",
    )
