"""The yardstick by Polars; `python -m benchmarks.frames Polars FOLDER`."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from benchmarks import yardstick as y
from benchmarks.city import AS_OF
from benchmarks.contending import UNIQUE, Digest, compete, digest_of
from zhunsheng.core.rules.tree import Op


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
    mild = pl.when(pl.col("score") <= low).then(0).when(pl.col("score") <= middle).then(1)
    grade = mild.when(pl.col("score") <= high).then(2).otherwise(3).cast(pl.UInt8).alias("class")
    frame = pl.scan_parquet(folder / "facts.parquet").filter(pl.col("occurred") <= AS_OF)
    grouped = frame.group_by("subject").agg(made).select(score.alias("score"), *colours)
    return digest_of(grouped.with_columns(grade).collect().to_arrow())


if __name__ == "__main__":
    compete({"Polars": polars})
