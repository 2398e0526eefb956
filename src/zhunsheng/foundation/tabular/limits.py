"""What a table may be, and the refusal when it is more."""

from __future__ import annotations

from dataclasses import asdict, dataclass

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, lengths in characters, times in seconds.

    `silent_seconds` bounds the wait for the child's next words, so that a slow database does not count.
    """

    file_bytes: int = 1024 * MIB
    inflated_bytes: int = 256 * MIB
    zip_entries: int = 2_000
    rows: int = 2_000_000
    columns: int = 200
    cells_in_sheet: int = 2_500_000
    cell_characters: int = 32_767
    line_characters: int = MIB
    nesting: int = 8
    memory_bytes: int = 256 * MIB
    cpu_seconds: int = 300
    silent_seconds: float = 10.0

    def as_numbers(self) -> dict[str, float]:
        """For the way to the child."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number in the file (the first data row of a sheet is 2) and text by column.

    A row that could not be read has a reason and a cure instead of cells.
    """

    number: int
    cells: dict[str, str]
    reason_zh: str = ""
    cure_zh: str = ""


class TableRefusedError(Exception):
    """The whole file is refused: what, where, and the cure, each in Chinese. `code` is for programs."""

    def __init__(self, code: str, what_zh: str, cure_zh: str, where_zh: str = "") -> None:
        super().__init__(f"{where_zh + '：' if where_zh else ''}{what_zh}。{cure_zh}")
        self.code = code
        self.what_zh = what_zh
        self.cure_zh = cure_zh
        self.where_zh = where_zh
