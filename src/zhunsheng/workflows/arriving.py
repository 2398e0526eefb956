"""What else follows from facts that arrive: a changed state, late data on a judged past, a silent source."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.clock import instant
from zhunsheng.foundation.outbox import actions as outbox
from zhunsheng.judging.portraits import queries as portraits
from zhunsheng.sensing.signals import queries as told
from zhunsheng.sensing.signals.new_facts import WORLD
from zhunsheng.workflows import alerting

BY = Actor.service("judge")
VIEWER = Viewer.bureau(BY.key)


def follow_up(news: Sequence[tuple[str, list[int]]], at: datetime) -> None:
    """Called after the subjects were judged with these facts: (subject, sequences)."""
    arrived = {
        f.sequence: f for f in told.arrived(viewer=VIEWER, sequences=[n for _, ns in news for n in ns])
    }
    subjects = [subject for subject, _ in news if subject != WORLD]
    linked = told.linked(viewer=VIEWER, subjects=subjects)
    judged = {s: told.survivor_of(viewer=VIEWER, subject=s) or s for s in linked}
    as_of = portraits.classed_as_of(viewer=VIEWER, subjects=[judged.get(s, s) for s in subjects])
    for subject, sequences in news:
        facts = [arrived[number] for number in sequences]
        if subject == WORLD:
            alerting.note_sources(facts, at)
            continue
        key, judged_as = f"{subject}:{sequences[-1]}", judged.get(subject, subject)
        if any(fact.kind == "SUBJECT_STATE" for fact in facts):
            payload = {"subject": subject}
            outbox.put(by=BY, at=at, topic="subject.state_changed", key=key, payload=payload)
        known = as_of.get(judged_as)
        if known is not None and any(fact.occurred_at <= instant(known) for fact in facts):
            outbox.put(by=BY, at=at, topic="class.late", key=key, payload={"subject": judged_as})
