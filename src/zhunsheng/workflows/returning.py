"""What was refused goes back: those rows alone, or the whole file, with a column that says what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from zhunsheng.core.contracts import Refusal
from zhunsheng.foundation.tabular.limits import Row
from zhunsheng.foundation.tabular.writing import write_table
from zhunsheng.sensing.signals.rows import ERROR_COLUMN, NUMBER_COLUMN

Wrong = Mapping[int, Sequence[Refusal]]
ADDED = frozenset({NUMBER_COLUMN, ERROR_COLUMN})


def said(refusals: Iterable[Refusal]) -> str:
    """Every reason of a row in one cell: field, reason, cure."""
    return "；".join(f"{r.field}：{r.reason_zh}，{r.cure_zh}" for r in refusals)


def own_columns(rows: Iterable[Row]) -> list[str]:
    """The columns that came with a file, without those that an earlier answer of ours added."""
    names = dict.fromkeys(name for row in rows for name in row.cells)
    return [name for name in names if name not in ADDED]


def write_returned(
    path: Path,
    names: Sequence[str],
    rows: Iterable[Row],
    wrong: Mapping[int, Sequence[Refusal]],
    *,
    all_rows: bool,
) -> None:
    """The rows with their columns, the row's number and what is wrong; `wrong` is by row number.

    With `all_rows` the good ones stand there too, nothing said beside them.
    """
    write_table(path, [*names, NUMBER_COLUMN, ERROR_COLUMN], _lines(names, rows, wrong, all_rows))


def _lines(names: Sequence[str], rows: Iterable[Row], wrong: Wrong, all_rows: bool) -> Iterator[list[str]]:
    for row in rows:
        if all_rows or row.number in wrong:
            told = said(wrong.get(row.number, ()))
            yield [*(row.cells.get(name, "") for name in names), str(row.number), told]
