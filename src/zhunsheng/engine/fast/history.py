"""Replay in machine code: every instant at which a subject's points can change, changes written out."""

# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from zhunsheng.engine.fast import codes as c
from zhunsheng.engine.fast.columns import Columns
from zhunsheng.engine.fast.feeding import set_instant, take_facts
from zhunsheng.engine.fast.jit import I64, U8, compiled
from zhunsheng.engine.fast.judging import judge_points
from zhunsheng.engine.fast.scratch import Scratch, World
from zhunsheng.engine.fast.tables import Tables

CALM = c.C_NONE + 8


@compiled
def judge_now(
    tables: Tables,
    columns: Columns,
    scratch: Scratch,
    world: World,
    subject: int,
    at: int,
    dense: U8,
    rows: I64,
) -> int:
    """Points of one subject as of and as known at `at`; how many per-object rows were written."""
    set_instant(tables, scratch, at, at)
    take_facts(tables, columns, scratch, world, subject)
    return judge_points(tables, columns, scratch, world, dense, rows, 0)


@compiled
def next_told(columns: Columns, subject: int, at: int) -> int:
    """When the next fact of a subject becomes known."""
    soonest = c.FAR
    for i in range(columns.subject_at[subject], columns.subject_at[subject + 1]):
        if columns.recorded[i] > at and columns.recorded[i] < soonest:
            soonest = columns.recorded[i]
    return soonest


@compiled
def write_shown(
    tables: Tables, subject: int, at: int, dense: U8, rows: I64, count: int, out: I64, end: int
) -> int:
    """Append (subject, instant, point, object, shown) for everything but calm; -1 marks the instant."""
    out[end, 0], out[end, 1], out[end, 2], out[end, 3], out[end, 4] = subject, at, -1, 0, 0
    end += 1
    for p in range(len(tables.points)):
        place = tables.points[p, c.P_DENSE]
        if tables.points[p, c.P_OBJECTS] < 0 and dense[place] != CALM:
            out[end, 0], out[end, 1], out[end, 2], out[end, 3] = subject, at, p, 0
            out[end, 4] = dense[place]
            end += 1
    for k in range(count):
        if rows[k, 2] != CALM:
            out[end, 0], out[end, 1], out[end, 2], out[end, 3] = subject, at, rows[k, 0], rows[k, 1]
            out[end, 4] = rows[k, 2]
            end += 1
    return end


@compiled
def same_as_before(out: I64, before: int, start: int, end: int) -> bool:
    """Whether the instant written last shows what the one before it showed."""
    if before < 0 or end - start != start - before:
        return False
    for k in range(1, end - start):
        for v in range(2, 5):
            if out[before + k, v] != out[start + k, v]:
                return False
    return True


@compiled
def replay_range(
    tables: Tables,
    columns: Columns,
    scratch: Scratch,
    world: World,
    low: int,
    high: int,
    start: int,
    end: int,
    dense: U8,
    rows: I64,
    out: I64,
) -> tuple[int, int, int]:
    """(rows written, next subject to do, instants judged). Stops early when `out` might overflow."""
    written, visits = 0, 0
    room = len(tables.points) + len(rows) + 1
    for s in range(low, high):
        mark, before, at = written, -1, start
        while at <= end:
            if written + room > len(out):
                return mark, s, visits
            count = judge_now(tables, columns, scratch, world, s, at, dense, rows)
            visits += 1
            after = write_shown(tables, s, at, dense, rows, count, out, written)
            if not same_as_before(out, before, written, after):
                before, written = written, after
            at = min(scratch.context[c.X_DUE], next_told(columns, s, at))
    return written, high, visits
