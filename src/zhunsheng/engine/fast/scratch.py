"""The memory in which one subject is judged: allocated once per thread, cleared by what was used."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from zhunsheng.engine.fast import tables as z
from zhunsheng.engine.fast.codes import X_MASK
from zhunsheng.engine.fast.jit import I64
from zhunsheng.engine.fast.tables import Tables


class Scratch(NamedTuple):
    """`state`: a row a slot. `chain`: (fact, previous). `hashed`: (stamp, slot, tag, value).

    `family`: sums of families, then by model the sum of indicators without one, then how many are known.
    `clock` gives out the stamps of `hashed`, `seen_due` and `seen_unit` where subjects take turns.
    """

    context: I64
    bounds: I64
    state: I64
    used: I64
    chain: I64
    hashed: I64
    last_event: I64
    seen_due: I64
    enrolled: I64
    member: I64
    result: I64
    answers: I64
    seen_unit: I64
    family: I64
    clock: I64


class World(NamedTuple):
    """Not the subject's: silent sources, (peer line, group tag, value, statistic), the next fact."""

    silent: I64
    peers: I64
    next_fact: int


def scratch_for(tables: Tables, facts_max: int, objects_max: int) -> Scratch:
    """Memory for subjects of at most so many facts and objects."""
    sizes = tables.sizes
    by_object = int(sizes[z.Z_BY_OBJECT])
    slots = int(sizes[z.Z_PLAIN]) + (objects_max + 1) * by_object
    hash_size = 16
    while hash_size < 2 * facts_max * int(sizes[z.Z_DISTINCT]):
        hash_size *= 2

    def zeros(*shape: int) -> I64:
        return np.zeros(shape, dtype=np.int64)

    return Scratch(
        zeros(X_MASK + 4),
        zeros(max(len(tables.windows), 1), 2),
        zeros(max(slots, 1), 4),
        zeros(max(slots, 1)),
        zeros(facts_max * int(sizes[z.Z_LISTED]) + 1, 2),
        zeros(hash_size, 4),
        zeros(max(int(sizes[z.Z_EVENT_WINDOWS]) * (objects_max + 1), 1)),
        zeros(max(len(tables.aggregates), 1)),
        zeros(max(len(tables.items), 1)),
        zeros(objects_max + 1),
        zeros(max(len(tables.nodes), 1)),
        zeros(6),
        zeros(len(tables.points) + len(tables.indicators) + len(tables.rules) + 1),
        zeros(len(tables.families) + 2 * len(tables.models) + 1),
        zeros(1),
    )
