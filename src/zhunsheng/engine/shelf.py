"""The facts of one subject in memory, as columns that grow: what a warm subject is judged from."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from zhunsheng.core.facts import Fact, in_force
from zhunsheng.engine.fast import codes as c
from zhunsheng.engine.fast import tables as z
from zhunsheng.engine.fast.columns import Columns, Dictionary, FactColumns, TooWideError
from zhunsheng.engine.fast.jit import I64
from zhunsheng.engine.fast.kept import O_TELLINGS, Held

ROOM = 64
GROWING = ("occurred", "recorded", "shape", "local", "pointer")


def _grown(values: npt.NDArray[Any], room: int) -> npt.NDArray[Any]:
    return np.concatenate((values, np.zeros(room, dtype=values.dtype)))


@dataclass(slots=True)
class Shelf:
    """The facts of one subject with their columns; None where only the reference can judge it.

    `held` are its windows, `stale` when they must be filled again. `corrected`: some fact names another, so
    what is in force is asked each time.
    """

    facts: list[Fact]
    columns: Columns | None = None
    held: Held | None = None
    frame: I64 | None = None
    outside: I64 | None = None
    names: list[str] = field(default_factory=list)
    used: int = 0
    values: int = 0
    stale: bool = False
    corrected: bool = False
    known_to: int = -c.FAR
    binding: int = 0

    def rebuild(self, words: Dictionary) -> None:
        """Sort and encode everything anew, with room to grow."""
        self.facts.sort(key=lambda f: f.order)
        self.held = self.frame = None
        built = FactColumns.of(self.facts, words)
        self.corrected = bool(built.corrected)
        self.known_to = max((f.recorded_at for f in self.facts), default=-c.FAR)
        if built.beyond:
            self.columns = None
            return
        arrays = built.columns
        self.used, self.values = len(arrays.occurred), len(arrays.values)
        self.names = sorted({f.object for f in self.facts} - {""})
        if not self.facts:
            arrays = arrays._replace(subject_at=np.zeros(2, np.int64), object_at=np.zeros(2, np.int64))
        self._grow(arrays, self.used)

    def _grow(self, columns: Columns, room: int) -> Columns:
        """Room for so many facts more; the windows are bound to the old arrays and go with them."""
        room = max(room, ROOM)
        grown = {name: _grown(getattr(columns, name), room) for name in GROWING}
        grown["values"] = _grown(columns.values, 4 * room)
        hidden = np.zeros(len(grown["occurred"]), dtype=np.uint8)
        self.columns = columns._replace(**grown, hidden=hidden)
        self.held = self.frame = None
        return self.columns

    def add(self, fact: Fact, words: Dictionary) -> None:
        """Put a fact in its place; a late one makes the windows be filled again, nothing else."""
        columns, n = self.columns, self.used
        place = n
        while place and self.facts[place - 1].order > fact.order:
            place -= 1
        self.facts.insert(place, fact)
        simple = fact.supersedes is None and fact.retracts is None and not self.corrected
        if columns is None or not simple or not self._has_name(fact.object):
            self.rebuild(words)
            return
        try:
            shape, wide = words.shape(fact.kind, fact.payload)
        except TooWideError:
            self.columns = None
            return
        if n >= len(columns.occurred) or self.values + len(wide) > len(columns.values):
            columns = self._grow(columns, max(3 * n, len(wide)))
        if place < n:
            self._make_room(columns, place)
        local = 1 + bisect_left(self.names, fact.object) if fact.object else 0
        columns.occurred[place], columns.recorded[place] = fact.occurred_at, fact.recorded_at
        columns.shape[place], columns.local[place], columns.pointer[place] = shape, local, self.values
        for k, value in enumerate(wide):
            columns.values[self.values + k] = value
        self.values += len(wide)
        if self.held is not None and self.is_last(place, fact):
            k = self.held.own[O_TELLINGS]
            self.held.told[k, 0], self.held.told[k, 1] = fact.recorded_at, place + 1
            self.held.own[O_TELLINGS] = k + 1
        else:
            self.stale = True
        self.used = columns.subject_at[1] = n + 1
        self.known_to = max(self.known_to, fact.recorded_at)

    def is_last(self, place: int, fact: Fact) -> bool:
        """Whether a fact comes behind all others, by occurrence and by knowledge."""
        return place == self.used and fact.recorded_at >= self.known_to

    def _has_name(self, name: str) -> bool:
        place = bisect_left(self.names, name)
        return not name or (place < len(self.names) and self.names[place] == name)

    def _make_room(self, columns: Columns, place: int) -> None:
        for name in GROWING:
            values = getattr(columns, name)
            values[place + 1 : self.used + 1] = values[place : self.used].copy()

    def tell_again(self, held: Held, at: int) -> None:
        """All facts in the order in which they became known; where facts correct others, those in force."""
        if self.corrected:
            there = {f.fact_id for f in in_force(self.facts, at)}
            told = [(-c.FAR, k) for k, fact in enumerate(self.facts, start=1) if fact.fact_id in there]
        else:
            known = [(fact.recorded_at, k) for k, fact in enumerate(self.facts, start=1)]
            told = sorted(known)
        held.told[: len(told)] = z.grid(told, 2)
        held.own[O_TELLINGS] = len(told)
        self.stale = False
