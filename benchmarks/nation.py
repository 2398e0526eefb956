"""A nation's businesses as files of the layout, and one run over them, a child of `benchmarks.national`.

`python -m benchmarks.nation FOLDER TO [--since FORMER] [--later]` tells each percent and what it cost so far.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from benchmarks import yardstick as y
from benchmarks.city import AS_OF, HISTORY_SECONDS
from benchmarks.contending import peak_mb
from benchmarks.kernel import finish_imports
from zhunsheng.engine.nation import keeping
from zhunsheng.engine.nation import layout as n
from zhunsheng.engine.nation.running import Question, Run

SHARD = 1_000_000
GROUP_SUBJECTS = 50_000
FACTS_A_SUBJECT = 5
FACTS_MAX = 2_000
DAY = 86_400
CHANGED_EVERY = 1_000
KIND_NAMES = pa.array([f"K{kind}" for kind in range(y.KINDS)], pa.string())
INSTANT = pa.timestamp("s", tz="Asia/Shanghai")
I64 = npt.NDArray[np.int64]


def write_shard(folder: Path, number: int, subjects: int, *, later: bool = False) -> int:
    """One file of a million businesses at most; how many facts. `later`: when some have one more."""
    counted = [0]

    def tables() -> Iterator[pa.Table]:
        for low in range(0, subjects, GROUP_SUBJECTS):
            count = min(GROUP_SUBJECTS, subjects - low)
            table = _group(number * SHARD + low, count, later=later)
            counted[0] += table.num_rows
            yield table

    path = folder / n.FACTS / f"part-{number:05d}.parquet"
    keeping.write_parquet(path, _group(0, 1, later=False).schema, tables())
    return counted[0]


def _group(first: int, count: int, *, later: bool) -> pa.Table:
    """The facts of so many businesses from number `first` on: five each, few busy; the same each time."""
    chance = np.random.default_rng(first + 1)
    lengths = np.minimum(chance.geometric(1 / FACTS_A_SUBJECT, count), FACTS_MAX)
    owner = np.repeat(np.arange(count), lengths)
    total = len(owner)
    age = chance.integers(0, HISTORY_SECONDS, total)
    # One key to sort by: businesses first, then instants; ages are counted back from the end.
    key = owner * HISTORY_SECONDS + (HISTORY_SECONDS - 1 - age)
    key.sort()
    occurred = AS_OF - HISTORY_SECONDS + 1 + key % HISTORY_SECONDS
    kind = np.minimum(chance.exponential(9, total).astype(np.int32), y.KINDS - 1)
    severity = np.minimum(chance.geometric(0.6, total) - 1, y.SEVERITIES - 1)
    amount = chance.integers(1, 60_000, total)
    if later:
        changed = np.arange(-first % CHANGED_EVERY, count, CHANGED_EVERY)
        places = np.cumsum(lengths)[changed]
        owner, occurred = np.insert(owner, places, changed), np.insert(occurred, places, AS_OF + DAY // 2)
        kind, severity = np.insert(kind, places, 1), np.insert(severity, places, 0)
        amount = np.insert(amount, places, 1)
    digits = pc.utf8_lpad(pa.array(np.arange(first, first + count)).cast(pa.string()), 14, "0")
    names = pc.binary_join_element_wise("9801", digits, "")
    when = pa.array(occurred, pa.int64()).cast(INSTANT)
    return pa.table(
        {
            n.SUBJECT: pa.DictionaryArray.from_arrays(pa.array(owner, pa.int32()), names),
            n.KIND: pa.DictionaryArray.from_arrays(pa.array(kind, pa.int32()), KIND_NAMES),
            n.OCCURRED: when,
            n.RECORDED: when,
            "number.amount": pa.array(amount, pa.int64()),
            "number.severity": pa.array(severity, pa.int64()),
        }
    )


def judged(folder: Path, to: Path, since: Path | None, *, later: bool) -> dict[str, object]:
    """Everybody judged by the yardstick from files; with a former result those who changed or were due."""
    at = AS_OF + DAY if later else AS_OF
    told = n.open_layout(folder)
    started, used, done = time.perf_counter(), time.process_time(), 0

    def spent() -> dict[str, object]:
        wall, cpu = time.perf_counter() - started, time.process_time() - used
        return {"wall": wall, "cpu": cpu, "peak_mb": peak_mb()}

    def advance(rows: int) -> None:
        nonlocal done
        before, done = done, done + rows
        if before * 100 // told.rows != done * 100 // told.rows:
            print(json.dumps({"percent": done * 100 // told.rows, **spent()}), flush=True)

    totals = Run(told, to, Question(y.pack(), at, at), since).go(advance)
    return {**asdict(totals), **spent()}


def main() -> None:
    """Judge, and print the report as the last line."""
    parser = argparse.ArgumentParser(prog="benchmarks.nation")
    parser.add_argument("folder", type=Path)
    parser.add_argument("to", type=Path)
    parser.add_argument("--since", type=Path)
    parser.add_argument("--later", action="store_true", help="a day later")
    options = parser.parse_args()
    finish_imports()
    print(json.dumps(judged(options.folder, options.to, options.since, later=options.later)), flush=True)


if __name__ == "__main__":
    main()
