"""Windows kept from instant to instant: a fact is touched when it enters and when it leaves, never between.

The facts of a subject stand in order of occurrence, so the facts inside a window leave it in that order. For each
window an edge stands at the oldest fact inside, with the instant at which it leaves; an instant moves the edges
that are due and nothing else. Facts come in the order in which they become known, which need not be the order of
occurrence, and may be told to be in force no longer. What a window cannot carry (relative filters, days since,
latest of each object, windows after an event) stands in a list of *general* facts and is looked at anew.
"""

# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from typing import NamedTuple

import numpy as np

from zhunsheng.engine.fast import codes as c
from zhunsheng.engine.fast import tables as z
from zhunsheng.engine.fast.columns import Columns
from zhunsheng.engine.fast.feeding import admit, leaving, play_role
from zhunsheng.engine.fast.jit import I64, U8, compiled, inlined
from zhunsheng.engine.fast.reading import field_of, object_code_of, passes_all
from zhunsheng.engine.fast.scratch import Scratch, World
from zhunsheng.engine.fast.tables import Tables

# How an aggregate is kept: nobody asks for it, by an edge of its window, or looked at anew.
IDLE, MOVING, ANEW = 0, 1, 2
# More windows than bits in a word: those beyond are looked at anew.
WINDOWS_MAX = 60
# Columns of the feeds that move.
F_AGGREGATE, F_LO, F_HI, F_WINDOW, F_SLOT, F_BY_OBJECT = range(6)
# Bits of `looks`: a shape that feeds what is looked at anew; one that judging itself reads.
LOOKED_AT, READ_BY_JUDGING = 1, 2
# Columns of an edge: the oldest fact that may be inside and when it leaves, the first that waits and when it enters.
E_LEFT, E_EXIT, E_WAITS, E_ENTRY = range(4)
# Columns of what is kept of a fact: bits of the windows it is inside, of those it waits for, how far it has come.
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


class Shared(NamedTuple):
    """The same for all subjects of a thread. `clock` numbers visits; `dirty` and `moved` begin with a count."""

    tables: Tables
    moves: Moves
    clock: I64
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


def moves_of(tables: Tables) -> Moves:
    """Made once for the tables of a pack."""
    modes, rows, at, looks = modes_of(tables), [], [0], []
    for shape in range(len(tables.roles)):
        fed = tables.feeds[tables.feed_at[shape] : tables.feed_at[shape + 1]]
        for a, low, middle, _, _ in fed.tolist():
            if modes[a] == MOVING:
                row = tables.aggregates[a]
                rows.append((a, low, middle, row[c.A_WINDOW], row[c.A_SLOT], row[c.A_BY_OBJECT]))
        at.append(len(rows))
        anew = bool((modes[fed[:, c.F_TARGET]] == ANEW).any()) or tables.roles[shape] & c.R_EVENT
        read = tables.roles[shape] & ~c.R_EVENT
        looks.append((LOOKED_AT if anew else 0) | (READ_BY_JUDGING if read else 0))
    points, reach_at, reach = len(tables.points), [0], []
    for slot in range(len(tables.depend_at) - 1):
        units = tables.depends[tables.depend_at[slot] : tables.depend_at[slot + 1]]
        reach += [int(u) for u in units if u < points]
        reach_at.append(len(reach))
    plain = int(tables.sizes[z.Z_PLAIN])
    always: set[int] = set()
    for a, row in enumerate(tables.aggregates):
        if modes[a] == ANEW:
            for slot in (row[c.A_SLOT] + (plain if row[c.A_BY_OBJECT] else 0), row[c.A_TOTAL]):
                always |= set(reach[reach_at[slot] : reach_at[slot + 1]]) if slot >= 0 else set()
    of_object = tables.points[:, c.P_OBJECTS] >= 0
    ranks = int(tables.sizes[z.Z_DENSE]) + np.cumsum(of_object) - 1
    places = np.where(of_object, ranks, tables.points[:, c.P_DENSE])
    return Moves(
        *(np.array(at, dtype=np.int64), z.grid(rows, 6), np.array(looks, dtype=np.int64), modes),
        *(np.array(reach_at, dtype=np.int64), np.array(reach, dtype=np.int64)),
        *(np.array(sorted(always), dtype=np.int64), places.astype(np.int64), np.argsort(places)),
    )


