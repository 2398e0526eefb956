"""A yellow touch becomes help: a letter in the inbox and a short message, and never an allegation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.engine.library import open_library
from zhunsheng.foundation.outbox.actions import Together
from zhunsheng.foundation.schedule import actions as schedule
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.workflows.notifying import notify
from zhunsheng.workflows.suspending import rest_if_due

BY = Actor.service("remind")
VIEWER = Viewer.bureau(BY.key)


def on_opened(payloads: Sequence[Mapping[str, Any]], at: datetime) -> None:
    """Tell businesses about touches under observation; a red touch is reviewed off site first."""
    touch_ids = [int(payload["touch"]) for payload in payloads]
    touches = triggers.cards(viewer=VIEWER, touch_ids=touch_ids)
    if rest_if_due({touch.subject for touch in touches}, at):
        touches = triggers.cards(viewer=VIEWER, touch_ids=touch_ids)
    _again(notify(touches, at), at)


def _again(touch_ids: Iterable[int], at: datetime) -> None:
    """One identical reminder in the hours of the policy: the next one waits them out."""
    later = at + timedelta(hours=open_library(settings.PACKS).message_policy.repeat_hours)
    instants: dict[str, datetime | None] = {str(touch_id): later for touch_id in touch_ids}
    if instants:
        schedule.set_due(by=BY, at=at, topic="touch.remind", instants=instants)


def on_failed(payload: Mapping[str, Any], at: datetime) -> None:
    """A short message did not arrive: once more a day later, then the station (see unreachable)."""
    channel, _, rest = str(payload["key"]).partition(":")
    if channel == "SMS":
        _again([int(rest.partition(":")[0])], at)


def on_again(payloads: Sequence[Mapping[str, Any]], at: datetime) -> None:
    """Remind again while a touch is observed and nobody has answered."""
    touch_ids = {int(payload["key"].partition(":")[0]) for payload in payloads}
    touches = triggers.cards(viewer=VIEWER, touch_ids=touch_ids)
    _again(notify([touch for touch in touches if not touch.answer], at), at)


HANDLES = {
    "touch.opened": Together(on_opened),
    "outreach.failed": on_failed,
    "due.touch.remind": Together(on_again),
}
