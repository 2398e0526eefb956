"""Two versions of a definition side by side: what has begun under one ends under it (M5), all else is new.

A touch that is open is bound to the pack under which it began: its line, its way to end and its escalation
are judged with that pack. Everything else is judged with the pack in force.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from zhunsheng.core.facts import Fact
from zhunsheng.core.rules.tree import Pack
from zhunsheng.engine.judgement import Judgement, PointResult
from zhunsheng.engine.replay import deciding_at
from zhunsheng.engine.single import judge_by
from zhunsheng.engine.tracking import Advance, Key, PointState, advance


@dataclass(frozen=True, slots=True)
class Sight:
    """What there is to see of a subject at an instant."""

    subject: str
    facts: Sequence[Fact]
    world: Sequence[Fact]
    as_of: int


def advance_bound(
    pack: Pack,
    judgement: Judgement,
    bound: Mapping[Key, Pack],
    sight: Sight,
    states: Mapping[Key, PointState],
) -> Advance:
    """All points folded in: bound ones by their own pack, the others by `judgement`, of the pack in force."""
    free = [r for r in judgement.points if (r.point, r.object) not in bound]
    rest = {key: state for key, state in states.items() if key not in bound}
    told = _advance(pack, free, rest, sight)
    merged, events, dues = dict(told.states), list(told.events), [told.next_due]
    for former in {id(p): p for p in bound.values()}.values():
        keys = {key for key, its in bound.items() if its is former}
        past = judge_by(former).judge(sight.subject, sight.facts, sight.world, sight.as_of, sight.as_of)
        results = [r for r in past.points if (r.point, r.object) in keys]
        told = _advance(former, results, {k: s for k, s in states.items() if k in keys}, sight)
        merged |= told.states
        events += told.events
        dues += [told.next_due, past.next_due]
    due = min((t for t in dues if t is not None), default=None)
    return Advance(merged, tuple(events), due)


def _advance(
    pack: Pack, results: Sequence[PointResult], states: Mapping[Key, PointState], sight: Sight
) -> Advance:
    index = judge_by(pack).index
    deciding = deciding_at(index, pack, sight.facts, sight.world, sight.as_of)
    return advance(index, states, results, sight.as_of, deciding)