@inlined
def begin_subject(tables: Tables, held: Held, silent: int, first: int, objects_at: int, objects: int) -> None:
    """Nothing told yet. `first`: its first fact in the columns; what was shown stays, all points are due."""
    own, context, scratch = held.own, held.scratch.context, held.scratch
    own[O_LO] = own[O_HIGH] = first
    own[O_TAKEN] = own[O_GENERAL] = own[O_ROLES] = own[O_ANEW] = 0
    own[O_FUTURE], own[O_ALL], own[O_AS_OF] = c.FAR, 1, -c.FAR
    for w in range(len(held.edges)):
        held.edges[w, E_LEFT] = held.edges[w, E_WAITS] = first
        held.edges[w, E_EXIT] = held.edges[w, E_ENTRY] = c.FAR
    for slot in range(tables.sizes[z.Z_PLAIN] + (objects + 1) * tables.sizes[z.Z_BY_OBJECT]):
        for v in range(4):
            scratch.state[slot, v] = 0
    for o in range(objects + 1):
        scratch.member[o] = 0
    for t in range(len(scratch.enrolled)):
        scratch.enrolled[t] = 0
    context[c.X_OBJECT_LO], context[c.X_OBJECTS] = objects_at, objects
    context[c.X_SILENT], context[c.X_GROUP_TAG] = silent, 0
    context[c.X_USED] = context[c.X_CHAIN] = 0


@inlined
def _stain(shared: Shared, scratch: Scratch, stamp: int, slot: int) -> None:
    """The points that read a slot are judged at this instant."""
    moves, dirty = shared.moves, shared.dirty
    for k in range(moves.reach_at[slot], moves.reach_at[slot + 1]):
        p = moves.reach[k]
        if scratch.seen_unit[p] != stamp:
            scratch.seen_unit[p] = stamp
            dirty[0] += 1
            dirty[dirty[0]] = p


@inlined
def _row_of(tables: Tables, feeds: I64, e: int, local: int) -> tuple[int, int]:
    """(row of the state, row of `reach_at`) of a feed for an object."""
    if feeds[e, F_BY_OBJECT]:
        column = feeds[e, F_SLOT] + tables.sizes[z.Z_PLAIN]
        return column + local * tables.sizes[z.Z_BY_OBJECT], column
    return feeds[e, F_SLOT], feeds[e, F_SLOT]


@compiled
def _count_again(shared: Shared, held: Held, a: int, w: int, row: int) -> None:
    """The values of a slot from what is inside its window: extremes and different values cannot be taken back."""
    tables, moves, columns, scratch = shared.tables, shared.moves, held.columns, held.scratch
    for v in range(4):
        scratch.state[row, v] = 0
    shared.clock[0] += 1
    scratch.context[c.X_STAMP] = shared.clock[0]
    for i in range(held.edges[w, E_LEFT], held.own[O_HIGH]):
        if not held.kept[i - held.own[O_LO], H_INSIDE] & (1 << w):
            continue
        shape, code = columns.shape[i], object_code_of(scratch, columns, i)
        for e in range(moves.feed_at[shape], moves.feed_at[shape + 1]):
            if moves.feeds[e, F_AGGREGATE] != a or _row_of(tables, moves.feeds, e, columns.local[i])[0] != row:
                continue
            if passes_all(tables, columns, i, code, moves.feeds[e, F_LO], moves.feeds[e, F_HI], 0):
                admit(tables, columns, scratch, i, a, row, code)


@inlined
def _let_in(shared: Shared, held: Held, i: int, e: int, code: int) -> None:
    """Fact i counts from now on in what one feed names."""
    tables, feeds, scratch = shared.tables, shared.moves.feeds, held.scratch
    a, w = feeds[e, F_AGGREGATE], feeds[e, F_WINDOW]
    row, reaches = _row_of(tables, feeds, e, held.columns.local[i])
    if tables.aggregates[a, c.A_OP] == c.O_DISTINCT:
        _count_again(shared, held, a, w, row)
    else:
        admit(tables, held.columns, scratch, i, a, row, code)
    _stain(shared, scratch, held.own[O_STAMP], reaches)


@inlined
def _take_out(shared: Shared, held: Held, i: int, e: int, code: int) -> None:
    """Fact i, whose bit of the window is gone already, counts no longer in what one feed names."""
    tables, feeds, scratch = shared.tables, shared.moves.feeds, held.scratch
    state, a, w = scratch.state, feeds[e, F_AGGREGATE], feeds[e, F_WINDOW]
    row, reaches = _row_of(tables, feeds, e, held.columns.local[i])
    op, value, again = tables.aggregates[a, c.A_OP], 0, False
    if op == c.O_SUM or op == c.O_MAX or op == c.O_MIN:
        tag, value = field_of(tables, held.columns, i, code, tables.aggregates[a, c.A_FIELD])
        if tag != c.INTEGER and tag != c.FLAG_VALUE:
            return
        again = op != c.O_SUM and value == state[row, c.V_SUM]
    _stain(shared, scratch, held.own[O_STAMP], reaches)
    if again or op == c.O_DISTINCT or (state[row, c.V_FACT] == i + 1 and state[row, c.V_COUNT] > 1):
        _count_again(shared, held, a, w, row)
        return
    state[row, c.V_COUNT] -= 1
    if op == c.O_SUM:
        state[row, c.V_SUM] -= value
    if state[row, c.V_COUNT] == 0:
        state[row, c.V_FACT] = 0


