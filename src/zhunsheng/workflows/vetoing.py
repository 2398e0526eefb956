"""A veto or floor that begins or ends is not left to the monthly run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.engine.judgement import Judgement
from zhunsheng.foundation.outbox import actions as outbox
from zhunsheng.judging.portraits import queries as portraits
from zhunsheng.workflows.ruling import rules_at

BY = Actor.service("judge")
VIEWER = Viewer.bureau(BY.key)


def class_at_once(judgements: Sequence[Judgement], at: datetime) -> None:
    """Called after a judgement: whose immediate rules are others than in its class is classed now."""
    standing = portraits.rules_in_effect(viewer=VIEWER, subjects=[j.subject for j in judgements])
    immediate = [{rule.id for rule in model.rules if rule.immediate} for model in rules_at(at).pack.models]
    told = []
    for judgement in judgements:
        subject = judgement.subject
        for ids, result in zip(immediate, judgement.models, strict=True):
            known = standing.get((subject, result.model))
            if known is not None and set(known) & ids != set(result.rules) & ids:
                told.append((f"{subject}@{at.isoformat()}", {"subject": subject}, ""))
    if told:
        outbox.put_many(by=BY, at=at, topic="class.at_once", entries=told)
