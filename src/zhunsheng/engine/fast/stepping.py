"""One instant of one subject: windows moved to it, the points that may have changed judged, changes told."""

# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from zhunsheng.engine.fast import codes as c
from zhunsheng.engine.fast import tables as z
from zhunsheng.engine.fast.days import day_of
from zhunsheng.engine.fast.feeding import clear_used, feed, find_events, set_bounds
from zhunsheng.engine.fast.jit import I64, compiled, inlined
from zhunsheng.engine.fast.judging import closed_by, judge_point
from zhunsheng.engine.fast.kept import (
    ANEW,
    O_ALL,
    O_ANEW,
    O_AS_OF,
    O_GENERAL,
    O_ROLES,
    O_STAMP,
    Frames,
    Held,
    Shared,
    open_held,
    open_shared,
    open_world,
)
from zhunsheng.engine.fast.moving import begin_subject, move_to, next_edge, read_roles
from zhunsheng.engine.fast.reading import object_code_of
from zhunsheng.engine.fast.scratch import World


@compiled
def look_anew(frames: Frames) -> None:
    """The general facts, as a batch takes all facts."""
    shared, held = open_shared(frames.shared), open_held(frames.held)
    tables, moves = shared.tables, shared.moves
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


@inlined
def visit(frames: Frames, shared: Shared, held: Held, world: World, at: int) -> int:
    """Judge a subject as of and as known at `at`: the next due instant; `Shared.moved` has what changed."""
    context, own = held.scratch.context, held.own
    held.scratch.clock[0] += 1
    own[O_STAMP], own[O_AS_OF], shared.dirty[0] = held.scratch.clock[0], at, 0
    context[c.X_AS_OF], context[c.X_KNOWN_AT], context[c.X_TODAY] = at, at, day_of(at)
    move_to(frames, shared, held, at)
    if own[O_ROLES]:
        read_roles(frames, world.silent[0])
    context[c.X_DUE] = min(next_edge(held), world.next_fact if world.next_fact > at else c.FAR)
    held.scratch.clock[0] += 1
    context[c.X_STAMP] = held.scratch.clock[0]
    if own[O_GENERAL]:
        look_anew(frames)
    _stain_more(shared, held)
    _judge_dirty(shared, held, world)
    if context[c.X_USED]:
        clear_used(held.scratch)
    return context[c.X_DUE]


@compiled
def step(shared_frame: I64, held_frame: I64, world_memory: I64, at: int) -> tuple[int, int]:
    """Points of one subject as of and as known at `at`: (next due, places that changed, in `Shared.moved`).

    `at` is not before that of the last visit, else `start_subject` comes first.
    """
    shared, held = open_shared(shared_frame), open_held(held_frame)
    due = visit(Frames(shared_frame, held_frame), shared, held, open_world(world_memory), at)
    return due, shared.moved[0]


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
    begin_subject(shared.tables, held, world.silent[0], first, facts, objects_at, objects)