@inlined
def _enter(shared: Shared, held: Held, i: int, only: int, at: int) -> None:
    """Fact i into every window that admits it, or into one only; into an offset window when its time has come."""
    tables, moves, columns, edges = shared.tables, shared.moves, held.columns, held.edges
    shape, occurred, k = columns.shape[i], columns.occurred[i], i - held.own[O_LO]
    code = object_code_of(held.scratch, columns, i)
    for e in range(moves.feed_at[shape], moves.feed_at[shape + 1]):
        w = moves.feeds[e, F_WINDOW]
        if only >= 0 and w != only:
            continue
        low, high = moves.feeds[e, F_LO], moves.feeds[e, F_HI]
        if low < high and not passes_all(tables, columns, i, code, low, high, 0):
            continue
        entry = occurred + tables.windows[w, c.WIN_OFFSET] * 86_400
        if entry > at:
            held.kept[k, H_WAITING] |= 1 << w
            edges[w, E_WAITS] = min(edges[w, E_WAITS], i)
            edges[w, E_ENTRY] = min(edges[w, E_ENTRY], entry)
            continue
        if not held.kept[k, H_INSIDE] & (1 << w):
            leaves = leaving(tables, w, occurred)
            if leaves <= at:
                continue
            held.kept[k, H_INSIDE] |= 1 << w
            edges[w, E_LEFT] = min(edges[w, E_LEFT], i)
            edges[w, E_EXIT] = min(edges[w, E_EXIT], leaves)
        _let_in(shared, held, i, e, code)


@inlined
def _leave(shared: Shared, held: Held, i: int, w: int) -> None:
    """Fact i out of a window."""
    moves, columns = shared.moves, held.columns
    shape, code = columns.shape[i], object_code_of(held.scratch, columns, i)
    held.kept[i - held.own[O_LO], H_INSIDE] &= ~(1 << w)
    for e in range(moves.feed_at[shape], moves.feed_at[shape + 1]):
        low, high = moves.feeds[e, F_LO], moves.feeds[e, F_HI]
        if moves.feeds[e, F_WINDOW] == w and (
            low == high or passes_all(shared.tables, columns, i, code, low, high, 0)
        ):
            _take_out(shared, held, i, e, code)


@inlined
def _move_exit(shared: Shared, held: Held, w: int, at: int) -> None:
    """Facts out of a window whose time has come; the edge ends at the oldest that stays."""
    edges, own, kept = held.edges, held.own, held.kept
    i = edges[w, E_LEFT]
    edges[w, E_EXIT] = c.FAR
    while i < own[O_HIGH]:
        if kept[i - own[O_LO], H_INSIDE] & (1 << w):
            leaves = leaving(shared.tables, w, held.columns.occurred[i])
            if leaves > at:
                edges[w, E_EXIT] = leaves
                break
            _leave(shared, held, i, w)
        i += 1
    edges[w, E_LEFT] = i


@compiled
def _move_entry(shared: Shared, held: Held, w: int, at: int) -> None:
    """Facts into a window that ends before the present."""
    edges, own, kept = held.edges, held.own, held.kept
    i = edges[w, E_WAITS]
    edges[w, E_ENTRY] = c.FAR
    while i < own[O_HIGH]:
        if kept[i - own[O_LO], H_WAITING] & (1 << w):
            entry = held.columns.occurred[i] + shared.tables.windows[w, c.WIN_OFFSET] * 86_400
            if entry > at:
                edges[w, E_ENTRY] = entry
                break
            kept[i - own[O_LO], H_WAITING] &= ~(1 << w)
            _enter(shared, held, i, w, at)
        i += 1
    edges[w, E_WAITS] = i


@compiled
def _set_general(held: Held, i: int, wanted: bool) -> None:
    """Fact i into the list of general facts, in its place, or out of it."""
    general, own = held.general, held.own
    k = own[O_GENERAL]
    while k > 0 and general[k - 1] >= i:
        k -= 1
    if wanted:
        for j in range(own[O_GENERAL], k, -1):
            general[j] = general[j - 1]
        general[k] = i
        own[O_GENERAL] += 1
    else:
        own[O_GENERAL] -= 1
        for j in range(k, own[O_GENERAL]):
            general[j] = general[j + 1]


