"""One more fact, or one instant later: windows kept from step to step, so that a busy subject costs no more.

For every aggregate whose window only moves forward, the facts that pass its filters stand in a linked
list, with a mark at the oldest one inside and at the next one to enter. A step moves the marks; a fact is
touched when it enters and when it leaves, never in between. What a window cannot carry (relative filters,
days since, distinct values, objects, windows after an event, enrolment, silence) is kept in a list of
*general* facts and looked at anew each time, by the same functions as in a batch.
"""

# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from zhunsheng.core.rules.tree import Pack
from zhunsheng.engine.fast import codes as c
from zhunsheng.engine.fast import tables as z
from zhunsheng.engine.fast.columns import Columns, Dictionary, FactColumns
from zhunsheng.engine.fast.compile import Compiler
from zhunsheng.engine.fast.feeding import (
    begin,
    feed,
    find_events,
    is_standing,
    leaving,
    note,
    play_role,
    set_instant,
    use,
)
from zhunsheng.engine.fast.frames import bind, kind_of, opener
from zhunsheng.engine.fast.jit import I64, U8, compiled, inlined
from zhunsheng.engine.fast.judging import judge_points
from zhunsheng.engine.fast.layout import tables_of
from zhunsheng.engine.fast.reading import field_of, object_code_of, passes_all
from zhunsheng.engine.fast.scratch import Scratch, World, scratch_for
from zhunsheng.engine.fast.tables import Tables

# How an aggregate is kept: nobody asks for it, by marks in its window, or looked at anew.
IDLE, MOVING, ANEW = 0, 1, 2
MOVING_OPS = (c.O_COUNT, c.O_SUM, c.O_MAX, c.O_MIN, c.O_FLAG, c.O_LATEST)
# Columns of the marks of an aggregate; links are numbered from 1, 0 is none.
K_FIRST, K_ENTER, K_TAIL, K_COUNT, K_SUM, K_LAST = range(6)
# What is remembered of the subject itself.
O_TAKEN, O_FUTURE, O_LINKS, O_GENERAL, O_AS_OF = range(5)


class Shared(NamedTuple):
    """The same for all subjects. `modes` by aggregate; `anew`: shapes that are looked at each time.

    `moved`: how many whole-subject points changed in the last step, then their places in `dense`.
    """

    tables: Tables
    scratch: Scratch
    modes: I64
    anew: U8
    dense: U8
    rows: I64
    moved: I64


class Held(NamedTuple):
    """One subject. `links`: (fact, next link); `general`: numbers of the facts looked at anew."""

    columns: Columns
    links: I64
    marks: I64
    general: I64
    own: I64
    shown: U8


def modes_of(tables: Tables) -> tuple[I64, U8]:
    """How each aggregate is kept, and which shapes have anything that must be looked at anew."""
    aggregates, windows, nodes = tables.aggregates, tables.windows, tables.nodes
    compares = nodes[nodes[:, c.N_TYPE] == c.NODE_COMPARE]
    held_against = compares[compares[:, c.N_LINE_KIND] == c.L_AGGREGATE][:, c.N_LINE_LO]
    asked = {int(a) for a in (*compares[:, c.N_A], *compares[:, c.N_B], *held_against)}
    modes = np.zeros(len(aggregates), dtype=np.int64)
    for a, row in enumerate(aggregates):
        plain = not (row[c.A_BY_OBJECT] or row[c.A_EARLY] or row[c.A_TOTAL] >= 0)
        moves = windows[row[c.A_WINDOW], c.WIN_KIND] != c.W_SINCE and row[c.A_OP] in MOVING_OPS
        if a in asked or row[c.A_DUE]:
            modes[a] = MOVING if plain and moves else ANEW
    shapes = len(tables.roles)
    anew = np.zeros(max(shapes, 1), dtype=np.uint8)
    for shape in range(shapes):
        fed = tables.feeds[tables.feed_at[shape] : tables.feed_at[shape + 1], c.F_TARGET]
        anew[shape] = bool(tables.roles[shape] or tables.memberships[shape] or (modes[fed] == ANEW).any())
    return modes, anew


