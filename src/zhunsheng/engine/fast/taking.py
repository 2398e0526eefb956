"""The facts of a subject, one after the other, into what its judgement reads."""

# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from zhunsheng.engine.fast import codes as c
from zhunsheng.engine.fast import tables as z
from zhunsheng.engine.fast.columns import Columns
from zhunsheng.engine.fast.feeding import begin, feed, find_events, is_standing, leaving, note, play_role
from zhunsheng.engine.fast.jit import inlined
from zhunsheng.engine.fast.plain import (
    FEED_HIGH,
    FEED_LEAVES,
    FEED_LOW,
    FEED_SLOT,
    FEED_START,
    FEED_SUM,
    FEED_TEST,
    FEED_WINDOW,
    Plain,
)
from zhunsheng.engine.fast.reading import object_code_of
from zhunsheng.engine.fast.scratch import Scratch, World
from zhunsheng.engine.fast.tables import Tables


@inlined
def _begin(tables: Tables, columns: Columns, scratch: Scratch, world: World, subject: int) -> None:
    """Clear what the last subject used, and find the events that windows wait for."""
    events = tables.sizes[z.Z_EVENT_WINDOWS]
    begin(columns, scratch, world, subject, events)
    if events:
        for i in range(columns.subject_at[subject], columns.subject_at[subject + 1]):
            if columns.occurred[i] > scratch.context[c.X_AS_OF]:
                break
            if tables.roles[columns.shape[i]] & c.R_EVENT and is_standing(columns, scratch, i):
                find_events(tables, columns, scratch, i, object_code_of(scratch, columns, i))


@inlined
def _play(tables: Tables, columns: Columns, scratch: Scratch, i: int, shape: int) -> None:
    """What a fact says besides what it is counted for: membership of its object, roles."""
    if columns.local[i]:
        scratch.member[columns.local[i]] |= tables.memberships[shape]
    if tables.roles[shape] & ~c.R_EVENT:
        play_role(tables, columns, scratch, i, object_code_of(scratch, columns, i), tables.roles[shape])


@inlined
def take_facts(tables: Tables, columns: Columns, scratch: Scratch, world: World, subject: int) -> None:
    """Everything the judgement of a subject needs of its facts."""
    _begin(tables, columns, scratch, world, subject)
    for i in range(columns.subject_at[subject], columns.subject_at[subject + 1]):
        if not is_standing(columns, scratch, i):
            continue
        if columns.occurred[i] > scratch.context[c.X_AS_OF]:
            note(scratch.context, columns.occurred[i])
            break
        shape = columns.shape[i]
        _play(tables, columns, scratch, i, shape)
        code = object_code_of(scratch, columns, i)
        for e in range(tables.feed_at[shape], tables.feed_at[shape + 1]):
            feed(tables, columns, scratch, i, e, code)


@inlined
def take_facts_plainly(
    tables: Tables, plain: Plain, columns: Columns, scratch: Scratch, world: World, subject: int
) -> None:
    """The same with what is plain taken from tables made for the instant."""
    _begin(tables, columns, scratch, world, subject)
    for i in range(columns.subject_at[subject], columns.subject_at[subject + 1]):
        if not is_standing(columns, scratch, i):
            continue
        occurred = columns.occurred[i]
        if occurred > scratch.context[c.X_AS_OF]:
            note(scratch.context, occurred)
            break
        shape = columns.shape[i]
        _play(tables, columns, scratch, i, shape)
        middle = plain.middle[shape]
        for e in range(tables.feed_at[shape], middle):
            if occurred <= plain.feeds[e, FEED_START]:
                break  # the windows that follow begin later still
            _feed_plainly(tables, plain, columns, scratch, i, e, occurred)
        if middle < tables.feed_at[shape + 1]:
            code = object_code_of(scratch, columns, i)
            for e in range(middle, tables.feed_at[shape + 1]):
                feed(tables, columns, scratch, i, plain.order[e], code)


@inlined
def _feed_plainly(
    tables: Tables, plain: Plain, columns: Columns, scratch: Scratch, i: int, e: int, occurred: int
) -> None:
    """One fact that is inside the window to one plain aggregate."""
    feed_row, context, state = plain.feeds[e], scratch.context, scratch.state
    if feed_row[FEED_TEST] >= 0:
        value = columns.values[columns.pointer[i] + feed_row[FEED_TEST]]
        if value < feed_row[FEED_LOW] or value > feed_row[FEED_HIGH]:
            return
    slot = feed_row[FEED_SLOT]
    if state[slot, c.V_FACT] == 0:  # the first to come in is the first to leave
        scratch.used[context[c.X_USED]] = slot
        context[c.X_USED] += 1
        if feed_row[FEED_LEAVES] > 0:
            note(context, occurred + feed_row[FEED_LEAVES])
        elif feed_row[FEED_LEAVES] < 0:
            note(context, leaving(tables, feed_row[FEED_WINDOW], occurred))
    if feed_row[FEED_SUM] >= 0:
        state[slot, c.V_SUM] += columns.values[columns.pointer[i] + feed_row[FEED_SUM]]
    state[slot, c.V_COUNT] += 1
    state[slot, c.V_FACT] = i + 1
