"""Replay of a small city: every fact and every due instant judged, in machine code; DuckDB windows beside it."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from benchmarks.city import AS_OF, HISTORY_SECONDS, blocks, columns
from benchmarks.yardstick import KINDS, pack
from zhunsheng.engine.fast.batch import Yardstick
from zhunsheng.engine.fast.columns import Dictionary, FactColumns
from zhunsheng.engine.replay import histories

START = AS_OF - HISTORY_SECONDS


def city(subjects: int) -> Iterator[FactColumns]:
    """The generated city, block by block."""
    dictionary = Dictionary()
    for kind in range(KINDS):
        dictionary.shape(f"K{kind}", {"amount": 1, "severity": 1})
    for number, block in enumerate(blocks(subjects)):
        yield columns(dictionary, number, block)


def replay_rate(subjects: int = 200_000) -> str:
    ready = Yardstick.of(pack(), next(city(1)).dictionary)
    next(histories(ready, next(city(10)), [], START, AS_OF))
    wall = spent = 0.0
    facts = written = 0
    for block in city(subjects):
        began, used = time.perf_counter(), time.process_time()
        for rows in histories(ready, block, [], START, AS_OF):
            written += len(rows)
        wall += time.perf_counter() - began
        spent += time.process_time() - used
        facts += block.facts_count
    return f"{subjects} {facts} facts wall {wall:.2f} cpu {spent:.2f} {facts / spent:,.0f} a CPU second; {written} changes"
