"""What is usual among peers, from files: counted block by block, so that no value of anybody has to be kept.

A percentile by nearest rank needs only how often each value occurs. Counts of blocks and of files add up, in
any order, to the counts of the whole; so the statistics are those of `engine.peers`, exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import groupby

import numpy as np
import pyarrow as pa

from zhunsheng.core.facts import Fact, in_force
from zhunsheng.core.rules.tree import All, Compare, Comparison, Item, Pack, TriggerPoint
from zhunsheng.engine.judgement import Timeline
from zhunsheng.engine.nation.encoding import facts_of
from zhunsheng.engine.peers import SAMPLE_MIN, STATISTICS, PeerStatistic, peer_measures, peer_values, rank
from zhunsheng.engine.reference.conditions import PEER_STATISTIC

Counts = dict[tuple[str, str], dict[int, int]]
"""(measure, group) → value in thousandths → how many subjects have it."""


def measuring_pack(pack: Pack) -> Pack:
    """A pack that reads what its peer measures need, and nothing else."""
    measures = peer_measures(pack).values()
    compares = All(tuple(Compare(measure, Comparison.AT_LEAST, 1) for measure in measures))
    nothing: tuple[str, ...] = ()
    point = TriggerPoint(
        *("peers", "", "", compares, None, None, None, None, None, nothing, "", 0, 0, 0, 0, 0),
        *(nothing, nothing, (), "", ""),
    )
    return replace(pack, models=(), items=(Item("peers", "", "", None, False, (point,)),))


def counts_in(pack: Pack, table: pa.Table, as_of: int, known_at: int) -> Counts:
    """The counts of a block of whole subjects."""
    measures, counts = peer_measures(pack), Counts()
    for _subject, facts in groupby(facts_of(table), key=lambda fact: fact.subject):
        own = Timeline.cut(in_force(facts, known_at), as_of)
        for key, value in peer_values(pack, measures, own, as_of):
            add(counts, {key: {value: 1}})
    return counts


def add(counts: Counts, more: Mapping[tuple[str, str], Mapping[int, int]]) -> None:
    """Add the counts of another part."""
    for key, told in more.items():
        held = counts.setdefault(key, {})
        for value, times in told.items():
            held[value] = held.get(value, 0) + times


def statistics_of(counts: Counts, sample_min: int = SAMPLE_MIN) -> list[PeerStatistic]:
    """The statistics of every group that has enough known values."""
    found = []
    for (name, group), told in sorted(counts.items()):
        values = sorted(told)
        ends = np.cumsum([told[value] for value in values])
        sample = int(ends[-1])
        if sample >= sample_min:
            places = {
                s: int(np.searchsorted(ends, rank(sample, p), side="right")) for s, p in STATISTICS.items()
            }
            found.append(PeerStatistic(name, group, {s: values[k] for s, k in places.items()}, sample))
    return found


def as_facts(told: Iterable[PeerStatistic], as_of: int, known_at: int, after: int) -> list[Fact]:
    """The statistics as facts of the world, arriving after sequence `after`."""
    facts = []
    for number, s in enumerate(told, start=after + 1):
        name = f"{s.measure_id}/{s.group}"
        payload = {**s.values, "sample": s.sample}
        facts.append(Fact(f"peers {name}", PEER_STATISTIC, "", as_of, known_at, number, name, payload))
    return facts


def as_table(counts: Counts) -> pa.Table:
    """Counts as rows (measure, group, value, subjects), in order; values as text, for they may be wide."""
    rows = [(m, g, str(v), told[v]) for (m, g), told in sorted(counts.items()) for v in sorted(told)]
    kinds = (pa.string(), pa.string(), pa.string(), pa.int64())
    names = ("measure", "group", "value", "subjects")
    held = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    return pa.table({k: pa.array(v, t) for k, v, t in zip(names, held, kinds, strict=True)})


def from_table(table: pa.Table) -> Counts:
    """The other way; rows of several parts may stand in one table."""
    counts: Counts = {}
    for row in table.to_pylist():
        add(counts, {(row["measure"], row["group"]): {int(row["value"]): row["subjects"]}})
    return counts