@inlined
def _arrive(shared: Shared, held: Held, i: int, at: int) -> None:
    """Fact i is known and has occurred."""
    tables, own, member = shared.tables, held.own, held.scratch.member
    shape, local = held.columns.shape[i], held.columns.local[i]
    held.kept[i - own[O_LO], H_STAGE] = PAST
    own[O_HIGH] = max(own[O_HIGH], i + 1)
    if local and tables.memberships[shape] & ~member[local]:
        member[local] |= tables.memberships[shape]
        own[O_ALL] = 1
    if shared.moves.looks[shape] & READ_BY_JUDGING:
        own[O_ROLES] = 1
    if shared.moves.looks[shape] & LOOKED_AT:
        _set_general(held, i, True)
        own[O_ANEW] = 1
    _enter(shared, held, i, -1, at)


@compiled
def _find_future(held: Held) -> None:
    """The next instant at which something known occurs."""
    own, soonest = held.own, c.FAR
    for k in range(own[O_TAKEN]):
        i = abs(held.told[k, 1]) - 1
        if held.kept[i - own[O_LO], H_STAGE] == TOLD:
            soonest = min(soonest, held.columns.occurred[i])
    own[O_FUTURE] = soonest


@compiled
def _withdraw(shared: Shared, held: Held, i: int) -> None:
    """Fact i is in force no longer."""
    own, kept, k = held.own, held.kept, i - held.own[O_LO]
    stage = kept[k, H_STAGE]
    kept[k, H_STAGE] = UNTOLD
    if stage == TOLD:
        _find_future(held)
    if stage == PAST:
        for w in range(min(len(held.edges), WINDOWS_MAX)):
            if kept[k, H_INSIDE] & (1 << w):
                _leave(shared, held, i, w)
        if shared.moves.looks[held.columns.shape[i]] & LOOKED_AT:
            _set_general(held, i, False)
            own[O_ANEW] = 1
        own[O_ROLES] = 1
    kept[k, H_WAITING] = 0


@compiled
def _let_occur(shared: Shared, held: Held, at: int) -> None:
    """Facts that were known before they occurred and have occurred now."""
    own = held.own
    for k in range(own[O_TAKEN]):
        i = abs(held.told[k, 1]) - 1
        if held.kept[i - own[O_LO], H_STAGE] == TOLD and held.columns.occurred[i] <= at:
            _arrive(shared, held, i, at)
    _find_future(held)


@inlined
def move_to(shared: Shared, held: Held, at: int) -> None:
    """Everything that becomes known, occurs, enters or leaves up to an instant."""
    own, told, edges = held.own, held.told, held.edges
    while own[O_TAKEN] < own[O_TELLINGS] and told[own[O_TAKEN], 0] <= at:
        signed = told[own[O_TAKEN], 1]
        own[O_TAKEN] += 1
        i = abs(signed) - 1
        if signed < 0:
            _withdraw(shared, held, i)
        elif held.columns.occurred[i] <= at:
            _arrive(shared, held, i, at)
        else:
            held.kept[i - own[O_LO], H_STAGE] = TOLD
            own[O_FUTURE] = min(own[O_FUTURE], held.columns.occurred[i])
    if own[O_FUTURE] <= at:
        _let_occur(shared, held, at)
    for w in range(len(edges)):
        if edges[w, E_EXIT] <= at:
            _move_exit(shared, held, w, at)
        if edges[w, E_ENTRY] <= at:
            _move_entry(shared, held, w, at)


@inlined
def next_edge(held: Held) -> int:
    """When something enters or leaves by itself."""
    soonest = held.own[O_FUTURE]
    for w in range(len(held.edges)):
        soonest = min(soonest, held.edges[w, E_EXIT], held.edges[w, E_ENTRY])
    return soonest


@compiled
def read_roles(tables: Tables, held: Held, world: World) -> None:
    """Sources, enrolment, peer group and objects from the start: a fact about them came or went."""
    columns, scratch, own = held.columns, held.scratch, held.own
    context, member = scratch.context, scratch.member
    context[c.X_SILENT], context[c.X_GROUP_TAG] = world.silent[0], 0
    scratch.enrolled[:] = 0
    member[: context[c.X_OBJECTS] + 1] = 0
    for i in range(own[O_LO], own[O_HIGH]):
        if held.kept[i - own[O_LO], H_STAGE] != PAST:
            continue
        shape = columns.shape[i]
        if columns.local[i]:
            member[columns.local[i]] |= tables.memberships[shape]
        if tables.roles[shape] & ~c.R_EVENT:
            play_role(tables, columns, scratch, i, object_code_of(scratch, columns, i), tables.roles[shape])
    own[O_ROLES], own[O_ALL] = 0, 1
