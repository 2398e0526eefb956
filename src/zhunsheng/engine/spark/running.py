"""A run on Spark: the same question, the same folder, the same rows as a run on this machine.

The driver sees both folders and holds no fact of a subject; workers read the facts and write the judgements.
A task that fails is done again by Spark; a run whose driver was killed is begun anew.
"""

from __future__ import annotations

import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

from zhunsheng.engine.nation import keeping, layout
from zhunsheng.engine.nation.running import (
    DONE,
    JUDGEMENTS,
    Question,
    Run,
    Totals,
    hold,
    published,
    said_by,
)
from zhunsheng.engine.spark import frames

SOURCE = "source.properties"
ENGINE = "spark"


def open_source(folder: Path) -> layout.Layout:
    """The layout of a folder of facts, or one whose `source.properties` says where Spark reads them."""
    if (folder / SOURCE).exists():
        return layout.Layout(folder, (), *layout.about(folder))
    return layout.open_layout(folder)


def options_in(path: Path) -> dict[str, str]:
    """`name=value` a line, `#` begins a remark; LayoutError for any other line or without a `format`."""
    told: dict[str, str] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        name, equals, value = line.partition("=")
        if line.strip() and not line.lstrip().startswith("#"):
            if not equals or not name.strip():
                raise layout.LayoutError(path, "有一行不是“名称=值”", "每行写一个 Spark 读取选项")
            told[name.strip()] = value.strip()
    if "format" not in told:
        raise layout.LayoutError(path, "没有 format", "写上 format=jdbc 或 format=parquet")
    return told


def facts_of(spark: Any, told: layout.Layout) -> frames.Frame:
    """The facts as a frame; LayoutError unless their columns are those of the layout."""
    source = told.folder / SOURCE
    if source.exists():
        options = options_in(source)
        facts = spark.read.format(options.pop("format")).options(**options).load()
    else:
        source = told.folder / layout.FACTS
        # Files may differ in their fields.
        facts = spark.read.option("mergeSchema", "true").parquet(_address(source))
        if not any(layout.has_corrections(shard) for shard in told.shards):
            facts = facts.drop(*layout.IDS, layout.STATED)
    frames.check(facts, source)
    return facts


def _address(path: Path) -> str:
    """A folder of this machine, whatever file system Spark takes for its own."""
    return f"file://{path.resolve()}"


def run(
    spark: Any,
    told: layout.Layout,
    to: Path,
    asked: Question,
    count: int,
    statistics: frames.Statistics = frames.peer_statistics,
) -> Totals:
    """Judge everybody in `count` partitions; OtherRunError or LayoutError before anything is judged."""
    local = Run(told, to, asked)
    facts = facts_of(spark, told)
    with keeping.alone_in(to):
        hold(to, local.question())
        (to / DONE).unlink(missing_ok=True)
        shutil.rmtree(to / JUDGEMENTS, ignore_errors=True)
        world = local.world
        if asked.peers:
            world = (*world, *published(to, statistics(facts, asked, count), asked, world))
        where = _address(to / JUDGEMENTS)
        frames.judged(facts, asked, world, count).write.parquet(where)
        totals = _totals(spark.read.parquet(where), asked, facts.count())
        done = {name: value for name, value in asdict(totals).items() if name != "resumed"}
        said = said_by(world, asked.as_of, asked.known_at)
        keeping.write_json(to / DONE, {**done, "said": said, "engine": ENGINE})
        return totals


def _totals(rows: frames.Frame, asked: Question, facts: int) -> Totals:
    by_class = rows.groupBy(f"`{asked.pack.models[0].id}.class`").count().collect()
    subjects = sum(number for _, number in by_class)
    return Totals(
        shards=len(rows.inputFiles()),
        subjects=subjects,
        facts=facts,
        judged=subjects,
        carried=0,
        resumed=0,
        classes=dict(sorted((name, number) for name, number in by_class)),
    )
