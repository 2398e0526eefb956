"""Peer statistics: what is usual in a group, computed once and published as dated facts of the world.

The measures are those that some condition of the pack holds against a peer line; so a statistic is computed
from exactly the measure that is compared with it. Values are thousandths of the measure's unit, cut down;
percentiles are nearest-rank. Groups with fewer than `sample_min` known values publish nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from zhunsheng.core.facts import Fact, in_force
from zhunsheng.core.rules.tree import Compare, Condition, Measure, Pack, PeerLine, Shape
from zhunsheng.engine.judgement import Timeline
from zhunsheng.engine.reference.conditions import PEER_GROUP, PEER_SCALE
from zhunsheng.engine.reference.instants import compares_of, conditions_of
from zhunsheng.engine.reference.measures import Evaluator

SAMPLE_MIN = 5
STATISTICS = {"MEDIAN": 50, "P75": 75, "P90": 90, "P97": 97}


@dataclass(frozen=True, slots=True)
class PeerStatistic:
    """One group's statistics of one measure; `values` by name, `sample` known subjects."""

    measure_id: str
    group: str
    values: Mapping[str, int]
    sample: int


def _conditions(pack: Pack) -> Iterator[Condition]:
    yield from conditions_of(pack)
    for model in pack.models:
        yield from (rule.when for rule in model.rules if not rule.immediate)
        for indicator in model.indicators:
            if indicator.shape is Shape.CASES:
                yield from (case.when for case in indicator.cases)


def peer_measures(pack: Pack) -> dict[str, Measure]:
    """Measure id → the measure that is held against its peer lines."""
    found: dict[str, Measure] = {}
    for condition in _conditions(pack):
        for compare in compares_of(condition):
            if isinstance(compare.line, PeerLine):
                found[compare.line.measure_id] = _same(found, compare.line.measure_id, compare)
    return found


def _same(found: Mapping[str, Measure], name: str, compare: Compare) -> Measure:
    if found.get(name, compare.measure) != compare.measure:
        raise ValueError(f"同业指标 {name} 有两种算法")
    return compare.measure


def rank(count: int, percent: int) -> int:
    """The place, from 0, of the nearest-rank percentile among so many values in order."""
    return max(-(-count * percent // 100) - 1, 0)


def nearest_rank(ordered: Sequence[int], percent: int) -> int:
    """The smallest value that at least `percent` % of the values do not exceed."""
    return ordered[rank(len(ordered), percent)]


def peer_values(
    pack: Pack, measures: Mapping[str, Measure], past: Timeline, as_of: int
) -> Iterator[tuple[tuple[str, str], int]]:
    """((measure, group), value in thousandths) of one subject, where there is a value and a group."""
    groups = [f for f in past.past if f.kind == PEER_GROUP]
    evaluator = Evaluator(past, Timeline((), ()), as_of, pack.sources)
    for name, measure in measures.items() if groups else ():
        value = evaluator.value(measure)
        if value.numerator is not None:
            scaled = value.numerator * PEER_SCALE // value.denominator
            yield (name, str(groups[-1].payload.get("group"))), scaled


def peer_statistics(
    pack: Pack,
    timelines: Iterable[Sequence[Fact]],
    as_of: int,
    known_at: int,
    *,
    sample_min: int = SAMPLE_MIN,
) -> list[PeerStatistic]:
    """Statistics of every group and measure, from everybody's facts as of an instant."""
    measures = peer_measures(pack)
    told: dict[tuple[str, str], list[int]] = {}
    for facts in timelines:
        past = Timeline.cut(in_force(facts, known_at), as_of)
        for key, value in peer_values(pack, measures, past, as_of):
            told.setdefault(key, []).append(value)
    return [
        PeerStatistic(
            name,
            group,
            {s: nearest_rank(sorted(values), percent) for s, percent in STATISTICS.items()},
            len(values),
        )
        for (name, group), values in sorted(told.items())
        if len(values) >= sample_min
    ]
