"""Replay of a small city: every fact and every due instant judged, in machine code."""

from __future__ import annotations

import time

import numpy as np

from benchmarks.city import AS_OF, blocks, columns
from benchmarks.yardstick import KINDS, pack
from zhunsheng.engine.fast import codes as c
from zhunsheng.engine.fast import tables as z
from zhunsheng.engine.fast.batch import Yardstick
from zhunsheng.engine.fast.columns import Dictionary
from zhunsheng.engine.fast.history import replay_range
from zhunsheng.engine.fast.scratch import scratch_for


def replay_rate(subjects: int = 2_000) -> str:
    """Instants judged a second of one core over one year."""
    dictionary = Dictionary()
    for kind in range(KINDS):
        dictionary.shape(f"K{kind}", {"amount": 1, "severity": 1})
    facts = columns(dictionary, 0, next(blocks(subjects)))
    ready = Yardstick.of(pack(), dictionary)
    start = AS_OF - 365 * 86_400
    world = ready.world([], start, start)._replace(next_fact=c.FAR)
    tables, arrays = ready.current(), facts.columns
    scratch = scratch_for(tables, int(np.diff(arrays.subject_at).max()), 0)
    dense = np.zeros(int(tables.sizes[z.Z_DENSE]), dtype=np.uint8)
    rows, out = np.zeros((0, 3), dtype=np.int64), np.zeros((1 << 22, 5), dtype=np.int64)
    arguments = (tables, arrays, scratch, world, 0)
    replay_range(*arguments, 1, start, AS_OF, dense, rows, out)
    began, visits, done = time.process_time(), 0, 0
    while done < subjects:
        _, done, judged = replay_range(
            tables, arrays, scratch, world, done, subjects, start, AS_OF, dense, rows, out
        )
        visits += judged
    spent = time.process_time() - began
    in_year = int((arrays.occurred > start).sum())
    return (
        f"Replay of a year, {subjects:,} businesses, {in_year:,} facts: {visits:,} instants judged,"
        f" {visits / spent:,.0f} a CPU second ({in_year / spent:,.0f} facts a CPU second)."
    )
