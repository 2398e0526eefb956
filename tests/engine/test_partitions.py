"""What a worker of Spark does, without Spark: batches cut anyhow, counts of partitions in any order."""

from __future__ import annotations

import pickle
from pathlib import Path
from random import Random

import pyarrow as pa
import pytest

from tests.engine.test_nation import case
from zhunsheng.core.facts import Fact
from zhunsheng.engine.nation.encoding import facts_of, fields_in, table_of
from zhunsheng.engine.nation.layout import LayoutError, blocks, open_layout
from zhunsheng.engine.nation.running import Question
from zhunsheng.engine.peers import peer_statistics
from zhunsheng.engine.spark import partitions as p
from zhunsheng.engine.spark.proving import generated
from zhunsheng.engine.spark.running import open_source, options_in


def batches(table: pa.Table, chance: Random) -> list[pa.RecordBatch]:
    """The rows in order, in batches of any size, as Spark hands them over."""
    told, low = [], 0
    while low < table.num_rows:
        size = chance.randint(1, 9)
        told += table.slice(low, size).combine_chunks().to_batches()
        low += size
    return told


@pytest.mark.parametrize("seed", range(3))
def test_batches_cut_anyhow_are_judged_alike(seed: int) -> None:
    pack, told, world, as_of, known_at = case(seed)
    facts = [f for _, own in sorted(told.items()) for f in sorted(own, key=lambda f: f.order)]
    table = table_of(facts, sorted(fields_in(facts)))
    judge = p.Judge(Question(pack, as_of, known_at), tuple(table.column_names), p.carried(world))
    judge = pickle.loads(pickle.dumps(judge))
    right = pa.Table.from_batches(judge(iter(table.combine_chunks().to_batches())))
    chance, usual = Random(seed), p.BLOCK_ROWS
    for rows in (1, 20, usual):
        cut = list(p.blocks(iter(batches(table, chance)), judge.names, rows))
        assert [f.fact_id for block in cut for f in facts_of(block)] == [f.fact_id for f in facts]
        assert pa.Table.from_batches(judge(iter(batches(table, chance)))).equals(right)
    assert right.num_rows == sum(1 for own in told.values() if own)


def test_counts_of_partitions_make_the_statistics_of_all(tmp_path: Path) -> None:
    made, asked = generated(tmp_path, 0, seed=3)
    tables = [block for shard in made.shards for block in blocks(shard)]
    counted: list[int] = []
    for table in tables:
        count = p.Count(asked, tuple(table.column_names))
        counted += count(iter(table.to_batches()))
    Random(1).shuffle(counted)
    rows = [row for batch in p.summed(iter(counted)) for row in batch.to_pylist()]
    facts = [list(own) for own in _by_subject([f for table in tables for f in facts_of(table)])]
    right = peer_statistics(asked.pack, facts, asked.as_of, asked.known_at)
    assert right
    assert [p.statistic(list(row.values())) for row in rows] == right


def _by_subject(facts: list[Fact]) -> list[list[Fact]]:
    told: dict[str, list[Fact]] = {}
    for fact in facts:
        told.setdefault(fact.subject, []).append(fact)
    return list(told.values())


def test_rows_without_one_order_of_arrival_are_refused() -> None:
    one = Fact("f1", "K0", "甲", 100, 100, 7)
    for other in (Fact("f2", "K0", "甲", 100, 100, 7),):
        table = table_of([one, other], [])
        with pytest.raises(LayoutError, match="到达次序相同"):
            list(p.blocks(iter(table.to_batches()), table.column_names))
    untold = table_of([one], []).set_column(5, "sequence", pa.array([None], pa.int64()))
    with pytest.raises(LayoutError, match="空值"):
        list(p.blocks(iter(untold.to_batches()), untold.column_names))


def test_a_source_elsewhere_is_a_file_of_options(tmp_path: Path) -> None:
    path = tmp_path / "source.properties"
    path.write_text("# 注\n\nformat=jdbc\nurl=jdbc:x:y;a=b\n", encoding="utf-8")
    assert options_in(path) == {"format": "jdbc", "url": "jdbc:x:y;a=b"}
    assert open_source(tmp_path).shards == ()
    for wrong, words in (("format", "名称=值"), ("url=x", "没有 format")):
        path.write_text(wrong + "\n", encoding="utf-8")
        with pytest.raises(LayoutError, match=words):
            options_in(path)
    with pytest.raises(LayoutError):
        open_layout(tmp_path)
