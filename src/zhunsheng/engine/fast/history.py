"""Replay in machine code: every instant at which a subject's points can change, changes written out."""

# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from zhunsheng.engine.fast import codes as c
from zhunsheng.engine.fast import tables as z
from zhunsheng.engine.fast.columns import Columns
from zhunsheng.engine.fast.jit import I64, U8, compiled, inlined
from zhunsheng.engine.fast.kept import (
    O_ALL,
    O_ROLES,
    O_TAKEN,
    O_TELLINGS,
    Frames,
    Held,
    Moves,
    Shared,
    held_of,
    open_held,
    open_shared,
    open_world,
    places_count,
    shared_of,
    world_frame,
)
from zhunsheng.engine.fast.moving import begin_subject
from zhunsheng.engine.fast.scratch import World, scratch_for
from zhunsheng.engine.fast.stepping import start_subject, step, visit
from zhunsheng.engine.fast.tables import Tables

BUFFER_ROWS = 1 << 16
WORLD_WORDS = 64
# Columns of what is written: subject, instant, point, code of the object, what is shown from then on.
OUT_SUBJECT, OUT_AT, OUT_POINT, OUT_OBJECT, OUT_SHOWN = range(5)


@inlined
def _tell_in_order(held: Held, low: int, high: int) -> None:
    """The facts of a subject in the order in which they became known; mostly they stand so already."""
    told = held.told
    for i in range(low, high):
        k, recorded = i - low, held.columns.recorded[i]
        while k > 0 and told[k - 1, 0] > recorded:
            told[k, 0], told[k, 1] = told[k - 1, 0], told[k - 1, 1]
            k -= 1
        told[k, 0], told[k, 1] = recorded, i + 1
    held.own[O_TELLINGS] = high - low


@inlined
def _copy(held: Held, given: I64, low: int, high: int) -> None:
    for k in range(low, high):
        held.told[k - low, 0], held.told[k - low, 1] = given[k, 0], given[k, 1]
    held.own[O_TELLINGS] = high - low


@inlined
def _write(shared: Shared, held: Held, s: int, at: int, place: int, out: I64, end: int) -> int:
    """Append a change of one place; the new end."""
    tables, columns, context = shared.tables, held.columns, held.scratch.context
    dense, o, now = tables.sizes[z.Z_DENSE], 0, held.shown[place]
    of_object = len(tables.points) - dense
    if place >= dense:
        o, place = 1 + (place - dense) // of_object, dense + (place - dense) % of_object
    out[end, OUT_SUBJECT], out[end, OUT_AT], out[end, OUT_POINT] = s, at, shared.moves.points_at[place]
    out[end, OUT_OBJECT] = columns.objects[context[c.X_OBJECT_LO] + o - 1] if o else 0
    out[end, OUT_SHOWN] = c.CALM if now == c.ABSENT else now
    return end + 1


@compiled
def replay_range(
    shared_frame: I64,
    held_frame: I64,
    worlds: I64,
    epochs: I64,
    low: int,
    high: int,
    end: int,
    untouched: U8,
    given_at: I64,
    given: I64,
    out: I64,
) -> tuple[int, int, int]:
    """(rows written, next subject to do, instants judged). Stops early when `out` might overflow.

    The world says what the frame in `worlds` says from each of `epochs` on; judging begins at the first.
    `given` are the tellings of subjects whose facts correct each other; `untouched` is what one without
    facts shows.
    """
    shared, held, frames = open_shared(shared_frame), open_held(held_frame), Frames(shared_frame, held_frame)
    columns, own = held.columns, held.own
    written, visits, dense = 0, 0, shared.tables.sizes[z.Z_DENSE]
    for s in range(low, high):
        mark, at, epoch = written, epochs[0], 0
        first, objects_at = columns.subject_at[s], columns.object_at[s]
        facts, objects = columns.subject_at[s + 1] - first, columns.object_at[s + 1] - objects_at
        world = open_world(worlds[0])
        begin_subject(shared.tables, held, world.silent[0], first, facts, objects_at, objects)
        if given_at[s + 1] > given_at[s]:
            _copy(held, given, given_at[s], given_at[s + 1])
        else:
            _tell_in_order(held, first, first + facts)
        places = dense + objects * (len(shared.tables.points) - dense)
        for k in range(places):
            held.shown[k] = untouched[k] if k < dense else c.ABSENT
        own[O_ALL] = 0
        while at <= end:
            if written + places > len(out):
                return mark, s, visits
            due = visit(frames, shared, held, world, at)
            visits += 1
            is_first = at == epochs[0]
            for k in range(dense if is_first else 0):
                if held.shown[k] != c.CALM:
                    written = _write(shared, held, s, at, k, out, written)
            for k in range(1, shared.moved[0] + 1):
                place = shared.moved[k]
                if is_first and (place < dense or held.shown[place] == c.CALM):
                    continue
                written = _write(shared, held, s, at, place, out, written)
            at = due
            if own[O_TAKEN] < own[O_TELLINGS]:
                at = min(at, held.told[own[O_TAKEN], 0])
            if epoch + 1 < len(epochs) and at >= epochs[epoch + 1]:
                epoch += 1
                at, world = epochs[epoch], open_world(worlds[epoch])
                own[O_ALL] = own[O_ROLES] = 1
    return written, high, visits


@dataclass(frozen=True, slots=True)
class Plan:
    """A replay of some columns: the world says what `worlds` say from each of `epochs` on, until `end`."""

    tables: Tables
    moves: Moves
    columns: Columns
    epochs: Sequence[int]
    worlds: Sequence[World]
    told_at: I64
    told: I64
    end: int

    def replay(self, span: tuple[int, int]) -> list[I64]:
        """What changed for a range of subjects, in order."""
        tables, columns = self.tables, self.columns
        facts = int(np.diff(columns.subject_at).max(initial=0))
        objects = int(np.diff(columns.object_at).max(initial=0))
        tellings = max(facts, int(np.diff(self.told_at).max(initial=0)))
        scratch = scratch_for(tables, facts, objects)
        frames = np.zeros((len(self.worlds), WORLD_WORDS), dtype=np.int64)
        for world, memory in zip(self.worlds, frames, strict=True):
            world_frame(world, memory)
        shared, frame = shared_of(tables, self.moves, objects)
        held, own = held_of(columns, tables, scratch, facts=facts, objects=objects, tellings=tellings)
        start_subject(frame, own, frames[0], 0, 0, 0, 0)
        step(frame, own, frames[0], self.epochs[0])
        untouched = held.shown[: int(tables.sizes[z.Z_DENSE])].copy()
        epochs = np.array(self.epochs, dtype=np.int64)
        out = np.empty((BUFFER_ROWS + places_count(tables, objects), 5), dtype=np.int64)
        found, (low, high) = list[I64](), span
        while low < high:
            written, following, _ = replay_range(
                *(frame, own, frames, epochs, low, high, self.end),
                *(untouched, self.told_at, self.told, out),
            )
            if following == low:
                out = np.empty((2 * len(out), 5), dtype=np.int64)
                continue
            found.append(out[:written].copy())
            low = following
        return found
