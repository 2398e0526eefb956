"""One instant of one subject: windows moved to it, the points that may have changed judged, changes told."""

# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from typing import Any

import numpy as np

from zhunsheng.core.rules.tree import Pack
from zhunsheng.engine.fast import codes as c
from zhunsheng.engine.fast import tables as z
from zhunsheng.engine.fast.columns import Columns, Dictionary, FactColumns, sealed
from zhunsheng.engine.fast.compile import Compiler
from zhunsheng.engine.fast.days import day_of
from zhunsheng.engine.fast.feeding import clear_used, feed, find_events, set_bounds
from zhunsheng.engine.fast.frames import bind, kind_of, opener
from zhunsheng.engine.fast.jit import I64, compiled, inlined
from zhunsheng.engine.fast.judging import closed_by, judge_point
from zhunsheng.engine.fast.layout import tables_of
from zhunsheng.engine.fast.moving import (
    ANEW,
    O_ALL,
    O_ANEW,
    O_AS_OF,
    O_GENERAL,
    O_ROLES,
    O_STAMP,
    OWN_SIZE,
    Held,
    Moves,
    Shared,
    begin_subject,
    move_to,
    moves_of,
    next_edge,
    read_roles,
)
from zhunsheng.engine.fast.reading import object_code_of
from zhunsheng.engine.fast.scratch import Scratch, World, scratch_for
from zhunsheng.engine.fast.tables import Tables


def shared_of(tables: Tables, moves: Moves, objects_max: int) -> tuple[Shared, I64]:
    """What the subjects of one thread share, and its frame."""
    points = len(tables.points)
    shared = Shared(
        *(tables, moves, np.zeros(1, dtype=np.int64), np.zeros(points + 1, dtype=np.int64)),
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
    """Room for one subject of so many facts, objects and tellings, and its frame; `start_subject` comes next."""
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


@inlined
def _look_anew(tables: Tables, moves: Moves, held: Held) -> None:
    """The general facts, as a batch takes all facts."""
    columns, scratch, own = held.columns, held.scratch, held.own
    events, objects = tables.sizes[z.Z_EVENT_WINDOWS], scratch.context[c.X_OBJECTS]
    set_bounds(tables, scratch)
    if events:
        for k in range(events * (objects + 1)):
            scratch.last_event[k] = 0
        for k in range(own[O_GENERAL]):
            i = held.general[k]
            if tables.roles[columns.shape[i]] & c.R_EVENT:
                find_events(tables, columns, scratch, i, object_code_of(scratch, columns, i))
    for k in range(own[O_GENERAL]):
        i = held.general[k]
        shape, code = columns.shape[i], object_code_of(scratch, columns, i)
        for e in range(tables.feed_at[shape], tables.feed_at[shape + 1]):
            if moves.modes[tables.feeds[e, c.F_TARGET]] == ANEW:
                feed(tables, columns, scratch, i, e, code)


@inlined
def _stain_more(shared: Shared, held: Held) -> None:
    """All points where everything is due, else those that read what is looked at anew."""
    moves, dirty, own = shared.moves, shared.dirty, held.own
    if own[O_ALL]:
        dirty[0] = len(shared.tables.points)
        for p in range(len(shared.tables.points)):
            dirty[p + 1] = p
    elif own[O_ANEW] or own[O_GENERAL]:
        for k in range(len(moves.always)):
            p = moves.always[k]
            if held.scratch.seen_unit[p] != own[O_STAMP]:
                dirty[0] += 1
                dirty[dirty[0]] = p
    own[O_ALL] = own[O_ANEW] = 0


@inlined
def _judge_dirty(shared: Shared, held: Held, world: World) -> None:
    """Points that may have changed; the places that did go to `moved`."""
    tables, columns, scratch, shown = shared.tables, held.columns, held.scratch, held.shown
    moved, points = shared.moved, tables.points
    dense = tables.sizes[z.Z_DENSE]
    moved[0] = 0
    for k in range(1, shared.dirty[0] + 1):
        p = shared.dirty[k]
        t, objects = tables.item_of[p], points[p, c.P_OBJECTS]
        closed = closed_by(tables, columns, scratch, world, t)
        is_open = tables.items[t, c.I_NEEDS_ENROLMENT] == 0 or scratch.enrolled[t] == 1
        first, last = (0, 0) if objects < 0 else (1, scratch.context[c.X_OBJECTS])
        for o in range(first, last + 1):
            place, now = shared.moves.places[p], closed
            if o > 0:
                place += (o - 1) * (len(points) - dense)
            if o > 0 and not scratch.member[o] & (1 << objects):
                now = c.ABSENT
            elif closed < 0:
                now = judge_point(tables, columns, scratch, world, p, o, is_open)
            if shown[place] != now:
                shown[place] = now
                moved[0] += 1
                moved[moved[0]] = place


@compiled
def visit(shared_frame: I64, held_frame: I64, world_memory: I64, at: int) -> tuple[int, int]:
    """Points of a subject as of and as known at `at`: (next due, places that changed, in `Shared.moved`).

    `at` is not before that of the last visit, else `start_subject` comes first.
    """
    shared, held = open_shared(shared_frame), open_held(held_frame)
    tables, scratch, world = shared.tables, held.scratch, open_world(world_memory)
    context, own = scratch.context, held.own
    shared.clock[0] += 1
    own[O_STAMP], own[O_AS_OF], shared.dirty[0] = shared.clock[0], at, 0
    context[c.X_AS_OF], context[c.X_KNOWN_AT], context[c.X_TODAY] = at, at, day_of(at)
    move_to(shared, held, at)
    if own[O_ROLES]:
        read_roles(tables, held, world)
    context[c.X_DUE] = min(next_edge(held), world.next_fact if world.next_fact > at else c.FAR)
    shared.clock[0] += 1
    context[c.X_STAMP] = shared.clock[0]
    if own[O_GENERAL]:
        _look_anew(tables, shared.moves, held)
    _stain_more(shared, held)
    _judge_dirty(shared, held, world)
    clear_used(scratch)
    return context[c.X_DUE], shared.moved[0]


@compiled
def start_subject(
    shared_frame: I64,
    held_frame: I64,
    world_memory: I64,
    first: int,
    facts: int,
    objects_at: int,
    objects: int,
) -> None:
    """Forget what was taken: the next visit takes all that is told until then. `first`: its first fact."""
    shared, held, world = open_shared(shared_frame), open_held(held_frame), open_world(world_memory)
    for k in range(facts):
        held.kept[k, 0] = held.kept[k, 1] = held.kept[k, 2] = 0
    begin_subject(shared.tables, held, world.silent[0], first, objects_at, objects)


def _kinds() -> tuple[Any, Any, Any]:
    """The kinds of the three frames, taken from frames of nothing."""
    words = Dictionary()
    tables = tables_of(Compiler(Pack("", "", "", (), (), {}), words))
    columns = sealed(FactColumns.of((), words).columns)
    one, grid, flags = np.zeros(1, np.int64), z.grid([], 2), np.zeros(1, np.uint8)
    shared = Shared(tables, moves_of(tables), one, one, one)
    held = Held(columns, scratch_for(tables, 1, 1), grid, grid, grid, one, one, flags)
    world = World(np.zeros(1, np.int64), grid, c.FAR)
    return kind_of(shared), kind_of(held), kind_of(world)


SHARED, HELD, WORLD = _kinds()
open_shared, open_held, open_world = opener(SHARED), opener(HELD), opener(WORLD)
