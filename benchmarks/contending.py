"""What the contenders share: each is a program of its own, which prints its cost and a digest of its answer.

The digest (subjects per class, subjects per colour of every point, sum of scores) is compared before any time
is believed. No contender loads another one's engine, so peaks are its own.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa

from benchmarks import yardstick as y

METRICS = [*(y.indicator_metric(k) for k in range(47)), *(y.point_metric(k) for k in range(64))]
UNIQUE = list(dict.fromkeys(METRICS))
Digest = dict[str, object]


def digest_of(table: pa.Table) -> Digest:
    """What is compared of an answer that stands in a table."""
    classes = np.bincount(table.column("class").to_numpy(), minlength=4).tolist()
    shown = [table.column(f"t{k}").to_numpy() for k in range(64)]
    touched = [[int((column == 3).sum()), int((column == 5).sum())] for column in shown]
    return {"classes": classes, "touched": touched, "scores": int(table.column("score").to_numpy().sum())}


def peak_mb() -> float:
    """Peak memory of this program alone: `ru_maxrss` would still hold what the parent had at the fork."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def compete(contenders: Mapping[str, Callable[[Path], Digest]]) -> None:
    """Run the named one and print what it cost: memory with imports and warm-up, time without them."""
    name, folder = sys.argv[1], Path(sys.argv[2])
    started, used = time.perf_counter(), time.process_time()
    digest = contenders[name](folder)
    report = {"wall": time.perf_counter() - started, "cpu": time.process_time() - used, "digest": digest}
    report["peak_mb"] = peak_mb()
    print(json.dumps(report))
