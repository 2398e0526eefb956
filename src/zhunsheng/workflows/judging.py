"""A fact arrives, or an instant comes: the subject is judged, and what follows is set going."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.engine.library import Library, open_library
from zhunsheng.foundation.outbox import actions as outbox
from zhunsheng.foundation.schedule import actions as schedule
from zhunsheng.foundation.schedule import queries as clocks
from zhunsheng.judging.portraits import queries as portraits
from zhunsheng.judging.triggers.actions.folding import Folded, fold
from zhunsheng.sensing.signals import actions as signals
from zhunsheng.sensing.signals import queries as told
from zhunsheng.sensing.signals.new_facts import WORLD
from zhunsheng.workflows.arriving import follow_up
from zhunsheng.workflows.keeping import keep, pack_of
from zhunsheng.workflows.unmerging import whom_to_judge

BY = Actor.service("judge")
VIEWER = Viewer.bureau(BY.key)
OPENED = ("touch.opened", "touch.clocks", "touch.review", "touch.area")


def look(subject: str, at: datetime) -> Folded | None:
    """Judge one subject, or whom it is merged into; write touches back as facts, set clocks going."""
    if subject == WORLD:
        return None
    subject, library = whom_to_judge(subject, at), open_library(settings.PACKS)
    folded = fold(
        by=BY,
        at=at,
        subject=subject,
        pack=library.pack,
        facts=told.timeline(viewer=VIEWER, subject=subject),
        world=told.world(viewer=VIEWER),
        calendar=clocks.terms(viewer=VIEWER, base=library.clocks).calendar,
        former=pack_of,
    )
    if folded.opened:
        keep(at)
    if folded.facts:
        signals.record_facts(by=BY, at=at, facts=folded.facts, source="judging", contracts=library.contracts)
    schedule.set_due(by=BY, at=at, topic="judge", instants={subject: folded.next_due_at})
    _class_at_once(folded, at, library)
    follow = [(t, f"{n}@{at.isoformat()}", {"touch": n}, "") for n in folded.opened for t in OPENED]
    if follow:
        outbox.put_all(by=BY, at=at, entries=follow)
    return folded


def _class_at_once(folded: Folded, at: datetime, library: Library) -> None:
    """A veto or floor that begins or ends is not left to the monthly run."""
    subject = folded.judgement.subject
    standing = portraits.rules_in_effect(viewer=VIEWER, subject=subject)
    for model, result in zip(library.pack.models, folded.judgement.models, strict=True):
        known = standing.get(model.id)
        immediate = {rule.id for rule in model.rules if rule.immediate}
        if known is not None and set(known) & immediate != set(result.rules) & immediate:
            key = f"{subject}@{at.isoformat()}"
            outbox.put(by=BY, at=at, topic="class.at_once", key=key, payload={"subject": subject})


def on_facts(payload: Mapping[str, Any], at: datetime) -> None:
    """New facts about one subject."""
    look(payload["subject"], at)
    follow_up(payload["subject"], payload["sequences"], at)


def on_due(payload: Mapping[str, Any], at: datetime) -> None:
    """An instant at which the judgement may change by itself."""
    look(payload["key"], datetime.fromisoformat(payload["due_at"]))


HANDLES = {signals.FACTS_RECORDED: on_facts, "due.judge": on_due}
