"""Which indicators stand still, since when and because of what, in words for whoever reads a judgement."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from zhunsheng.core.clock import day_of
from zhunsheng.core.contracts import ContractSet
from zhunsheng.core.rules.sentences import Speaker
from zhunsheng.core.rules.tree import Model
from zhunsheng.engine.judgement import ModelResult


@dataclass(frozen=True, slots=True)
class Frozen:
    """An indicator kept as it stood on a day, while what `while_zh` says is the latest word."""

    indicator: str
    name_zh: str
    since_on: dt.date
    while_zh: str


def frozen_of(model: Model, result: ModelResult, contracts: ContractSet) -> tuple[Frozen, ...]:
    """The frozen indicators of a result that comes from this model, those without points too."""
    since = {told.indicator: told.frozen_at for told in result.indicators if told.frozen_at is not None}
    speaker = Speaker(contracts)
    return tuple(
        Frozen(node.id, node.name_zh, day_of(since[node.id]), speaker.select(node.frozen_while))
        for node in model.indicators
        if node.id in since and node.frozen_while is not None
    )
