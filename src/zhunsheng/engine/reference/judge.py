"""judge(pack, facts, world, as_of, known_at): the pure function that everything else must equal."""

from __future__ import annotations

from collections.abc import Iterable

from zhunsheng.core.facts import Fact
from zhunsheng.core.rules.tree import Pack
from zhunsheng.engine.judgement import Judgement, Timeline
from zhunsheng.engine.reference.classes import judge_model
from zhunsheng.engine.reference.instants import next_due
from zhunsheng.engine.reference.measures import Evaluator
from zhunsheng.engine.reference.points import judge_item


def evaluator_at(
    pack: Pack, facts: Iterable[Fact], world: Iterable[Fact], as_of: int, known_at: int
) -> Evaluator:
    """Everything known at `known_at`, cut at `as_of`."""
    return Evaluator(
        Timeline.at(facts, as_of, known_at), Timeline.at(world, as_of, known_at), as_of, pack.sources
    )


def judge(
    pack: Pack, subject: str, facts: Iterable[Fact], world: Iterable[Fact], as_of: int, known_at: int
) -> Judgement:
    """One subject, judged as of an instant from what was known at another.

    `facts` are the subject's, `world` the subject-less ones (peer statistics, state of sources).
    Both may hold facts that are unknown, superseded or still to come; they are cut here.
    """
    evaluator = evaluator_at(pack, facts, world, as_of, known_at)
    return Judgement(
        subject,
        as_of,
        known_at,
        tuple(judge_model(model, evaluator) for model in pack.models),
        tuple(result for item in pack.items for result in judge_item(item, evaluator)),
        next_due(pack, evaluator),
    )
