"""What is kept of a subject from instant to instant, what its pack says of it, and both as frames."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from zhunsheng.core.rules.tree import Pack
from zhunsheng.engine.fast import codes as c
from zhunsheng.engine.fast import tables as z
from zhunsheng.engine.fast.columns import Columns, Dictionary, FactColumns, sealed
from zhunsheng.engine.fast.compile import Compiler
from zhunsheng.engine.fast.frames import bind, kind_of, opener
from zhunsheng.engine.fast.jit import I64, U8
from zhunsheng.engine.fast.layout import tables_of
from zhunsheng.engine.fast.scratch import Scratch, World, scratch_for
from zhunsheng.engine.fast.tables import Tables

# How an aggregate is kept: nobody asks for it, by an edge of its window, or looked at anew.
IDLE, MOVING, ANEW = 0, 1, 2
# More windows than bits in a word: those beyond are looked at anew.
WINDOWS_MAX = 60
# Columns of the feeds that move.
F_AGGREGATE, F_LO, F_HI, F_WINDOW, F_SLOT, F_BY_OBJECT = range(6)
# Bits of `looks`: a shape that feeds what is looked at anew; one that judging itself reads.
LOOKED_AT, READ_BY_JUDGING = 1, 2
# Columns of an edge: the oldest fact that may be inside and when it leaves, the first that waits to enter and
# when it does.
E_LEFT, E_EXIT, E_WAITS, E_ENTRY = range(4)
# Columns of what is kept of a fact: bits of the windows it is inside, of those it waits for, how far it is.
H_INSIDE, H_WAITING, H_STAGE = range(3)
UNTOLD, TOLD, PAST = 0, 1, 2
# What is remembered of the subject itself.
(
    O_LO,
    O_HIGH,
    O_TAKEN,
    O_TELLINGS,
    O_FUTURE,
    O_GENERAL,
    O_ROLES,
    O_ALL,
    O_ANEW,
    O_AS_OF,
    O_STAMP,
) = range(11)
OWN_SIZE = 11


class Moves(NamedTuple):
    """What of a pack moves. `reach`: the points that a slot can change, by slots as in `Tables.depend_at`.

    `always`: the points that read what is looked at anew. `places`: where a point stands in what is shown,
    whole-subject points first, per-object ones behind for each object; `points_at`: the same the other way.
    """

    feed_at: I64
    feeds: I64
    looks: I64
    modes: I64
    reach_at: I64
    reach: I64
    always: I64
    places: I64
    points_at: I64


class Held(NamedTuple):
    """One subject. `told`: (instant, fact + 1, or its negative when it is in force no longer), in time order.

    `shown`: by place, whole-subject points first, then the per-object points of each object.
    """

    columns: Columns
    scratch: Scratch
    told: I64
    kept: I64
    edges: I64
    general: I64
    own: I64
    shown: U8


class Frames(NamedTuple):
    """Both in machine form: what a function that is called seldom is given, because they are long."""

    shared: I64
    held: I64


class Shared(NamedTuple):
    """The same for all subjects of a thread. `dirty` points and `moved` places begin with their count."""

    tables: Tables
    moves: Moves
    dirty: I64
    moved: I64


def modes_of(tables: Tables) -> I64:
    """How each aggregate is kept: only what points and immediate rules read is."""
    modes = np.zeros(len(tables.aggregates), dtype=np.int64)
    for a, row in enumerate(tables.aggregates):
        w = row[c.A_WINDOW]
        moves = tables.windows[w, c.WIN_KIND] != c.W_SINCE and w < WINDOWS_MAX
        plain = not row[c.A_EARLY] and row[c.A_TOTAL] < 0
        if row[c.A_DUE]:
            modes[a] = MOVING if plain and moves else ANEW
    return modes


class Mover:
    """Makes the moves of a pack's tables; shapes that came meanwhile are written in place, given room."""

    def __init__(self, tables: Tables) -> None:
        self.count, self.modes = 0, modes_of(tables)
        self.feed_at, self.feeds, self.looks = z.Rows(), z.Rows(6), z.Rows()
        self.feed_at.add([0])
        self._made: Moves | None = None

    def moves(self, tables: Tables, shapes: int) -> Moves:
        """For so many shapes; the same object as before unless an array had to be replaced."""
        fits = [self._add(tables, shape) for shape in range(self.count, shapes)]
        self.count = shapes
        if self._made is None or not all(fits):
            self._made = self._all(tables)
        return self._made

    def _add(self, tables: Tables, shape: int) -> bool:
        rows, modes = [], self.modes
        fed = tables.feeds[tables.feed_at[shape] : tables.feed_at[shape + 1]]
        for a, low, middle, _, _ in fed.tolist():
            if modes[a] == MOVING:
                row = tables.aggregates[a]
                rows.append((a, low, middle, row[c.A_WINDOW], row[c.A_SLOT], row[c.A_BY_OBJECT]))
        anew = bool((modes[fed[:, c.F_TARGET]] == ANEW).any()) or tables.roles[shape] & c.R_EVENT
        read = tables.roles[shape] & ~c.R_EVENT
        look = (LOOKED_AT if anew else 0) | (READ_BY_JUDGING if read else 0)
        fits = [self.feeds.add(rows), self.looks.add([look])]
        return all([*fits, self.feed_at.add([self.feeds.used])])

    def _all(self, tables: Tables) -> Moves:
        points, reach_at, reach = len(tables.points), [0], []
        for slot in range(len(tables.depend_at) - 1):
            units = tables.depends[tables.depend_at[slot] : tables.depend_at[slot + 1]]
            reach += [int(u) for u in units if u < points]
            reach_at.append(len(reach))
        plain, always = int(tables.sizes[z.Z_PLAIN]), set[int]()
        for row in tables.aggregates[self.modes == ANEW]:
            for slot in (row[c.A_SLOT] + (plain if row[c.A_BY_OBJECT] else 0), row[c.A_TOTAL]):
                always |= set(reach[reach_at[slot] : reach_at[slot + 1]]) if slot >= 0 else set()
        of_object = tables.points[:, c.P_OBJECTS] >= 0
        ranks = int(tables.sizes[z.Z_DENSE]) + np.cumsum(of_object) - 1
        places = np.where(of_object, ranks, tables.points[:, c.P_DENSE])
        return Moves(
            *(self.feed_at.array, self.feeds.array, self.looks.array, self.modes),
            *(np.array(reach_at, dtype=np.int64), np.array(reach, dtype=np.int64)),
            *(np.array(sorted(always), dtype=np.int64), places.astype(np.int64), np.argsort(places)),
        )