def shared_of(tables: Tables, scratch: Scratch, dense: U8, rows: I64) -> tuple[Shared, I64]:
    """The part that all subjects share, and its frame."""
    moved = np.zeros(len(dense) + 1, dtype=np.int64)
    shared = Shared(tables, scratch, *modes_of(tables), dense, rows, moved)
    return shared, bind(SHARED, shared)


def held_of(columns: Columns, tables: Tables, facts_count: int) -> tuple[Held, I64]:
    """A subject with nothing taken yet: room for its facts and as many again as its columns have."""
    feeds = np.diff(tables.feed_at)
    spare = (len(columns.occurred) - facts_count) * int(feeds.max(initial=0))
    links = int(feeds[columns.shape[:facts_count]].sum()) + spare + 1
    own = np.zeros(5, dtype=np.int64)
    held = Held(
        columns,
        np.zeros((links, 2), dtype=np.int64),
        np.zeros((len(tables.aggregates), 6), dtype=np.int64),
        np.zeros(len(columns.occurred), dtype=np.int64),
        own,
        np.zeros(int(tables.sizes[z.Z_DENSE]), dtype=np.uint8),
    )
    return held, bind(HELD, held)


def world_frame(world: World) -> I64:
    """What is nobody's own, as a frame."""
    return bind(WORLD, world)


def forget(held: Held) -> None:
    """Take all facts anew at the next step: one was put between others, or time went back."""
    held.marks[:] = 0
    held.own[:] = 0


@inlined
def _link(tables: Tables, scratch: Scratch, modes: I64, anew: U8, held: Held, i: int) -> None:
    """Put fact i into the list of every moving window that its filters admit it to."""
    columns, own, marks = held.columns, held.own, held.marks
    shape = columns.shape[i]
    if anew[shape]:
        held.general[own[O_GENERAL]] = i
        own[O_GENERAL] += 1
    code = object_code_of(scratch, columns, i)
    for e in range(tables.feed_at[shape], tables.feed_at[shape + 1]):
        a, low = tables.feeds[e, c.F_TARGET], tables.feeds[e, c.F_PLAIN_LO]
        middle = tables.feeds[e, c.F_RELATIVE_LO]
        if modes[a] != MOVING or not passes_all(tables, columns, i, code, low, middle, 0):
            continue
        own[O_LINKS] += 1
        link = own[O_LINKS]
        held.links[link, 0], held.links[link, 1] = i, 0
        if marks[a, K_TAIL]:
            held.links[marks[a, K_TAIL], 1] = link
        marks[a, K_TAIL] = link
        if marks[a, K_ENTER] == 0:
            marks[a, K_ENTER] = link
        if marks[a, K_FIRST] == 0:
            marks[a, K_FIRST] = link


@inlined
def _number_of(tables: Tables, scratch: Scratch, columns: Columns, a: int, i: int) -> tuple[bool, int]:
    """(counts, its number): sums and extremes take numbers only, everything else takes every fact."""
    op = tables.aggregates[a, c.A_OP]
    if op == c.O_SUM or op == c.O_MAX or op == c.O_MIN:
        code = object_code_of(scratch, columns, i)
        tag, value = field_of(tables, columns, i, code, tables.aggregates[a, c.A_FIELD])
        return tag == c.INTEGER or tag == c.FLAG_VALUE, value
    return True, 0


@inlined
def _enter(tables: Tables, scratch: Scratch, held: Held, a: int, i: int) -> None:
    marks, op = held.marks, tables.aggregates[a, c.A_OP]
    counts, value = _number_of(tables, scratch, held.columns, a, i)
    if not counts:
        return
    before = marks[a, K_SUM]
    if op == c.O_SUM:
        marks[a, K_SUM] = before + value
    elif marks[a, K_COUNT] == 0 or (op == c.O_MAX and value > before) or (op == c.O_MIN and value < before):
        marks[a, K_SUM] = value
    marks[a, K_COUNT] += 1
    marks[a, K_LAST] = i + 1


