"""Since when an indicator is frozen: the first fact of the latest unbroken run that says so."""

from __future__ import annotations

from zhunsheng.core.rules.tree import Select
from zhunsheng.engine.reference.measures import Evaluator, passes


def frozen_since(select: Select, evaluator: Evaluator) -> int | None:
    """The instant at which the state began that the latest fact of the kinds still tells; else None."""
    since: int | None = None
    for fact in evaluator.timeline.past:
        if fact.kind in select.kinds:
            stands = all(passes(fact, test, evaluator.today) for test in select.where)
            since = None if not stands else fact.occurred_at if since is None else since
    return since
