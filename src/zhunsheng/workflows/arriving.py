"""What else follows from facts that arrive: a changed state, late data on a judged past, a silent source."""

from __future__ import annotations

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


def follow_up(subject: str, sequences: list[int], at: datetime) -> None:
    """Called after the subject was judged with these facts."""
    arrived = told.arrived(viewer=VIEWER, sequences=sequences)
    if subject == WORLD:
        alerting.note_sources(arrived, at)
        return
    key, payload = f"{subject}:{sequences[-1]}", {"subject": subject}
    if any(fact.kind == "SUBJECT_STATE" for fact in arrived):
        outbox.put(by=BY, at=at, topic="subject.state_changed", key=key, payload=payload)
    judged = told.survivor_of(viewer=VIEWER, subject=subject) or subject
    known = portraits.current(viewer=VIEWER, subject=judged)
    if known is not None and any(fact.occurred_at <= instant(known.as_of) for fact in arrived):
        outbox.put(by=BY, at=at, topic="class.late", key=key, payload={"subject": judged})