@compiled
def _again(tables: Tables, scratch: Scratch, held: Held, a: int) -> None:
    """The extreme of what is inside, after the one that held it has left."""
    marks, link = held.marks, held.marks[a, K_FIRST]
    marks[a, K_COUNT] = marks[a, K_SUM] = marks[a, K_LAST] = 0
    while link != marks[a, K_ENTER]:
        _enter(tables, scratch, held, a, held.links[link, 0])
        link = held.links[link, 1]


@inlined
def _leave(tables: Tables, scratch: Scratch, held: Held, a: int, i: int) -> None:
    """Fact i, already before the first mark, is taken out."""
    marks, op = held.marks, tables.aggregates[a, c.A_OP]
    counts, value = _number_of(tables, scratch, held.columns, a, i)
    if not counts:
        return
    if op == c.O_SUM:
        marks[a, K_SUM] -= value
    elif (op == c.O_MAX or op == c.O_MIN) and value == marks[a, K_SUM]:
        _again(tables, scratch, held, a)
        return
    marks[a, K_COUNT] -= 1
    if marks[a, K_COUNT] == 0:
        marks[a, K_LAST] = 0


@inlined
def _move(tables: Tables, scratch: Scratch, held: Held, a: int) -> None:
    """Let facts into a window and out of it, note when the next one comes or goes."""
    marks, links, occurred = held.marks, held.links, held.columns.occurred
    w, context = tables.aggregates[a, c.A_WINDOW], scratch.context
    end, start = scratch.bounds[w, c.B_END], scratch.bounds[w, c.B_START]
    while marks[a, K_ENTER] and occurred[links[marks[a, K_ENTER], 0]] <= end:
        i = links[marks[a, K_ENTER], 0]
        marks[a, K_ENTER] = links[marks[a, K_ENTER], 1]
        _enter(tables, scratch, held, a, i)
    while marks[a, K_FIRST] != marks[a, K_ENTER] and occurred[links[marks[a, K_FIRST], 0]] <= start:
        i = links[marks[a, K_FIRST], 0]
        marks[a, K_FIRST] = links[marks[a, K_FIRST], 1]
        _leave(tables, scratch, held, a, i)
    if not tables.aggregates[a, c.A_DUE] or tables.windows[w, c.WIN_KIND] == c.W_ALL:
        return
    if marks[a, K_FIRST]:
        oldest = occurred[links[marks[a, K_FIRST], 0]]
        if oldest <= context[c.X_AS_OF]:
            note(context, leaving(tables, scratch, w, oldest))
    if marks[a, K_ENTER] and tables.windows[w, c.WIN_OFFSET]:
        coming = occurred[links[marks[a, K_ENTER], 0]]
        if coming <= context[c.X_AS_OF]:
            note(context, coming + tables.windows[w, c.WIN_OFFSET] * 86_400)


@inlined
def _look_anew(tables: Tables, scratch: Scratch, modes: I64, held: Held) -> None:
    """The general facts, as a batch takes all facts."""
    columns, context = held.columns, scratch.context
    if tables.sizes[z.Z_EVENT_WINDOWS]:
        for k in range(held.own[O_GENERAL]):
            i = held.general[k]
            if columns.occurred[i] > context[c.X_AS_OF]:
                break
            if tables.roles[columns.shape[i]] & c.R_EVENT and is_standing(columns, scratch, i):
                find_events(tables, columns, scratch, i, object_code_of(scratch, columns, i))
    for k in range(held.own[O_GENERAL]):
        i = held.general[k]
        if columns.occurred[i] > context[c.X_AS_OF]:
            break
        shape, code = columns.shape[i], object_code_of(scratch, columns, i)
        if columns.local[i]:
            scratch.member[columns.local[i]] |= tables.memberships[shape]
        if tables.roles[shape] & ~c.R_EVENT:
            play_role(tables, columns, scratch, i, code, tables.roles[shape])
        for e in range(tables.feed_at[shape], tables.feed_at[shape + 1]):
            if modes[tables.feeds[e, c.F_TARGET]] == ANEW:
                feed(tables, columns, scratch, i, e, code)


