"""A table of counts, and the same table with small cells masked so that nobody is found by subtracting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

# What stands for a number that is not told.
MASKED = -1


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows of counts under named columns. Sums are made when they are shown, never stored."""

    id: str
    title: str
    head: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int, ...]], ...]

    @property
    def totals(self) -> tuple[int, ...]:
        """The sum of each row."""
        return tuple(sum(values) for _, values in self.rows)


def masked(told: Counts, least: int) -> Counts:
    """The table without cells of 1 to `least` − 1.

    Where a row or a column would hide just one number, which its sum gives away, the smallest other is hidden
    too, until no row and no column hides exactly one.
    """
    grid = [list(values) for _, values in told.rows]
    hidden = {(r, c) for r, row in enumerate(grid) for c, n in enumerate(row) if 0 < n < least}
    while (more := _given_away(grid, hidden)) is not None:
        hidden.add(more)
    rows = tuple(
        (name, tuple(MASKED if (r, c) in hidden else n for c, n in enumerate(grid[r])))
        for r, (name, _) in enumerate(told.rows)
    )
    return Counts(told.id, told.title, told.head, told.columns, rows)


Place = tuple[int, int]


def _given_away(grid: Sequence[Sequence[int]], hidden: set[Place]) -> Place | None:
    """One more cell to hide, from the first line that hides exactly one; None when there is none."""
    width = len(grid[0]) if grid else 0
    lines = [[(r, c) for c in range(width)] for r in range(len(grid))]
    lines += [[(r, c) for r in range(len(grid))] for c in range(width)]
    for line in lines:
        if sum(place in hidden for place in line) == 1:
            others = [(grid[r][c] or 1 << 62, (r, c)) for r, c in line if (r, c) not in hidden]
            if others:
                return min(others)[1]
    return None


def arranged(told: Counts, *, without: frozenset[str], by_size: bool, rows_last: int = 0) -> Counts:
    """The table without some columns; the largest rows first, or only the last rows, if wished.

    Made of a masked table it tells nothing more: a row that hides a number keeps its place behind the others.
    """
    kept = [n for n, name in enumerate(told.columns) if name not in without] or list(range(len(told.columns)))
    rows = [(name, tuple(values[n] for n in kept)) for name, values in told.rows]
    if by_size:
        hides = {name for name, values in told.rows if MASKED in values}
        rows.sort(key=lambda row: (row[0] in hides, 0 if row[0] in hides else -sum(row[1])))
    return replace(told, columns=tuple(told.columns[n] for n in kept), rows=tuple(rows[-rows_last:]))
