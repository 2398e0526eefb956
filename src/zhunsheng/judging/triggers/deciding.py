"""Which facts make a point yellow at an instant: a second look at one touch."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from zhunsheng.core.clock import instant
from zhunsheng.core.facts import Fact
from zhunsheng.core.rules.tree import Pack, TriggerPoint
from zhunsheng.engine.judgement import Colour
from zhunsheng.engine.reference.judge import evaluator_at
from zhunsheng.engine.reference.points import deciding_facts


def deciding_now(
    point: TriggerPoint, thing: str, pack: Pack, facts: Sequence[Fact], world: Sequence[Fact], at: datetime
) -> frozenset[str]:
    """Ids of the facts behind the yellow line of a point for one object, with what is known then."""
    moment = instant(at)
    there = evaluator_at(pack, facts, world, moment, moment).for_object(thing)
    return frozenset(f.fact_id for f in deciding_facts(point, there, Colour.YELLOW))
