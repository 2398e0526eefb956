"""Windows kept from instant to instant: a fact is touched when it enters and when it leaves, never between.

The facts of a subject stand in order of occurrence, so those inside a window leave it in that order. For each
window an edge stands at the oldest fact inside, with the instant at which it leaves; an instant moves the
edges that are due and nothing else. Facts come in the order in which they become known, which need not be
that of occurrence, and may be told to be in force no longer. What a window cannot carry (relative filters,
days since, latest of each object, windows after an event) stands in a list of *general* facts.
"""

# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from zhunsheng.engine.fast import codes as c
from zhunsheng.engine.fast import tables as z
from zhunsheng.engine.fast.feeding import admit, leaving, play_role
from zhunsheng.engine.fast.jit import I64, compiled, inlined
from zhunsheng.engine.fast.kept import (
    E_ENTRY,
    E_EXIT,
    E_LEFT,
    E_WAITS,
    F_AGGREGATE,
    F_BY_OBJECT,
    F_HI,
    F_LO,
    F_SLOT,
    F_WINDOW,
    H_INSIDE,
    H_STAGE,
    H_WAITING,
    LOOKED_AT,
    O_ALL,
    O_ANEW,
    O_AS_OF,
    O_FUTURE,
    O_GENERAL,
    O_HIGH,
    O_LO,
    O_ROLES,
    O_STAMP,
    O_TAKEN,
    O_TELLINGS,
    PAST,
    READ_BY_JUDGING,
    TOLD,
    UNTOLD,
    WINDOWS_MAX,
    Frames,
    Held,
    Shared,
    open_held,
    open_shared,
)
from zhunsheng.engine.fast.reading import field_of, object_code_of, passes_all
from zhunsheng.engine.fast.scratch import Scratch
from zhunsheng.engine.fast.tables import Tables


@inlined
def begin_subject(
    tables: Tables, held: Held, silent: int, first: int, facts: int, objects_at: int, objects: int
) -> None:
    """Nothing told yet. `first`: its first fact in the columns; what was shown stays, all points are due."""
    for k in range(facts):
        held.kept[k, H_INSIDE] = held.kept[k, H_WAITING] = held.kept[k, H_STAGE] = 0
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
def _count_again(frames: Frames, a: int, w: int, row: int) -> None:
    """The values of a slot from what is inside its window: extremes and distinct values cannot be undone."""
    shared, held = open_shared(frames.shared), open_held(frames.held)
    tables, moves, columns, scratch = shared.tables, shared.moves, held.columns, held.scratch
    for v in range(4):
        scratch.state[row, v] = 0
    held.scratch.clock[0] += 1
    scratch.context[c.X_STAMP] = held.scratch.clock[0]
    for i in range(held.edges[w, E_LEFT], held.own[O_HIGH]):
        if not held.kept[i - held.own[O_LO], H_INSIDE] & (1 << w):
            continue
        shape, code = columns.shape[i], object_code_of(scratch, columns, i)
        for e in range(moves.feed_at[shape], moves.feed_at[shape + 1]):
            if (
                moves.feeds[e, F_AGGREGATE] != a
                or _row_of(tables, moves.feeds, e, columns.local[i])[0] != row
            ):
                continue
            if passes_all(tables, columns, i, code, moves.feeds[e, F_LO], moves.feeds[e, F_HI], 0):
                admit(tables, columns, scratch, i, a, row, code)


@inlined
def _let_in(frames: Frames, shared: Shared, held: Held, i: int, e: int, code: int) -> None:
    """Fact i counts from now on in what one feed names."""
    tables, feeds, scratch = shared.tables, shared.moves.feeds, held.scratch
    a, w = feeds[e, F_AGGREGATE], feeds[e, F_WINDOW]
    row, reaches = _row_of(tables, feeds, e, held.columns.local[i])
    if tables.aggregates[a, c.A_OP] == c.O_DISTINCT:
        _count_again(frames, a, w, row)
    else:
        admit(tables, held.columns, scratch, i, a, row, code)
    _stain(shared, scratch, held.own[O_STAMP], reaches)


@inlined
def _take_out(frames: Frames, shared: Shared, held: Held, i: int, e: int, code: int) -> None:
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
        _count_again(frames, a, w, row)
        return
    state[row, c.V_COUNT] -= 1
    if op == c.O_SUM:
        state[row, c.V_SUM] -= value
    if state[row, c.V_COUNT] == 0:
        state[row, c.V_FACT] = 0


@inlined
def _enter(frames: Frames, shared: Shared, held: Held, i: int, only: int, at: int) -> None:
    """Fact i into every window that admits it, or into one only; into an offset window when it is time."""
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
        _let_in(frames, shared, held, i, e, code)


