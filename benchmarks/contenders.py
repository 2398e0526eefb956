"""The same yardstick by three engines, each reading its own store; run as `python -m benchmarks.contenders`.

Each prints a digest of its answer (subjects per class, subjects per colour of every point, sum of
scores), so that they can be compared before any time is believed.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
from numba.core.registry import cpu_target

from benchmarks import yardstick as y
from benchmarks.city import AS_OF
from zhunsheng.core.rules.tree import Op
from zhunsheng.engine.fast import codes as c
from zhunsheng.engine.fast.batch import Yardstick, judge_batch
from zhunsheng.engine.fast.columns import FactColumns
from zhunsheng.engine.fast.store import read_store

METRICS = [*(y.indicator_metric(k) for k in range(47)), *(y.point_metric(k) for k in range(64))]
UNIQUE = list(dict.fromkeys(METRICS))
Digest = dict[str, object]


def kernel(folder: Path) -> Digest:
    """Block by block; points, indicators and classes of every subject are written out."""
    pack, ready = y.pack(), None
    classes, touched, scores = np.zeros(4, np.int64), np.zeros((64, 2), np.int64), 0
    for block in read_store(folder / "facts.arrow"):
        ready = ready or Yardstick.of(pack, block.dictionary)
        result = judge_batch(pack, block, [], AS_OF, AS_OF, ready)
        classes += np.bincount(result.models[:, 0, 2], minlength=4)
        scores += int(result.models[:, 0, 0].sum(dtype=np.int64))
        shown = result.dense.reshape(-1) & 7
        at = np.flatnonzero(shown >= c.C_YELLOW)
        touched += np.bincount(at % 64 * 2 + (shown[at] == c.C_RED), minlength=128).reshape(64, 2)
    return {"classes": classes.tolist(), "touched": touched.tolist(), "scores": scores}


def decoding(folder: Path) -> Digest:
    """Only the reading of our store."""
    total = 0
    for block in read_store(folder / "facts.arrow"):
        arrays: FactColumns = block
        total += int(arrays.columns.occurred[-1]) + len(arrays.subjects)
    return {"read": total}


def _measure_sql(metric: y.Metric) -> str:
    start = AS_OF - metric.days * 86_400
    test = f"kind = {metric.kind} AND severity >= {metric.severity} AND occurred > {start}"
    if metric.op is Op.SUM:
        return f"sum(CASE WHEN {test} THEN amount ELSE 0 END)"
    return f"count(CASE WHEN {test} THEN 1 END)"


def sql(folder: Path) -> str:
    """One hash aggregation, then arithmetic on its rows."""
    name = {metric: f"m{k}" for k, metric in enumerate(UNIQUE)}
    first = ", ".join(f"{_measure_sql(m)} AS {name[m]}" for m in UNIQUE)
    worth = {}
    for k in range(47):
        arms = " ".join(
            f"WHEN {name[y.indicator_metric(k)]} >= {at} THEN {points}" for at, points in reversed(y.bins(k))
        )
        worth.setdefault(k % 5, []).append(f"(CASE {arms} ELSE 0 END)")
    score = " + ".join(f"least({cap}, {'+'.join(worth[f])})" for f, cap in enumerate(y.CAPS))
    colours = []
    for k in range(64):
        yellow, red = y.lines(k)
        value = name[y.point_metric(k)]
        high = f"WHEN {value} >= {red} THEN 5 " if red is not None else ""
        colours.append(f"(CASE {high}WHEN {value} >= {yellow} THEN 3 ELSE 0 END)::UTINYINT AS t{k}")
    cut = f"CASE WHEN score <= {y.CUTS[0]} THEN 0 WHEN score <= {y.CUTS[1]} THEN 1"
    cut += f" WHEN score <= {y.CUTS[2]} THEN 2 ELSE 3 END::UTINYINT AS class"
    return (
        f"WITH m AS (SELECT subject, {first} FROM '{folder}/facts.parquet' WHERE occurred <= {AS_OF}"
        f" GROUP BY subject), s AS (SELECT ({score})::INTEGER AS score, {', '.join(colours)} FROM m)"
        f" SELECT *, {cut} FROM s"
    )


def duck(folder: Path) -> Digest:
    """DuckDB 1.x, two threads, the answer materialised as Arrow."""
    connection = duckdb.connect(config={"threads": 2})
    table = pl.from_arrow(connection.sql(sql(folder)).to_arrow_table())
    assert isinstance(table, pl.DataFrame)
    return _digest(table)


def polars(folder: Path) -> Digest:
    """Polars with filtered aggregations in one group_by."""
    name = {metric: f"m{k}" for k, metric in enumerate(UNIQUE)}
    made = []
    for metric in UNIQUE:
        test = (
            (pl.col("kind") == metric.kind)
            & (pl.col("severity") >= metric.severity)
            & (pl.col("occurred") > AS_OF - metric.days * 86_400)
        )
        value = pl.col("amount").filter(test).cast(pl.Int64).sum() if metric.op is Op.SUM else test.sum()
        made.append(value.alias(name[metric]))
    score = pl.lit(0)
    for family, cap in enumerate(y.CAPS):
        total = pl.lit(0)
        for k in range(family, 47, 5):
            value, worth = pl.col(name[y.indicator_metric(k)]), pl.lit(0)
            for at, points in y.bins(k):
                worth = pl.when(value >= at).then(points).otherwise(worth)
            total = total + worth
        score = score + pl.min_horizontal(total, pl.lit(cap))
    colours = []
    for k in range(64):
        value, (yellow, red) = pl.col(name[y.point_metric(k)]), y.lines(k)
        shown = pl.when(value >= yellow).then(3).otherwise(0)
        if red is not None:
            shown = pl.when(value >= red).then(5).otherwise(shown)
        colours.append(shown.cast(pl.UInt8).alias(f"t{k}"))
    low, middle, high = y.CUTS
    grade = pl.when(pl.col("score") <= low).then(0).when(pl.col("score") <= middle).then(1)
    grade = grade.when(pl.col("score") <= high).then(2).otherwise(3).cast(pl.UInt8).alias("class")
    frame = pl.scan_parquet(folder / "facts.parquet").filter(pl.col("occurred") <= AS_OF)
    grouped = frame.group_by("subject").agg(made).select(score.alias("score"), *colours)
    return _digest(grouped.with_columns(grade).collect())


def _digest(table: pl.DataFrame) -> Digest:
    classes = np.bincount(table["class"].to_numpy(), minlength=4).tolist()
    touched = [[int((table[f"t{k}"] == 3).sum()), int((table[f"t{k}"] == 5).sum())] for k in range(64)]
    return {"classes": classes, "touched": touched, "scores": int(table["score"].cast(pl.Int64).sum())}


CONTENDERS = {"kernel": kernel, "decoding": decoding, "DuckDB": duck, "Polars": polars}


def peak_mb() -> float:
    """Peak memory of this program alone: `ru_maxrss` would still hold what the parent had at the fork."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def finish_imports() -> None:
    """What numba puts off until its first call: half a second of imports, no part of judging."""
    cpu_target.typing_context.refresh()
    cpu_target.target_context.refresh()


def main() -> None:
    """Run one contender and print what it cost, imports and warm-up left out of time, not of memory."""
    name, folder = sys.argv[1], Path(sys.argv[2])
    if name == "kernel":
        finish_imports()
    started, used = time.perf_counter(), time.process_time()
    digest = CONTENDERS[name](folder)
    report = {"wall": time.perf_counter() - started, "cpu": time.process_time() - used, "digest": digest}
    report["peak_mb"] = peak_mb()
    print(json.dumps(report))


if __name__ == "__main__":
    main()
