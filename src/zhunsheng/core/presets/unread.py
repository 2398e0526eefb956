"""Texts of a file for which a field with a fixed set of values has none, so that a person may give one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from zhunsheng.core.contracts import FieldType
from zhunsheng.core.presets.cells import UnreadableError, read_text
from zhunsheng.core.presets.preset import Column, Preset

FIXED = frozenset({FieldType.CHOICE, FieldType.FLAG})
TEXTS_MAX, CHARACTERS_MAX = 200, 200


@dataclass(frozen=True, slots=True)
class Unread:
    """What stands in one column: (text, rows) that no value answers, the most frequent first.

    `left` is how many more such texts there are than may be shown; `known` are the texts that are read.
    """

    field: str
    column: str
    texts: tuple[tuple[str, int], ...]
    left: int
    known: tuple[tuple[str, int], ...]


def unread(rows: Iterable[Mapping[str, str]], preset: Preset) -> list[Unread]:
    """By column in the order of the reading; columns without such texts are left out.

    Together no more than TEXTS_MAX texts stand there. A text longer than CHARACTERS_MAX is one of those left.
    """
    fixed = [column for column in preset.columns if column.names and column.field.type in FIXED]
    counts: list[Counter[str]] = [Counter() for _ in fixed]
    for cells in rows:
        for column, count in zip(fixed, counts, strict=True):
            text = cells.get(column.names[0], "").strip()
            if text and text not in preset.missing:
                count[text] += 1
    told, room = [], TEXTS_MAX
    for column, count in zip(fixed, counts, strict=True):
        strange = [(text, n) for text, n in count.most_common() if not _readable(column, text)]
        shown = tuple((text, n) for text, n in strange if len(text) <= CHARACTERS_MAX)[:room]
        room -= len(shown)
        known = tuple(item for item in count.most_common() if _readable(column, item[0]))
        if strange:
            left = len(strange) - len(shown)
            told.append(Unread(column.field.name, column.names[0], shown, left, known))
    return told


def _readable(column: Column, text: str) -> bool:
    if (column.values or {}).get(text) == "":
        return True
    try:
        read_text(column, text, None, {})
    except UnreadableError:
        return False
    return True
