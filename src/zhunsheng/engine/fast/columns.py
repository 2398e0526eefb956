"""Facts as columns: sorted by subject and time, names as integers, payloads as shapes and wide values.

A *shape* is a kind with the values of its narrow fields and the tags of its wide ones; every fact of a
shape passes the same constant filters. Wide values (numbers, dates, texts with many values) stand in
`values`, found through `pointer`. Objects are numbered within their subject in text order, 0 is ''.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from zhunsheng.core.facts import Fact, Scalar, in_force
from zhunsheng.engine.fast import codes
from zhunsheng.engine.fast.jit import I32, I64, U8

NARROW_VALUES_MAX = 64
# Facts whose shapes a judge of single subjects remembers.
KEPT_MAX = 100_000
SHAPES_OF_A_KIND_MAX = 512
NUMBER_MAX = 1 << 44
EPOCH_ORDINAL = dt.date(1970, 1, 1).toordinal()

Encoded = tuple[int, int]


class Columns(NamedTuple):
    """The arrays the kernel reads. `hidden` marks facts that are never in force at the wanted instant."""

    subject_at: I64
    occurred: I64
    recorded: I64
    shape: I32
    local: I32
    pointer: I64
    values: I64
    object_at: I64
    objects: I64
    hidden: U8


def sealed(columns: Columns) -> Columns:
    """The same arrays, read-only: columns from a store are, and one kind of array needs one machine code."""
    views = [array.view() for array in columns]
    for view in views:
        view.flags.writeable = False
    return Columns(*views)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Shape:
    """Kind, narrow fields with their values, wide fields with (tag, slot)."""

    kind: str
    narrow: Mapping[str, Scalar]
    wide: Mapping[str, tuple[int, int]]


class TooWideError(ValueError):
    """A number beyond what the kernel adds up exactly; the reference judges such a subject."""


@dataclass(slots=True)
class Dictionary:
    """Texts and shapes by number; it only grows, so numbers given out stay valid. `kept`: shapes by fact."""

    texts: list[str] = field(default_factory=lambda: [""])
    codes: dict[str, int] = field(default_factory=lambda: {"": 0})
    shapes: list[Shape] = field(default_factory=list)
    known: dict[tuple[object, ...], int] = field(default_factory=dict)
    seen: dict[tuple[str, str], set[Scalar]] = field(default_factory=dict)
    shapes_of: dict[str, int] = field(default_factory=dict)
    kept: dict[int, tuple[Fact, tuple[int, list[int]]]] | None = None

    def text(self, value: str) -> int:
        """The code of a text, a new one if it has none."""
        code = self.codes.get(value)
        if code is None:
            code = self.codes[value] = len(self.texts)
            self.texts.append(value)
        return code

    def encode(self, value: Scalar) -> Encoded:
        """(tag, value): one form for each value, so equality of pairs is equality of values."""
        if value is None:
            return codes.MISSING, 0
        if isinstance(value, bool):
            return codes.FLAG_VALUE, int(value)
        if isinstance(value, int):
            if abs(value) >= NUMBER_MAX:
                raise TooWideError(str(value))
            return codes.INTEGER, value
        day, canonical = date_in(value)
        if day is None:
            return codes.TEXT, self.text(value)
        if canonical:
            return codes.DATE, day
        return codes.ODD_DATE, (self.text(value) << 24) + day + codes.ODD_SHIFT

    def _is_wide(self, kind: str, name: str, value: Scalar) -> bool:
        if isinstance(value, bool) or value is None:
            return False
        if isinstance(value, int) or date_in(value)[0] is not None:
            return True
        values = self.seen.setdefault((kind, name), set())
        if len(values) <= NARROW_VALUES_MAX:
            values.add(value)
        return len(values) > NARROW_VALUES_MAX or self.shapes_of.get(kind, 0) > SHAPES_OF_A_KIND_MAX

    def shape_of(self, fact: Fact) -> tuple[int, list[int]]:
        """The shape of a fact and its wide values; remembered where the same facts come again and again."""
        if self.kept is None:
            return self.shape(fact.kind, fact.payload)
        held = self.kept.get(id(fact))  # the fact is held, so that no other gets its id
        if held is None:
            if len(self.kept) >= KEPT_MAX:
                self.kept.clear()
            held = self.kept[id(fact)] = (fact, self.shape(fact.kind, fact.payload))
        return held[1]

    def shape(self, kind: str, payload: Mapping[str, Scalar]) -> tuple[int, list[int]]:
        """The shape of a fact and its wide values."""
        narrow: list[tuple[str, type, Scalar]] = []
        wide: list[tuple[str, int]] = []
        values = []
        for name in sorted(payload):
            held = payload[name]
            if type(held) is int and -NUMBER_MAX < held < NUMBER_MAX:  # mostly, so without two calls
                wide.append((name, codes.INTEGER))
                values.append(held)
            elif self._is_wide(kind, name, held):
                tag, value = self.encode(held)
                wide.append((name, tag))
                values.append(value)
            elif held is not None:
                narrow.append((name, type(held), held))
        key = (kind, *narrow, "", *wide)
        code = self.known.get(key)
        if code is None:
            code = self.known[key] = len(self.shapes)
            self.shapes_of[kind] = self.shapes_of.get(kind, 0) + 1
            slots = {name: (tag, slot) for slot, (name, tag) in enumerate(wide)}
            self.shapes.append(Shape(kind, {name: held for name, _, held in narrow}, slots))
        return code, values


@lru_cache(maxsize=1 << 16)
def date_in(value: str) -> tuple[int | None, bool]:
    """Days since 1970 of a text that is a date, and whether it is written the canonical way."""
    if not 7 <= len(value) <= 10 or not value[:4].isdigit():
        return None, False
    try:
        day = dt.date.fromisoformat(value)
    except ValueError:
        return None, False
    return day.toordinal() - EPOCH_ORDINAL, day.isoformat() == value


@dataclass(slots=True)
class FactColumns:
    """All facts of many subjects. `corrected`: subjects whose facts name others."""

    dictionary: Dictionary
    subjects: Sequence[str]
    columns: Columns
    corrected: Mapping[int, tuple[int, Sequence[Fact]]] = field(default_factory=dict)
    beyond: Mapping[int, Sequence[Fact]] = field(default_factory=dict)

    @property
    def facts_count(self) -> int:
        """How many facts the columns hold."""
        return len(self.columns.occurred)

    def at(self, known_at: int) -> Columns:
        """The columns with `hidden` made for what is in force at `known_at`."""
        if not self.corrected:
            return self.columns
        hidden = self.columns.hidden.copy()
        for first, facts in self.corrected.values():
            standing = {f.fact_id for f in in_force(facts, known_at)}
            for k, fact in enumerate(facts):
                hidden[first + k] = fact.fact_id not in standing
        return self.columns._replace(hidden=hidden)

    @classmethod
    def of(cls, facts: Iterable[Fact], dictionary: Dictionary | None = None) -> FactColumns:
        """Columns of facts in any order; subjects in text order."""
        words = dictionary or Dictionary()
        grouped: dict[str, list[Fact]] = {}
        for fact in facts:
            grouped.setdefault(fact.subject, []).append(fact)
        builder = _Builder(words)
        for subject in sorted(grouped):
            builder.add(subject, sorted(grouped[subject], key=lambda f: f.order))
        return builder.done()


class _Builder:
    def __init__(self, words: Dictionary) -> None:
        self.words = words
        self.subjects: list[str] = []
        self.rows: list[tuple[int, int, int, int, int]] = []
        self.values: list[int] = []
        self.subject_at = [0]
        self.object_at = [0]
        self.objects: list[int] = []
        self.corrected: dict[int, tuple[int, Sequence[Fact]]] = {}
        self.beyond: dict[int, Sequence[Fact]] = {}

    def add(self, subject: str, facts: Sequence[Fact]) -> None:
        number = len(self.subjects)
        self.subjects.append(subject)
        try:
            shaped = [self.words.shape_of(fact) for fact in facts]
        except TooWideError:
            self.beyond[number] = facts
            facts, shaped = (), []
        if any(f.supersedes is not None or f.retracts is not None for f in facts):
            self.corrected[number] = (len(self.rows), facts)
        names = sorted({f.object for f in facts} - {""})
        local = {"": 0, **{name: k for k, name in enumerate(names, start=1)}}
        for fact, (code, wide) in zip(facts, shaped, strict=True):
            self.rows.append((fact.occurred_at, fact.recorded_at, code, local[fact.object], len(self.values)))
            self.values += wide
        self.objects += [self.words.text(name) for name in names]
        self.subject_at.append(len(self.rows))
        self.object_at.append(len(self.objects))

    def done(self) -> FactColumns:
        table = np.array(self.rows, dtype=np.int64).reshape(-1, 5)
        occurred, recorded, shape, local, pointer = (np.ascontiguousarray(table[:, k]) for k in range(5))
        columns = Columns(
            np.array(self.subject_at, dtype=np.int64),
            occurred,
            recorded,
            shape.astype(np.int32),
            local.astype(np.int32),
            pointer,
            np.array(self.values, dtype=np.int64),
            np.array(self.object_at, dtype=np.int64),
            np.array(self.objects, dtype=np.int64),
            np.zeros(len(self.rows), dtype=np.uint8),
        )
        return FactColumns(self.words, self.subjects, columns, self.corrected, self.beyond)
