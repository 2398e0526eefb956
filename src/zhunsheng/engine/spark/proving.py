"""Proof by comparison: a run on Spark says of everybody what a run on this machine says, of peers too."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from zhunsheng.core.clock import day_start
from zhunsheng.core.facts import Fact
from zhunsheng.core.rules.tree import Pack
from zhunsheng.engine.generate import FIRST_DAY, some_facts, some_instant, some_pack, some_world
from zhunsheng.engine.nation.encoding import fields_in
from zhunsheng.engine.nation.layout import Layout, open_layout
from zhunsheng.engine.nation.running import JUDGEMENTS, STATISTICS, Question, Run
from zhunsheng.engine.nation.writing import Sizes, Telling, of_timelines, write_layout
from zhunsheng.engine.peers import peer_measures, peer_statistics
from zhunsheng.engine.prove import NOTHING, Mismatch, Proof
from zhunsheng.engine.reference.conditions import PEER_GROUP
from zhunsheng.engine.spark import frames
from zhunsheng.engine.spark.partitions import judged_schema
from zhunsheng.engine.spark.running import run

Row = dict[str, Any]
Timelines = dict[str, list[Fact]]
SUBJECTS, SHARDS_OF = 40, 7


def prove_layout(
    spark: Any,
    told: Layout,
    asked: Question,
    folder: Path,
    count: int,
    statistics: frames.Statistics = frames.peer_statistics,
) -> Proof:
    """One question to both; results stay in `folder`. `statistics`: to plant a fault."""
    here, there = folder / "local", folder / "spark"
    Run(told, here, asked).go(lambda _: None)
    run(spark, told, there, asked, count, statistics)
    found = [] if not asked.peers else list(_unlike(_peers(there), _peers(here), "object"))
    said, right = _rows(there, asked.pack), _rows(here, asked.pack)
    if not said.equals(right):
        found += _unlike(said.to_pylist(), right.to_pylist(), "subject")
    mismatches = [
        Mismatch("spark", who, asked.pack, (), (), asked.as_of, asked.known_at, one, other)
        for who, one, other in found
    ]
    return Proof(right.num_rows, 0, tuple(mismatches))


def _rows(folder: Path, pack: Pack) -> pa.Table:
    """The judgements of a result in the order of subjects, in one form."""
    paths = sorted((folder / JUDGEMENTS).glob("*.parquet"))
    schema = judged_schema(pack)
    tables = [pq.read_table(path).cast(schema) for path in paths]
    return pa.concat_tables(tables).sort_by("subject").combine_chunks()


def _peers(folder: Path) -> list[Row]:
    path = folder / STATISTICS
    return pq.read_table(path).to_pylist() if path.exists() else []


def _unlike(said: list[Row], right: list[Row], name: str) -> Iterator[tuple[str, Row | None, Row | None]]:
    """Who is spoken of differently, or by one of the two only."""
    ones, others = ({str(row[name]): row for row in rows} for rows in (said, right))
    twice = len(ones) != len(said)
    for who in sorted({*ones, *others}):
        if ones.get(who) != others.get(who):
            yield who, ones.get(who), others.get(who)
    if twice:
        rows = [row for row, after in zip_longest(said, said[1:]) if after and row[name] == after[name]]
        yield from ((str(row[name]), row, None) for row in rows)


def generated(folder: Path, number: int, seed: int) -> tuple[Layout, Question]:
    """Facts of some subjects at random as files, and a question by a pack at random.

    Every second question is one for which some group has statistics, so that both passes matter.
    """
    chance = Random(seed + number)  # noqa: S311 - repeatable, not secret
    told, asked, world = _drawn(chance)
    while number % 2 == 0 and not _has_statistics(told, asked):
        told, asked, world = _drawn(chance)
    fields = sorted(fields_in(fact for facts in told.values() for fact in facts))
    held = sorted((subject, facts) for subject, facts in told.items() if facts)
    telling = Telling(asked.known_at, fields, world, of_timelines(held, fields))
    write_layout(folder, telling, sizes=Sizes(SHARDS_OF, 50))
    return open_layout(folder), asked


def _drawn(chance: Random) -> tuple[Timelines, Question, list[Fact]]:
    pack, world = some_pack(chance), some_world(chance)
    told = {f"主体{k:03}": _with_peers(chance, f"主体{k:03}") for k in range(SUBJECTS)}
    as_of = some_instant(chance)
    known_at = as_of if chance.random() < 0.5 else some_instant(chance)
    return told, Question(pack, as_of, known_at, _has_peers(pack)), world


def _with_peers(chance: Random, subject: str) -> list[Fact]:
    """Facts at random; most subjects also have peers from the first day on."""
    facts, at = some_facts(chance, subject), day_start(FIRST_DAY)
    if chance.random() < 0.8:
        group = {"group": chance.choice(("g", "h"))}
        facts.append(Fact(f"{subject}-peers", PEER_GROUP, subject, at, at, len(facts) + 1, "", group))
    return facts


def _has_peers(pack: Pack) -> bool:
    try:
        return bool(peer_measures(pack))
    except ValueError:  # a generated pack may work one measure out in two ways
        return False


def _has_statistics(told: Timelines, asked: Question) -> bool:
    return asked.peers and bool(peer_statistics(asked.pack, told.values(), asked.as_of, asked.known_at))


def prove_generated(
    spark: Any,
    packs: int,
    folder: Path,
    count: int,
    seed: int = 0,
    statistics: frames.Statistics = frames.peer_statistics,
) -> Proof:
    """The same for packs and facts at random."""
    proof = NOTHING
    for number in range(packs):
        told, asked = generated(folder / f"facts-{number}", number, seed)
        proof += prove_layout(spark, told, asked, folder / f"results-{number}", count, statistics)
    return proof
