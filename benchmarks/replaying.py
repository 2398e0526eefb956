"""Replay of a generated city: every fact and every due instant; DuckDB windows beside it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np

from benchmarks import yardstick as y
from benchmarks.city import AS_OF, HISTORY_SECONDS, blocks, columns
from zhunsheng.engine.fast import codes as c
from zhunsheng.engine.fast.batch import Yardstick
from zhunsheng.engine.fast.columns import Dictionary, FactColumns
from zhunsheng.engine.fast.history import OUT_SHOWN
from zhunsheng.engine.replay import histories

START = AS_OF - HISTORY_SECONDS
Told = dict[str, float]


def city(subjects: int) -> Iterator[FactColumns]:
    """The generated city, block by block."""
    dictionary = Dictionary()
    for kind in range(y.KINDS):
        dictionary.shape(f"K{kind}", {"amount": 1, "severity": 1})
    for number, block in enumerate(blocks(subjects)):
        yield columns(dictionary, number, block)


def kernel(subjects: int) -> Told:
    """Wall and CPU seconds, facts, and how many changes were written out."""
    ready, told = Yardstick.of(y.pack(), next(city(1)).dictionary), Told(wall=0, cpu=0, facts=0, changes=0)
    list(histories(ready, next(city(10)), [], START, AS_OF))  # machine code is loaded
    for block in city(subjects):
        began, used = time.perf_counter(), time.process_time()
        found = list(histories(ready, block, [], START, AS_OF))
        told["wall"] += time.perf_counter() - began
        told["cpu"] += time.process_time() - used
        told["facts"] += block.facts_count
        told["changes"] += sum(map(len, found))
    return told


def _window(metric: y.Metric) -> str:
    test = f"kind = {metric.kind} AND severity >= {metric.severity}"
    # The window is half-open and the ends are whole seconds: a second less than its length.
    frame = f"RANGE BETWEEN {metric.days * 86_400 - 1} PRECEDING AND CURRENT ROW"
    return f"count(*) FILTER (WHERE {test}) OVER (PARTITION BY subject ORDER BY occurred {frame})"


def duck(folder: Path) -> Told:
    """Range windows at every fact, not at due instants: how many touched points there are in all rows."""
    connection = duckdb.connect(config={"threads": 2})
    metrics = [y.point_metric(k) for k in range(64)]
    unique = list(dict.fromkeys(metrics))
    values = ", ".join(f"{_window(m)} AS m{k}" for k, m in enumerate(unique))
    lines = [(unique.index(m), y.lines(k)[0]) for k, m in enumerate(metrics)]
    shown = ", ".join(f"sum((m{m} >= {line})::INTEGER) AS t{k}" for k, (m, line) in enumerate(lines))
    began, used = time.perf_counter(), time.process_time()
    query = f"WITH w AS (SELECT {values} FROM '{folder}/facts.parquet') SELECT count(*) AS n, {shown} FROM w"
    (row,) = connection.sql(query).to_arrow_table().to_pylist()
    spent = {"wall": time.perf_counter() - began, "cpu": time.process_time() - used}
    facts = row.pop("n")
    return Told(**spent, facts=facts, touched=sum(row.values()))


def touched_rows(subjects: int) -> int:
    """The same count from our changes: at each fact, after all of its instant, points that are touched."""
    ready, found = Yardstick.of(y.pack(), next(city(1)).dictionary), 0
    for block in city(subjects):
        for rows in histories(ready, block, [], START, AS_OF):
            found += _touched_at_facts(block, rows)
    return found


def _touched_at_facts(block: FactColumns, rows: np.ndarray) -> int:
    shown: dict[int, int] = {}
    told = sorted(
        [(int(s), int(at), 0, int(p), int(v)) for s, at, p, _, v in rows[:, : OUT_SHOWN + 1].tolist()]
        + [
            (s, int(at), 1, 0, 0)
            for s in sorted({int(s) for s in rows[:, 0]})
            for at in block.columns.occurred[block.columns.subject_at[s] : block.columns.subject_at[s + 1]]
        ]
    )
    subject, count = -1, 0
    for s, _, is_fact, point, value in told:
        if s != subject:
            subject, shown = s, {}
        if is_fact:
            count += sum(v & 7 in (c.C_YELLOW, c.C_RED) for v in shown.values())
        else:
            shown[point] = value
    return count
