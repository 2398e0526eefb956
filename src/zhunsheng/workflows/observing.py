"""The clocks of an observation: no answer in time turns yellow to red, and so does what was not put right."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.rules.lasting import says_a_state
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.judging.triggers.actions import replies, touches
from zhunsheng.judging.triggers.deciding import deciding_now
from zhunsheng.sensing.signals import queries as signals
from zhunsheng.workflows.answering import write
from zhunsheng.workflows.keeping import point_of
from zhunsheng.workflows.reviewing import follow
from zhunsheng.workflows.terms import trigger_policy

BY = Actor.service("clock")
VIEWER = Viewer.bureau(BY.key)


def pass_reply_date(touch_id: int, due: datetime, at: datetime) -> None:
    """The last second of the reply date has come; a mere reminder does not ask for an answer."""
    touch = triggers.touch(viewer=VIEWER, touch_id=touch_id)
    if touch is None:
        return
    if touch.point in trigger_policy().expiry_only:
        replies.let_go(by=BY, at=due, touch_id=touch_id)
        return
    write(BY, at, touches.pass_reply_date(by=BY, at=due, touch_id=touch_id), "judging")
    follow([touch_id], due)


def on_observation_end(payload: Mapping[str, Any], at: datetime) -> None:
    """The last second of the observation period has passed."""
    due, touch_id = datetime.fromisoformat(payload["due_at"]), int(payload["key"])
    touch = triggers.touch(viewer=VIEWER, touch_id=touch_id)
    if touch is None:
        return
    pack, point = point_of(touch.point, touch.pack_hash)
    mild = touch.point in trigger_policy().expiry_only
    facts = signals.timeline(viewer=VIEWER, subject=touch.subject)
    world = signals.world(viewer=VIEWER)
    deciding = deciding_now(point, touch.object, pack, facts, world, due)
    lasting = point.yellow is not None and says_a_state(point.yellow) and not mild
    told = touches.end_observation(
        by=BY,
        at=due,
        touch_id=touch_id,
        lasting=lasting,
        deciding=frozenset() if mild else deciding,
    )
    write(BY, at, told, "judging")
    follow([touch_id], due)


HANDLES = {"due.touch.observe": on_observation_end}