@inlined
def _leave(frames: Frames, shared: Shared, held: Held, i: int, w: int) -> None:
    """Fact i out of a window."""
    moves, columns = shared.moves, held.columns
    shape, code = columns.shape[i], object_code_of(held.scratch, columns, i)
    held.kept[i - held.own[O_LO], H_INSIDE] &= ~(1 << w)
    for e in range(moves.feed_at[shape], moves.feed_at[shape + 1]):
        low, high = moves.feeds[e, F_LO], moves.feeds[e, F_HI]
        if moves.feeds[e, F_WINDOW] == w and (
            low == high or passes_all(shared.tables, columns, i, code, low, high, 0)
        ):
            _take_out(frames, shared, held, i, e, code)


@inlined
def _move_exit(frames: Frames, shared: Shared, held: Held, w: int, at: int) -> None:
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
            _leave(frames, shared, held, i, w)
        i += 1
    edges[w, E_LEFT] = i


@compiled
def _move_entry(frames: Frames, w: int, at: int) -> None:
    """Facts into a window that ends before the present."""
    shared, held = open_shared(frames.shared), open_held(frames.held)
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
            _enter(frames, shared, held, i, w, at)
        i += 1
    edges[w, E_WAITS] = i


@compiled
def _set_general(held_frame: I64, i: int, wanted: bool) -> None:
    """Fact i into the list of general facts, in its place, or out of it."""
    held = open_held(held_frame)
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
def _arrive(frames: Frames, shared: Shared, held: Held, i: int, at: int) -> None:
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
        _set_general(frames.held, i, True)
        own[O_ANEW] = 1
    _enter(frames, shared, held, i, -1, at)


@compiled
def _find_future(held_frame: I64) -> None:
    """The next instant at which something known occurs."""
    held, soonest = open_held(held_frame), c.FAR
    own = held.own
    for k in range(own[O_TAKEN]):
        i = abs(held.told[k, 1]) - 1
        if held.kept[i - own[O_LO], H_STAGE] == TOLD:
            soonest = min(soonest, held.columns.occurred[i])
    own[O_FUTURE] = soonest


@compiled
def _withdraw(frames: Frames, i: int) -> None:
    """Fact i is in force no longer."""
    shared, held = open_shared(frames.shared), open_held(frames.held)
    own, kept, k = held.own, held.kept, i - held.own[O_LO]
    stage = kept[k, H_STAGE]
    kept[k, H_STAGE] = UNTOLD
    if stage == TOLD:
        _find_future(frames.held)
    if stage == PAST:
        for w in range(min(len(held.edges), WINDOWS_MAX)):
            if kept[k, H_INSIDE] & (1 << w):
                _leave(frames, shared, held, i, w)
        if shared.moves.looks[held.columns.shape[i]] & LOOKED_AT:
            _set_general(frames.held, i, False)
            own[O_ANEW] = 1
        own[O_ROLES] = 1
    kept[k, H_WAITING] = 0


@compiled
def _let_occur(frames: Frames, at: int) -> None:
    """Facts that were known before they occurred and have occurred now."""
    shared, held = open_shared(frames.shared), open_held(frames.held)
    own = held.own
    for k in range(own[O_TAKEN]):
        i = abs(held.told[k, 1]) - 1
        if held.kept[i - own[O_LO], H_STAGE] == TOLD and held.columns.occurred[i] <= at:
            _arrive(frames, shared, held, i, at)
    _find_future(frames.held)


@inlined
def move_to(frames: Frames, shared: Shared, held: Held, at: int) -> None:
    """Everything that becomes known, occurs, enters or leaves up to an instant."""
    own, told, edges = held.own, held.told, held.edges
    while own[O_TAKEN] < own[O_TELLINGS] and told[own[O_TAKEN], 0] <= at:
        signed = told[own[O_TAKEN], 1]
        own[O_TAKEN] += 1
        i = abs(signed) - 1
        if signed < 0:
            _withdraw(frames, i)
        elif held.columns.occurred[i] <= at:
            _arrive(frames, shared, held, i, at)
        else:
            held.kept[i - own[O_LO], H_STAGE] = TOLD
            own[O_FUTURE] = min(own[O_FUTURE], held.columns.occurred[i])
    if own[O_FUTURE] <= at:
        _let_occur(frames, at)
    for w in range(len(edges)):
        if edges[w, E_EXIT] <= at:
            _move_exit(frames, shared, held, w, at)
        if edges[w, E_ENTRY] <= at:
            _move_entry(frames, w, at)


@inlined
def next_edge(held: Held) -> int:
    """When something enters or leaves by itself."""
    soonest = held.own[O_FUTURE]
    for w in range(len(held.edges)):
        soonest = min(soonest, held.edges[w, E_EXIT], held.edges[w, E_ENTRY])
    return soonest


@compiled
def read_roles(frames: Frames, silent: int) -> None:
    """Sources, enrolment, peer group and objects from the start: a fact about them came or went."""
    tables, held = open_shared(frames.shared).tables, open_held(frames.held)
    columns, scratch, own = held.columns, held.scratch, held.own
    context, member = scratch.context, scratch.member
    context[c.X_SILENT], context[c.X_GROUP_TAG] = silent, 0
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
