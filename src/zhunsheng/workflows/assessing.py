"""What a named person decided about a touch is kept as a form of its own, with the records it rests on."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.clock import day_of, instant
from zhunsheng.engine.library import open_library
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.judging.triggers.lifecycle import Step
from zhunsheng.sensing.signals import queries as signals
from zhunsheng.workflows.keeping import point_of
from zhunsheng.workflows.papering import issue_paper, law_of_the_day, matter_of, read_law

VIEWER = Viewer.bureau("assess")
ASSESSMENT = "touch_assessment"
NOTHING_KEPT = "（没有留存的记录）"


def assess(*, by: Actor, at: datetime, touch_id: int, step: Step, reason: str) -> None:
    """Issue the form; the one who decided is named in it."""
    touch = triggers.touch(viewer=VIEWER, touch_id=touch_id)
    if touch is None:
        return
    _, point = point_of(touch.point, touch.pack_hash)
    kinds = open_library(settings.PACKS).contracts.kinds
    told = [f for f in signals.timeline(viewer=VIEWER, subject=touch.subject) if f.fact_id in touch.facts]
    facts = [f"{kinds[f.kind].name_zh} {f.object} {day_of(f.occurred_at)}" for f in told]
    values = {
        "matter": matter_of(touch, point),
        "colour": touch.colour,
        "began_on": day_of(instant(touch.started_at)),
        "facts": facts or [NOTHING_KEPT],
        "finding": step.value,
        "reason": reason,
        "assessor": [{"name": by.name}],
        "assessed_on": day_of(instant(at)),
        "basis": read_law(point),
    }
    issue_paper(ASSESSMENT, touch, touch.subject, values, law_of_the_day(at), at)
