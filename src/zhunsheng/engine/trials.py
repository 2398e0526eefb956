"""What a subject would get without some of its facts, or on a later day: the trials behind a way back.

The fast engine judges them, because a way back is searched among hundreds; it says what the reference says.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Sequence
from threading import Lock

import numpy as np

from zhunsheng.core.clock import day_end, day_of
from zhunsheng.core.facts import Fact
from zhunsheng.engine.fast import codes as c
from zhunsheng.engine.fast.batch import Yardstick
from zhunsheng.engine.fast.columns import FactColumns
from zhunsheng.engine.fast.history import OUT_AT, OUT_OBJECT, OUT_POINT, OUT_SHOWN
from zhunsheng.engine.fast.jit import I64
from zhunsheng.engine.fast.kept import world_frame
from zhunsheng.engine.fast.scratch import World
from zhunsheng.engine.fast.trying import trial_of, try_once
from zhunsheng.engine.judgement import Timeline
from zhunsheng.engine.replay import plan_of

HORIZON_DAYS = 3 * 366
NOBODY = frozenset[str]()
Outcome = tuple[tuple[int, ...], bytes, frozenset[tuple[int, int, int]]]


class Trials:
    """Trials on facts that are in force, with the world that is, for one thread.

    `lock` guards the yardstick, which other threads use too.
    """

    def __init__(
        self,
        ready: Yardstick,
        facts: Sequence[Fact],
        columns: FactColumns,
        world: Sequence[Fact],
        lock: Lock,
    ) -> None:
        self._ready, self._world, self._lock = ready, world, lock
        self._place = {fact.fact_id: k for k, fact in enumerate(facts)}
        known = np.full(len(facts), -c.FAR, dtype=np.int64)
        arrays = columns.columns._replace(recorded=known, hidden=np.zeros(len(facts), dtype=np.uint8))
        self._hidden, objects = arrays.hidden, int(arrays.object_at[1])
        self._columns = FactColumns(ready.compiler.words, columns.subjects, arrays)
        self._trial, self._frame = trial_of(ready.current(), arrays, len(facts), objects)
        self._later: tuple[int, list[list[int]]] | None = None
        self._edges = sorted({f.occurred_at for f in world})
        self._worlds: dict[int, tuple[World, I64]] = {}
        self._kept: dict[tuple[int, frozenset[str]], Outcome] = {}
        names = ready.compiler.point_names
        self._points = {name: p for p, name in enumerate(names)}

    def severity(self, model: int, as_of: int, removed: frozenset[str] = NOBODY) -> int:
        """The class by number, 0 the mildest, of a model by its place in the pack."""
        return self._outcome(as_of, removed)[0][model]

    def is_touched(self, point: str, name: str, as_of: int, removed: frozenset[str] = NOBODY) -> bool:
        """Whether a point of an object ('' = the whole subject) shows a touch."""
        p, outcome = self._points[point], self._outcome(as_of, removed)
        row = self._ready.tables.points[p]
        if row[c.P_OBJECTS] < 0:
            return c.COLOURS[outcome[1][row[c.P_DENSE]] & 7].touched
        code = self._ready.compiler.words.codes.get(name)
        return any((p, code, colour) in outcome[2] for colour in (c.C_YELLOW, c.C_RED, c.C_CRITICAL))

    def first_end(self, point: str, name: str, as_of: int, days: Sequence[dt.date]) -> dt.date | None:
        """The first of some later days at whose end a point that is touched now shows no touch."""
        if not days:
            return None
        if self._later is None or self._later[0] != as_of:
            told = self._forward(as_of)
            self._later = (as_of, told)
        p, code = self._points[point], self._ready.compiler.words.codes.get(name)
        changes = [row for row in self._later[1] if row[OUT_POINT] == p and row[OUT_OBJECT] == code]
        instants = [row[OUT_AT] for row in changes]
        for day in days:
            k = bisect_right(instants, day_end(day)) - 1
            if k < 0 or not c.COLOURS[changes[k][OUT_SHOWN] & 7].touched:
                return day
        return None

    def _forward(self, as_of: int) -> list[list[int]]:
        end = day_end(day_of(as_of) + dt.timedelta(days=HORIZON_DAYS))
        with self._lock:
            plan = plan_of(self._ready, self._columns, self._world, as_of, end)
        return [row for part in plan.replay((0, 1)) for row in part.tolist()]

    def _outcome(self, as_of: int, removed: frozenset[str]) -> Outcome:
        key = (as_of, removed)
        if key not in self._kept:
            hidden, places = self._hidden, [self._place[name] for name in removed]
            hidden[places] = 1
            count = try_once(self._frame, self._world_at(as_of), as_of, as_of)
            hidden[places] = 0
            out, rows = self._trial.out, self._trial.rows[:count].tolist()
            self._kept[key] = (
                tuple(out.models[0, :, 2].tolist()),
                out.dense[0].tobytes(),
                frozenset((p, code, shown & 7) for p, code, shown in rows),
            )
        return self._kept[key]

    def _world_at(self, as_of: int) -> I64:
        epoch = bisect_right(self._edges, as_of)
        if epoch not in self._worlds:
            with self._lock:
                told = self._ready.world_of(Timeline.cut(self._world, as_of), as_of)
            self._worlds[epoch] = (told, world_frame(told))
        return self._worlds[epoch][1]
