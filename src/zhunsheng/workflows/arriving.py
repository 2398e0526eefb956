"""Facts arrive: their subjects are judged, and what else follows from a new state, late data, a source."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.clock import instant
from zhunsheng.core.facts import Fact
from zhunsheng.engine.replay import by_subject
from zhunsheng.foundation.outbox import actions as outbox
from zhunsheng.judging.portraits import queries as portraits
from zhunsheng.sensing.signals import actions as signals
from zhunsheng.sensing.signals import queries as told
from zhunsheng.sensing.signals import warm
from zhunsheng.sensing.signals.new_facts import WORLD
from zhunsheng.workflows import alerting
from zhunsheng.workflows.judging import look_at

BY = Actor.service("judge")
VIEWER = Viewer.bureau(BY.key)
log = logging.getLogger(__name__)


def on_facts(payloads: Sequence[Mapping[str, Any]], at: datetime) -> None:
    """New facts about subjects; if those of one row cannot be judged together, each is announced apart."""
    arrived = warm.of_this_thread().arrived(VIEWER, [n for p in payloads for n in p["sequences"]])
    try:
        with transaction.atomic():
            look_at([fact.subject for fact in arrived], at)
            _follow_up(arrived, at)
    except Exception:
        news = {s: [f.sequence for f in facts] for s, facts in by_subject(arrived).items()}
        if len(payloads) > 1 or len(news) < 2:
            raise
        log.exception("judging %d subjects together failed", len(news))
        signals.announce_apart(by=BY, at=at, news=news)


def _follow_up(arrived: Sequence[Fact], at: datetime) -> None:
    """Called after the subjects of these facts were judged."""
    news = by_subject(arrived)
    alerting.note_sources(news.pop(WORLD, ()), at)
    judged = {
        s: told.survivor_of(viewer=VIEWER, subject=s) or s for s in told.linked(viewer=VIEWER, subjects=news)
    }
    as_of = portraits.classed_as_of(viewer=VIEWER, subjects=[judged.get(s, s) for s in news])
    for subject, facts in news.items():
        key, judged_as = f"{subject}:{facts[-1].sequence}", judged.get(subject, subject)
        if any(fact.kind == "SUBJECT_STATE" for fact in facts):
            payload = {"subject": subject}
            outbox.put(by=BY, at=at, topic="subject.state_changed", key=key, payload=payload)
        known = as_of.get(judged_as)
        if known is not None and any(fact.occurred_at <= instant(known) for fact in facts):
            outbox.put(by=BY, at=at, topic="class.late", key=key, payload={"subject": judged_as})


HANDLES = {signals.FACTS_RECORDED: outbox.Together(on_facts)}