def shared_of(tables: Tables, moves: Moves, objects_max: int) -> tuple[Shared, I64]:
    """What the subjects of one thread share, and its frame."""
    points = len(tables.points)
    shared = Shared(
        *(tables, moves, np.zeros(points + 1, dtype=np.int64)),
        np.zeros(places_count(tables, objects_max) + 1, dtype=np.int64),
    )
    return shared, bind(SHARED, shared)


def places_count(tables: Tables, objects: int) -> int:
    """How many places what is shown has: whole-subject points, then per-object points of each object."""
    dense = int(tables.sizes[z.Z_DENSE])
    return dense + objects * (len(tables.points) - dense)


def held_of(
    columns: Columns, tables: Tables, scratch: Scratch, *, facts: int, objects: int, tellings: int
) -> tuple[Held, I64]:
    """Room for a subject of so many facts, objects and tellings, and its frame; `start_subject` is next."""
    held = Held(
        sealed(columns),
        scratch,
        np.zeros((tellings, 2), dtype=np.int64),
        np.zeros((facts, 3), dtype=np.int64),
        np.zeros((len(tables.windows), 4), dtype=np.int64),
        np.zeros(facts, dtype=np.int64),
        np.zeros(OWN_SIZE, dtype=np.int64),
        np.full(places_count(tables, objects), c.ABSENT, dtype=np.uint8),
    )
    return held, bind(HELD, held)


def world_frame(world: World, memory: I64 | None = None) -> I64:
    """What is nobody's own, as a frame."""
    return bind(WORLD, world, memory)


def _kinds() -> tuple[Any, Any, Any]:
    """The kinds of the three frames, taken from frames of nothing."""
    words = Dictionary()
    tables = tables_of(Compiler(Pack("", "", "", (), (), {}), words))
    columns = sealed(FactColumns.of((), words).columns)
    one, grid, flags = np.zeros(1, np.int64), z.grid([], 2), np.zeros(1, np.uint8)
    shared = Shared(tables, Mover(tables).moves(tables, 0), one, one)
    held = Held(columns, scratch_for(tables, 1, 1), grid, grid, grid, one, one, flags)
    world = World(np.zeros(1, np.int64), grid, c.FAR)
    return kind_of(shared), kind_of(held), kind_of(world)


SHARED, HELD, WORLD = _kinds()
open_shared, open_held, open_world = opener(SHARED), opener(HELD), opener(WORLD)
