"""Frozen indicators: few subjects have any, so they are judged after the rest, each as of its own instant."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from zhunsheng.core.rules.tree import Pack, Select
from zhunsheng.engine.fast import codes as c
from zhunsheng.engine.fast.columns import Columns, Dictionary
from zhunsheng.engine.fast.compile import Compiler
from zhunsheng.engine.fast.feeding import is_standing, set_instant
from zhunsheng.engine.fast.jit import I64, U8, compiled
from zhunsheng.engine.fast.scoring import close_model, judge_indicator
from zhunsheng.engine.fast.scratch import Scratch, World, scratch_for
from zhunsheng.engine.fast.sparing import Verdicts
from zhunsheng.engine.fast.tables import Tables, grid
from zhunsheng.engine.fast.taking import take_facts

# What a shape says of a freeze: not of its kinds; it does not hold; it holds; its value must be looked at.
OTHER, FAILS, HOLDS, BY_VALUE = range(4)


def hold_frozen(
    read: Compiler, tables: Tables, columns: Columns, world: World, as_of: int, known_at: int, out: Verdicts
) -> None:
    """Put right, in `out`, the indicators and classes of subjects for which some indicator is frozen."""
    scratch: Scratch | None = None
    for select, frozen in _freezes(read.pack):
        said, slots, wanted = _shapes(select, read)
        hits = np.flatnonzero(said[columns.shape] >= HOLDS) if (said >= HOLDS).any() else ()
        if len(hits) == 0:
            continue
        subjects = np.unique(np.searchsorted(columns.subject_at, hits, side="right") - 1)
        if scratch is None:
            objects_max = int(np.diff(columns.object_at).max(initial=0))
            scratch = scratch_for(tables, int(np.diff(columns.subject_at).max(initial=0)), objects_max)
        _hold(tables, columns, scratch, world, subjects, said, slots, wanted, frozen, as_of, known_at, out)


def freezing_kinds(pack: Pack) -> frozenset[str]:
    """The kinds of facts by which some indicator of the pack may be frozen."""
    return frozenset(kind for select, _ in _freezes(pack) for kind in select.kinds)


def _freezes(pack: Pack) -> Iterator[tuple[Select, U8]]:
    """Each state that freezes, with a mark for every indicator of the pack that it freezes."""
    nodes = [node for model in pack.models for node in model.indicators]
    for select in dict.fromkeys(node.frozen_while for node in nodes):
        if select is not None:
            yield select, np.array([node.frozen_while == select for node in nodes], dtype=np.uint8)


def _shapes(select: Select, read: Compiler) -> tuple[U8, I64, I64]:
    """By shape: what it says, (tag, slot) of its value; the wanted (tag, value) pairs."""
    (test,) = select.where
    words: Dictionary = read.words
    wanted = read.encoded(test.values, is_object=False)
    said: list[int] = []
    slots: list[tuple[int, ...]] = []
    for shape in words.shapes:
        tag, slot = shape.wide.get(test.field, (c.MISSING, -1))
        held = words.encode(shape.narrow.get(test.field))
        if shape.kind not in select.kinds:
            said.append(OTHER)
        elif slot >= 0:
            said.append(BY_VALUE if any(tag == t for t, _ in wanted) else FAILS)
        else:
            said.append(HOLDS if held in wanted else FAILS)
        slots.append((tag, slot))
    return np.array(said, dtype=np.uint8), grid(slots, 2), grid(wanted, 2)


@compiled
def _holds(columns: Columns, i: int, said: int, tag: int, slot: int, wanted: I64) -> bool:
    if said != BY_VALUE:
        return said == HOLDS
    value = columns.values[columns.pointer[i] + slot]
    for k in range(len(wanted)):  # noqa: SIM110 - machine code has no generators
        if wanted[k, 0] == tag and wanted[k, 1] == value:
            return True
    return False


@compiled
def _frozen_since(
    columns: Columns, scratch: Scratch, s: int, said: U8, slots: I64, wanted: I64, as_of: int
) -> int:
    """When the latest unbroken run of facts that hold began; FAR when the latest does not hold."""
    since = c.FAR
    for i in range(columns.subject_at[s], columns.subject_at[s + 1]):
        if columns.occurred[i] > as_of:
            break
        shape = columns.shape[i]
        if said[shape] == OTHER or not is_standing(columns, scratch, i):
            continue
        if not _holds(columns, i, said[shape], slots[shape, 0], slots[shape, 1], wanted):
            since = c.FAR
        elif since == c.FAR:
            since = columns.occurred[i]
    return since


@compiled
def _hold(
    tables: Tables,
    columns: Columns,
    scratch: Scratch,
    world: World,
    subjects: I64,
    said: U8,
    slots: I64,
    wanted: I64,
    frozen: U8,
    as_of: int,
    known_at: int,
    out: Verdicts,
) -> None:
    for k in range(len(subjects)):
        s = subjects[k]
        scratch.context[c.X_KNOWN_AT] = known_at
        since = _frozen_since(columns, scratch, s, said, slots, wanted, as_of)
        if since == c.FAR:
            continue
        set_instant(tables, scratch, since, known_at)
        take_facts(tables, columns, scratch, world, s)
        points, reasons = out.points[s], out.reasons[s]
        for g in range(len(tables.indicators)):
            if frozen[g]:
                points[g], reasons[g] = judge_indicator(tables, columns, scratch, world, g)
        for m in range(len(tables.models)):
            close_model(tables, scratch, m, points, reasons, out.rules[s], out.models[s, m])
