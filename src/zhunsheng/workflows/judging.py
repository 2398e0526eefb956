"""Facts arrive, or an instant comes: their subjects are judged, and what follows is set going."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.foundation.outbox import actions as outbox
from zhunsheng.foundation.schedule import actions as schedule
from zhunsheng.foundation.schedule import queries as clocks
from zhunsheng.judging.triggers.actions.folding import Folded, fold
from zhunsheng.sensing.signals import actions as signals
from zhunsheng.sensing.signals import queries as told
from zhunsheng.sensing.signals import warm
from zhunsheng.workflows.keeping import keep, pack_of
from zhunsheng.workflows.quieting import snoozed_at
from zhunsheng.workflows.ruling import rules_at
from zhunsheng.workflows.unmerging import whom_to_judge
from zhunsheng.workflows.vetoing import class_at_once

BY = Actor.service("judge")
VIEWER = Viewer.bureau(BY.key)
OPENED = ("touch.opened", "touch.clocks", "touch.review", "touch.area")
ENDED = "touch.clocks"


def look(subject: str, at: datetime) -> Folded | None:
    """Judge one subject, or whom it is merged into."""
    return next(iter(look_at([subject], at, items=True)), None)


def look_at(subjects: Iterable[str], at: datetime, *, items: bool = False) -> list[Folded]:
    """Judge subjects at an instant, each once; write touches back as facts, set clocks going.

    Who is merged into another is judged as that one. `items`: the judgements say how sums come about.
    """
    keys, library = whom_to_judge(subjects, at), rules_at(at)
    if not keys:
        return []
    timelines = warm.of_this_thread().read(VIEWER, keys)
    folded = fold(
        by=BY,
        at=at,
        timelines=[(key, timelines[key]) for key in keys],
        pack=library.pack,
        world=told.world(viewer=VIEWER),
        calendar=clocks.terms(viewer=VIEWER, base=library.clocks).calendar,
        former=pack_of,
        snoozed=snoozed_at(at, keys),
        items=items,
    )
    opened = [touch_id for one in folded for touch_id in one.opened]
    if opened:
        keep(at)
    if facts := [fact for one in folded for fact in one.facts]:
        signals.record_facts(by=BY, at=at, facts=facts, source="judging", contracts=library.contracts)
    instants = {one.judgement.subject: one.next_due_at for one in folded}
    schedule.set_due(by=BY, at=at, topic="judge", instants=instants)
    class_at_once([one.judgement for one in folded], at)
    ended = [(ENDED, touch_id) for one in folded for touch_id in one.ended]
    if told_of := [(topic, n) for topic in OPENED for n in opened] + ended:
        follow = [(topic, f"{n}@{at.isoformat()}", {"touch": n}, "") for topic, n in told_of]
        outbox.put_all(by=BY, at=at, entries=follow)
    return folded


def on_due(payloads: Sequence[Mapping[str, Any]], at: datetime) -> None:
    """Instants at which judgements may change by themselves."""
    for due_at, due in groupby(payloads, key=lambda payload: payload["due_at"]):
        look_at([payload["key"] for payload in due], datetime.fromisoformat(due_at))


HANDLES = {"due.judge": outbox.Together(on_due)}
