"""Judging only what a subject's facts have touched; the rest is what a subject without facts gets."""

# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from typing import NamedTuple

import numpy as np

from zhunsheng.engine.fast import codes as c
from zhunsheng.engine.fast import tables as z
from zhunsheng.engine.fast.columns import Columns
from zhunsheng.engine.fast.jit import I32, U8, inlined
from zhunsheng.engine.fast.judging import ask, closed_by, judge_point
from zhunsheng.engine.fast.scoring import close_model, judge_indicator
from zhunsheng.engine.fast.scratch import Scratch, World
from zhunsheng.engine.fast.tables import Tables


class Verdicts(NamedTuple):
    """A row for each subject. `models`: (score, class by score, class, sufficiency, insufficient)."""

    dense: U8
    points: I32
    reasons: U8
    rules: U8
    models: I32


def verdicts_like(tables: Tables, count: int, untouched: Verdicts | None = None) -> Verdicts:
    """Memory for so many subjects, holding what a subject without facts gets."""
    made = Verdicts(
        np.zeros((count, int(tables.sizes[z.Z_DENSE])), dtype=np.uint8),
        np.zeros((count, len(tables.indicators)), dtype=np.int32),
        np.zeros((count, len(tables.indicators)), dtype=np.uint8),
        np.zeros((count, len(tables.rules)), dtype=np.uint8),
        np.zeros((count, len(tables.models), 5), dtype=np.int32),
    )
    if untouched is not None:
        made.dense[:], made.reasons[:], made.rules[:] = untouched.dense, untouched.reasons, untouched.rules
        made.points[:], made.models[:] = untouched.points, untouched.models
    return made


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
def judge_touched(
    tables: Tables,
    columns: Columns,
    scratch: Scratch,
    world: World,
    out: Verdicts,
    s: int,
    with_points: bool,
    with_models: bool,
) -> None:
    """Every unit that reads a slot which is not empty; `out` holds the untouched verdicts already."""
    context, seen = scratch.context, scratch.seen_unit
    stamp, plain = context[c.X_STAMP], tables.sizes[z.Z_PLAIN]
    by_object = tables.sizes[z.Z_BY_OBJECT]
    first_indicator = len(tables.points)
    first_rule = first_indicator + len(tables.indicators)
    models_touched = False
    for k in range(context[c.X_USED]):
        slot = scratch.used[k]
        if slot >= plain:
            slot = plain + (slot - plain) % by_object
        for d in range(tables.depend_at[slot], tables.depend_at[slot + 1]):
            u = tables.depends[d]
            if seen[u] == stamp:
                continue
            seen[u] = stamp
            if u < first_indicator:
                if with_points and tables.points[u, c.P_OBJECTS] < 0:
                    place = tables.points[u, c.P_DENSE]
                    out.dense[s, place] = _shown(tables, columns, scratch, world, u)
            elif with_models:
                models_touched = True
                if u < first_rule:
                    g = u - first_indicator
                    points, reason = judge_indicator(tables, columns, scratch, world, g)
                    out.points[s, g], out.reasons[s, g] = points, reason
                else:
                    r = u - first_rule
                    found = ask(tables, columns, scratch, world, tables.rules[r, 0], 0, True)
                    out.rules[s, r] = 1 if found & 3 == c.HOLDS else 0
    if models_touched:
        for m in range(len(tables.models)):
            close_model(tables, scratch, m, out.points[s], out.reasons[s], out.rules[s], out.models[s, m])
