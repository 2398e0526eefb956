"""Judging only what a subject's facts have touched; the rest is what a subject without facts gets."""

# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from typing import NamedTuple

import numpy as np

from zhunsheng.engine.fast import codes as c
from zhunsheng.engine.fast import tables as z
from zhunsheng.engine.fast.columns import Columns
from zhunsheng.engine.fast.jit import I32, I64, U8, inlined
from zhunsheng.engine.fast.judging import ask, closed_by, judge_point
from zhunsheng.engine.fast.plain import (
    UNIT_A,
    UNIT_B,
    UNIT_C,
    UNIT_FAMILY,
    UNIT_INDICATOR,
    UNIT_PLACE,
    UNIT_VALUE,
    Plain,
)
from zhunsheng.engine.fast.scoring import bin_points, judge_indicator, settle
from zhunsheng.engine.fast.scratch import Scratch, World
from zhunsheng.engine.fast.tables import Tables


class Verdicts(NamedTuple):
    """A row for each subject. `models`: (score, class by score, class, sufficiency, insufficient)."""

    dense: U8
    points: I32
    reasons: U8
    rules: U8
    models: I32


def verdicts_like(tables: Tables, count: int) -> Verdicts:
    """Memory for so many subjects."""
    return Verdicts(
        np.zeros((count, int(tables.sizes[z.Z_DENSE])), dtype=np.uint8),
        np.zeros((count, len(tables.indicators)), dtype=np.int32),
        np.zeros((count, len(tables.indicators)), dtype=np.uint8),
        np.zeros((count, len(tables.rules)), dtype=np.uint8),
        np.zeros((count, len(tables.models), 5), dtype=np.int32),
    )


@inlined
def fill_in(out: Verdicts, s: int, untouched: Verdicts) -> None:
    """What a subject without facts gets, in the row of a subject."""
    for k in range(out.dense.shape[1]):
        out.dense[s, k] = untouched.dense[0, k]
    for g in range(out.points.shape[1]):
        out.points[s, g] = untouched.points[0, g]
    for g in range(out.reasons.shape[1]):
        out.reasons[s, g] = untouched.reasons[0, g]
    for r in range(out.rules.shape[1]):
        out.rules[s, r] = untouched.rules[0, r]
    for m in range(out.models.shape[1]):
        for k in range(5):
            out.models[s, m, k] = untouched.models[0, m, k]


@inlined
def is_like_the_rest(scratch: Scratch, world: World) -> bool:
    """Whether the sources and the peer group say of this subject what they say of one without facts."""
    context = scratch.context
    in_group = len(world.peers) > 0 and context[c.X_GROUP_TAG] != 0
    return context[c.X_SILENT] == world.silent[0] and not in_group


@inlined
def _shown(tables: Tables, columns: Columns, scratch: Scratch, world: World, p: int) -> int:
    """A whole-subject point of a subject that is enrolled nowhere."""
    t = tables.item_of[p]
    closed = closed_by(tables, columns, scratch, world, t)
    if closed >= 0:
        return closed
    return judge_point(tables, columns, scratch, world, p, 0, tables.items[t, c.I_NEEDS_ENROLMENT] == 0)


@inlined
def _shown_plainly(unit: I64, value: int) -> int:
    """A plain point by its value."""
    if value >= unit[UNIT_B]:
        return c.C_RED
    if value >= unit[UNIT_A]:
        return c.C_YELLOW
    return c.CALM if value <= unit[UNIT_C] else c.C_NONE


@inlined
def _points_plainly(tables: Tables, unit: I64, value: int) -> int:
    """What a plain indicator is worth by its value."""
    points = bin_points(tables, unit[UNIT_A], unit[UNIT_B], value, 1, 1)
    return max(-unit[UNIT_C], min(unit[UNIT_C], points))


@inlined
def judge_touched(
    tables: Tables,
    plain: Plain,
    columns: Columns,
    scratch: Scratch,
    world: World,
    sums: I64,
    out: Verdicts,
    s: int,
    with_points: bool,
) -> None:
    """Every unit that reads a slot in use; `out` holds what the untouched get, `sums` their sums."""
    context, state, family = scratch.context, scratch.state, scratch.family
    slots, by_object = tables.sizes[z.Z_PLAIN], tables.sizes[z.Z_BY_OBJECT]
    for k in range(len(sums)):
        family[k] = sums[k]
    for k in range(context[c.X_USED]):
        slot = scratch.used[k]
        row = slot if slot < slots else slots + (slot - slots) % by_object
        for q in range(plain.unit_at[row], plain.unit_at[row + 1]):
            unit = plain.units[q]
            value, place = state[slot, unit[UNIT_VALUE]], unit[UNIT_PLACE]
            if not unit[UNIT_INDICATOR]:
                if with_points:
                    out.dense[s, place] = _shown_plainly(unit, value)
            else:
                points = _points_plainly(tables, unit, value)
                family[unit[UNIT_FAMILY]] += points - out.points[s, place]
                out.points[s, place] = points
        for d in range(plain.depend_at[row], plain.depend_at[row + 1]):
            u = plain.depends[d]
            if scratch.seen_unit[u] != context[c.X_STAMP]:
                scratch.seen_unit[u] = context[c.X_STAMP]
                _judge_unit(tables, columns, scratch, world, out, s, u, with_points)
    if context[c.X_USED]:
        for m in range(len(tables.models)):
            settle(tables, family, m, out.rules[s], out.models[s, m])


@inlined
def _judge_unit(
    tables: Tables,
    columns: Columns,
    scratch: Scratch,
    world: World,
    out: Verdicts,
    s: int,
    u: int,
    with_points: bool,
) -> None:
    """A unit by the general tables."""
    first_indicator = len(tables.points)
    first_rule = first_indicator + len(tables.indicators)
    if u < first_indicator:
        if with_points and tables.points[u, c.P_OBJECTS] < 0:
            out.dense[s, tables.points[u, c.P_DENSE]] = _shown(tables, columns, scratch, world, u)
    elif u < first_rule:
        g, family, families = u - first_indicator, scratch.family, len(tables.families)
        points, reason = judge_indicator(tables, columns, scratch, world, g)
        f, m = tables.indicators[g, c.G_FAMILY], tables.indicators[g, c.G_MODEL]
        family[f if f >= 0 else families + m] += points - out.points[s, g]
        known = (1 if reason == c.NONE else 0) - (1 if out.reasons[s, g] == c.NONE else 0)
        family[families + len(tables.models) + m] += known
        out.points[s, g], out.reasons[s, g] = points, reason
    else:
        found = ask(tables, columns, scratch, world, tables.rules[u - first_rule, 0], 0, True)
        out.rules[s, u - first_rule] = 1 if found & 3 == c.HOLDS else 0
