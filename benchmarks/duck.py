"""The yardstick as one hand-tuned SQL statement on DuckDB; `python -m benchmarks.duck DuckDB FOLDER`."""

from __future__ import annotations

from pathlib import Path

import duckdb

from benchmarks import yardstick as y
from benchmarks.city import AS_OF
from benchmarks.contending import UNIQUE, Digest, compete, digest_of
from zhunsheng.core.rules.tree import Op


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
    worth: dict[int, list[str]] = {}
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
    return digest_of(connection.sql(sql(folder)).to_arrow_table())


if __name__ == "__main__":
    compete({"DuckDB": duck})
