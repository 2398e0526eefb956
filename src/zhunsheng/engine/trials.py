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
from zhunsheng.engine.fast.jit import I64, U8
from zhunsheng.engine.fast.kept import world_frame
from zhunsheng.engine.fast.scratch import World
from zhunsheng.engine.fast.trying import trial_of, try_once
from zhunsheng.engine.judgement import Timeline
from zhunsheng.engine.remembering import kinds_read
from zhunsheng.engine.replay import plan_of

HORIZON_DAYS = 3 * 366
NOBODY = frozenset[str]()
TOUCHED = frozenset(number for number, colour in enumerate(c.COLOURS) if colour.touched)


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
        self._later: tuple[int, dict[tuple[int, int | None], list[list[int]]]] | None = None
        self._edges = sorted({f.occurred_at for f in world})
        self._worlds: dict[int, tuple[World, I64]] = {}
        self._kept: dict[tuple[int, frozenset[str]], tuple[int, ...]] = {}
        names = ready.compiler.point_names
        self._points = {name: p for p, name in enumerate(names)}
        self._kinds: dict[str, int] = {}
        numbers = [self._kinds.setdefault(fact.kind, len(self._kinds)) for fact in facts]
        self._kind_of, self._nothing = np.array(numbers, dtype=np.int64), np.zeros(len(facts), dtype=np.uint8)
        self._tree = [(item, point) for item in ready.compiler.pack.items for point in item.points]
        self._asked: dict[int, tuple[U8, int]] = {}
        self._dense = self._trial.out.dense[0]

    def severity(self, model: int, as_of: int, removed: frozenset[str] = NOBODY) -> int:
        """The class by number, 0 the mildest, of a model by its place in the pack."""
        return self._classes(as_of, removed)[model]

    def is_touched(self, point: str, name: str, as_of: int, removed: frozenset[str] = NOBODY) -> bool:
        """Whether a point of an object ('' = the whole subject) shows a touch."""
        p = self._points[point]
        if p not in self._asked:
            self._asked[p] = self._ask(p)
        unread, place = self._asked[p]
        count = self._try(as_of, removed, unread, with_models=False)
        if place >= 0:
            return int(self._dense[place]) & 7 in TOUCHED
        code = self._ready.compiler.words.codes.get(name)
        told = self._trial.rows[:count].tolist()
        return any(q == p and key == code and shown & 7 in TOUCHED for q, key, shown in told)

    def _ask(self, p: int) -> tuple[U8, int]:
        """Which facts a point does not read, and where its colour stands; -1: each object has its own."""
        read, row = kinds_read(*self._tree[p]), self._ready.tables.points[p]
        unread = np.array([kind not in read for kind in self._kinds], dtype=np.uint8)
        return unread[self._kind_of], -1 if row[c.P_OBJECTS] >= 0 else int(row[c.P_DENSE])

    def first_end(self, point: str, name: str, as_of: int, days: Sequence[dt.date]) -> dt.date | None:
        """The first of some later days at whose end a point that is touched now shows no touch."""
        if not days:
            return None
        if self._later is None or self._later[0] != as_of:
            self._later = (as_of, self._forward(as_of))
        code = self._ready.compiler.words.codes.get(name)
        changes = self._later[1].get((self._points[point], code), [])
        instants = [row[OUT_AT] for row in changes]
        for day in days:
            k = bisect_right(instants, day_end(day)) - 1
            if k < 0 or not c.COLOURS[changes[k][OUT_SHOWN] & 7].touched:
                return day
        return None

    def _forward(self, as_of: int) -> dict[tuple[int, int | None], list[list[int]]]:
        """What changes by itself until the horizon, by point and object, in order."""
        end = day_end(day_of(as_of) + dt.timedelta(days=HORIZON_DAYS))
        with self._lock:
            plan = plan_of(self._ready, self._columns, self._world, as_of, end)
        told: dict[tuple[int, int | None], list[list[int]]] = {}
        for row in (row for part in plan.replay((0, 1)) for row in part.tolist()):
            told.setdefault((row[OUT_POINT], row[OUT_OBJECT]), []).append(row)
        return told

    def _classes(self, as_of: int, removed: frozenset[str]) -> tuple[int, ...]:
        key = (as_of, removed)
        if key not in self._kept:
            self._try(as_of, removed, self._nothing, with_models=True)
            self._kept[key] = tuple(self._trial.out.models[0, :, 2].tolist())
        return self._kept[key]

    def _try(self, as_of: int, removed: frozenset[str], unread: U8, *, with_models: bool) -> int:
        """Judge without the facts removed and those that whoever asks does not read."""
        self._hidden[:] = unread
        for name in removed:
            self._hidden[self._place[name]] = 1
        return try_once(self._frame, self._world_at(as_of), as_of, as_of, with_models)

    def _world_at(self, as_of: int) -> I64:
        epoch = bisect_right(self._edges, as_of)
        if epoch not in self._worlds:
            with self._lock:
                told = self._ready.world_of(Timeline.cut(self._world, as_of), as_of)
            self._worlds[epoch] = (told, world_frame(told))
        return self._worlds[epoch][1]
