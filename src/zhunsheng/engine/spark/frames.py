"""Frame in, frame out: facts of the layout from wherever Spark reads them, a row a subject.

Facts are shuffled by subject, each partition is sorted and handed to `partitions`. With peers there are two
passes: values are counted by partition, counts of a group meet in one place, and the statistics go to every
worker as facts of the world, as on one machine.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from zhunsheng.core.facts import Fact
from zhunsheng.engine.nation import layout, peering
from zhunsheng.engine.nation.running import Question, fields_read
from zhunsheng.engine.peers import PeerStatistic, peer_measures
from zhunsheng.engine.spark import partitions as p

# A frame of Spark; its types are not needed to say what happens to it.
Frame = Any
Statistics = Callable[[Frame, Question, int], list[PeerStatistic]]
KINDS = {
    "string": pa.string(),
    "boolean": pa.bool_(),
    "timestamp": pa.timestamp("us", tz="UTC"),
    **dict.fromkeys(("tinyint", "smallint", "int", "bigint"), pa.int64()),
}


def check(facts: Frame, where: Path) -> None:
    """The columns are those of the layout, the order of arrival among them; LayoutError otherwise."""
    for name, kind in facts.dtypes:
        if kind not in KINDS:
            cure = "改为 string、bigint、boolean 或带时区的 timestamp"
            raise layout.LayoutError(where, f"类型是 {kind}", cure, column=name)
    layout.check_schema(where, pa.schema([(name, KINDS[kind]) for name, kind in facts.dtypes]))
    if layout.SEQUENCE not in facts.columns:
        raise layout.LayoutError(where, "缺少这一列", "用 Spark 时要有到达次序", column=layout.SEQUENCE)


def by_subject(facts: Frame, fields: Collection[str], count: int) -> tuple[Frame, tuple[str, ...]]:
    """Whole subjects in `count` partitions, in the order of the layout; and the names of the columns.

    Instants become whole seconds before sorting: a fraction that is dropped afterwards would leave another
    order. Columns are numbered: Spark 3 hands none over whose name has a dot.
    """
    names = tuple(n for n in facts.columns if n in layout.ENVELOPE or n.partition(".")[2] in fields)
    told = [f"CAST(`{n}` AS BIGINT)" if n in layout.INSTANTS else f"`{n}`" for n in names]
    numbers = {n: f"c{k}" for k, n in enumerate(names)}
    placed = facts.selectExpr(*(f"{what} AS {numbers[n]}" for what, n in zip(told, names, strict=True)))
    order = (numbers[n] for n in (layout.SUBJECT, layout.OCCURRED, layout.SEQUENCE))
    return placed.repartition(count, numbers[layout.SUBJECT]).sortWithinPartitions(*order), names


def peer_statistics(facts: Frame, asked: Question, count: int) -> list[PeerStatistic]:
    """First pass: the statistics of every group, exactly those of one machine."""
    if not peer_measures(asked.pack):
        return []
    placed, names = by_subject(facts, fields_read(peering.measuring_pack(asked.pack)), count)
    counts = placed.mapInArrow(p.Count(asked, names), p.ddl(p.COUNTED))
    whole = counts.repartition(count, *p.BY_GROUP).mapInArrow(p.summed, p.ddl(p.SUMMED))
    return sorted((p.statistic(row) for row in whole.collect()), key=lambda s: (s.measure_id, s.group))


def judged(facts: Frame, asked: Question, world: Sequence[Fact], count: int) -> Frame:
    """Second pass: everybody judged, with what the world says. Nothing runs until the frame is asked."""
    placed, names = by_subject(facts, fields_read(asked.pack), count)
    judge = p.Judge(asked, names, p.carried(world))
    return placed.mapInArrow(judge, p.ddl(p.judged_schema(asked.pack)))