@inlined
def _show(held: Held, dense: U8, moved: I64) -> None:
    """Tell which whole-subject points differ from those shown before, and replace these."""
    shown = held.shown
    moved[0] = 0
    for k in range(len(dense)):
        if shown[k] != dense[k]:
            moved[0] += 1
            moved[moved[0]] = k
            shown[k] = dense[k]


@compiled
def step(shared_frame: I64, held_frame: I64, world_memory: I64, at: int) -> tuple[int, int, int]:
    """Points of a subject as of and as known at `at`: (per-object rows, next due, other points changed).

    Facts must stand in the order in which they became known, or all be known at `at`; none may be
    corrected. `at` is not before that of the last step, else `forget` comes first.
    """
    shared, held = open_shared(shared_frame), open_held(held_frame)
    tables, scratch, world = shared.tables, shared.scratch, open_world(world_memory)
    columns, own, context = held.columns, held.own, scratch.context
    set_instant(tables, scratch, at, at)
    begin(columns, scratch, world, 0, tables.sizes[z.Z_EVENT_WINDOWS])
    last = columns.subject_at[1]
    while own[O_TAKEN] < last and columns.recorded[own[O_TAKEN]] <= at:
        _link(tables, scratch, shared.modes, shared.anew, held, own[O_TAKEN])
        own[O_TAKEN] += 1
    while own[O_FUTURE] < own[O_TAKEN] and columns.occurred[own[O_FUTURE]] <= at:
        own[O_FUTURE] += 1
    if own[O_FUTURE] < own[O_TAKEN]:
        note(context, columns.occurred[own[O_FUTURE]])
    own[O_AS_OF] = at
    for a in range(len(tables.aggregates)):
        if held.marks[a, K_TAIL] == 0:
            continue
        _move(tables, scratch, held, a)
        if held.marks[a, K_COUNT]:
            slot = tables.aggregates[a, c.A_SLOT]
            use(scratch, slot)
            scratch.state[slot, c.V_COUNT] = held.marks[a, K_COUNT]
            scratch.state[slot, c.V_SUM] = held.marks[a, K_SUM]
            scratch.state[slot, c.V_FACT] = held.marks[a, K_LAST]
    _look_anew(tables, scratch, shared.modes, held)
    count = judge_points(tables, columns, scratch, world, shared.dense, shared.rows, 0)
    _show(held, shared.dense, shared.moved)
    return count, context[c.X_DUE], shared.moved[0]


def _kinds() -> tuple[Any, Any, Any]:
    """The kinds of the three frames, taken from frames of nothing."""
    words = Dictionary()
    tables = tables_of(Compiler(Pack("", "", "", (), (), {}), words))
    columns = FactColumns.of((), words).columns
    scratch, bytes_, table = scratch_for(tables, 1, 1), np.zeros(1, np.uint8), z.grid([], 3)
    shared = Shared(tables, scratch, np.zeros(1, np.int64), bytes_, bytes_, table, np.zeros(1, np.int64))
    held = Held(columns, table, table, np.zeros(1, np.int64), np.zeros(1, np.int64), bytes_)
    world = World(np.zeros(1, np.int64), table, c.FAR)
    return kind_of(shared), kind_of(held), kind_of(world)


SHARED, HELD, WORLD = _kinds()
open_shared, open_held, open_world = opener(SHARED), opener(HELD), opener(WORLD)
