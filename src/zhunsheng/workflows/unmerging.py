"""What rests while one record is merged into another, and what is taken back when they part again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.clock import moment
from zhunsheng.core.facts import Fact
from zhunsheng.core.merging import STAYING
from zhunsheng.engine.judgement import SEVERITY, Colour
from zhunsheng.engine.library import open_library
from zhunsheng.engine.reference import judge
from zhunsheng.foundation.outbox import actions as outbox
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.judging.triggers.actions import touches
from zhunsheng.sensing.signals import actions as signals
from zhunsheng.sensing.signals import queries as told
from zhunsheng.sensing.signals.new_facts import WORLD, NewFact
from zhunsheng.workflows.clocking import in_step
from zhunsheng.workflows.ruling import rules_at
from zhunsheng.workflows.suspending import rest_if_due

BY = Actor.service("link")
VIEWER = Viewer.bureau(BY.key)


def whom_to_judge(subjects: Iterable[str], at: datetime) -> list[str]:
    """Each subject itself, or whom it is merged into: then its own open touches rest. The world is nobody."""
    wanted = [subject for subject in dict.fromkeys(subjects) if subject != WORLD]
    linked = told.linked(viewer=VIEWER, subjects=wanted)
    return list(dict.fromkeys(_standing(s, at) if s in linked else s for s in wanted))


def _standing(subject: str, at: datetime) -> str:
    survivor = told.survivor_of(viewer=VIEWER, subject=subject)
    if survivor:
        rested = touches.suspend_all(by=BY, at=at, subject=subject, reason="主体已并入另一主体")
        in_step(triggers.cards(viewer=VIEWER, touch_ids=rested), at)
    return survivor or subject


def restore(*, merged: str, into: str, since: int, at: datetime) -> None:
    """Called when the link is taken back: `since` is the instant at which it became known."""
    _take_back(told.survivor_of(viewer=VIEWER, subject=into) or into, since, at)
    moved = touches.resume_all(by=BY, at=at, subject=merged, reason="并入已撤销")
    resting = rest_if_due([merged], at)
    for touch_id in moved:
        for topic in ("touch.clocks", "touch.review") if touch_id not in resting else ():
            key = f"{touch_id}@{at.isoformat()}"
            outbox.put(by=BY, at=at, topic=topic, key=key, payload={"touch": touch_id})


def _take_back(survivor: str, since: int, at: datetime) -> None:
    """What was written of touches that would not have begun without the other's facts counts no more.

    Each is judged again as of its own instant, from what remains; the touches themselves stay on record.
    """
    contracts, world = open_library(settings.PACKS).contracts, told.world(viewer=VIEWER)
    facts = told.timeline(viewer=VIEWER, subject=survivor)
    gone: list[Fact] = []
    for touch in [f for f in facts if f.kind == "TOUCH" and f.recorded_at >= since]:
        remaining = [f for f in facts if f not in gone]
        others, when = [f for f in remaining if f is not touch], touch.recorded_at
        pack = rules_at(moment(when)).pack
        points = judge(pack, survivor, others, world, when, when).points
        shown = {f"{p.point}/{p.object}": SEVERITY[p.colour] for p in points}
        if shown.get(touch.object, 0) < SEVERITY[Colour(str(touch.payload["colour"]))]:
            about = f":{touch.fact_id.split(':')[1]}:"
            written = [f for f in remaining if f.kind in STAYING and f.recorded_at >= since]
            gone += [f for f in written if about in f.fact_id]
    names = [(f.kind, f.subject, moment(f.occurred_at), f.object, f.fact_id) for f in gone]
    back = [NewFact(kind, s, on, object=o, retracts=name) for kind, s, on, o, name in names]
    signals.record_facts(by=BY, at=at, facts=back, source="registry", contracts=contracts)
