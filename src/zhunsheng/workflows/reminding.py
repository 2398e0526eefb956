"""A yellow touch becomes help: a letter in the inbox and a short message, and never an allegation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.engine.library import open_library
from zhunsheng.foundation.outreach import actions as outreach
from zhunsheng.foundation.outreach import queries as messages
from zhunsheng.foundation.schedule import actions as schedule
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.registers.registry import queries as registry
from zhunsheng.workflows import papering
from zhunsheng.workflows.suspending import rest_if_due
from zhunsheng.workflows.terms import trigger_policy
from zhunsheng.workflows.unreachable import ask
from zhunsheng.workflows.wording import texts_of

BY = Actor.service("remind")
VIEWER = Viewer.bureau(BY.key)


def on_opened(payload: Mapping[str, Any], at: datetime) -> None:
    """Tell the business about a touch under observation; a red touch is reviewed off site first."""
    touch = triggers.touch(viewer=VIEWER, touch_id=int(payload["touch"]))
    if touch is not None and not rest_if_due(touch.subject, at):
        _remind(touch, at)


def _remind(touch: triggers.TouchCard, at: datetime) -> None:
    followed = registry.successor(viewer=VIEWER, key=touch.subject, on=at.date())
    subject = registry.get(viewer=VIEWER, key=followed[0] if followed else touch.subject)
    if touch.state != "OBSERVING" or touch.reply_due_on is None or subject is None:
        return
    policy = open_library(settings.PACKS).message_policy
    texts, purpose = texts_of(touch, subject, at), f"{touch.subject}:{touch.point}:{touch.object}"
    letter = outreach.NewMessage(
        f"INBOX:{touch.id}", "INBOX", subject.key, purpose, texts["letter"], touch.subject
    )
    outreach.queue(by=BY, at=at, message=letter, policy=policy)
    papering.remind(touch, subject.key, at)
    if not subject.phone:
        ask(touch.subject, "没有联系电话", at)
        return
    told = messages.to_recipient(viewer=VIEWER, recipient=subject.phone, channel="SMS")
    number = 1 + sum(m.key.startswith(f"SMS:{touch.id}:") for m in told)
    key, text = f"SMS:{touch.id}:{number}", texts["reminder"]
    sms = outreach.NewMessage(key, "SMS", subject.phone, purpose, text, touch.subject)
    policies = trigger_policy()
    number_max = policies.reminders_max + len(policies.remind_after_days.get(touch.point, ()))
    if number <= number_max and not outreach.queue(by=BY, at=at, message=sms, policy=policy):
        _again(touch.id, at)


def _again(touch_id: int, at: datetime) -> None:
    """One identical reminder in the hours of the policy: the next one waits them out."""
    later = at + timedelta(hours=open_library(settings.PACKS).message_policy.repeat_hours)
    schedule.set_due(by=BY, at=at, topic="touch.remind", instants={str(touch_id): later})


def on_failed(payload: Mapping[str, Any], at: datetime) -> None:
    """A short message did not arrive: once more a day later, then the station (see unreachable)."""
    channel, _, rest = str(payload["key"]).partition(":")
    if channel == "SMS":
        _again(int(rest.partition(":")[0]), at)


def on_again(payload: Mapping[str, Any], at: datetime) -> None:
    """Remind again while the touch is observed and nobody has answered."""
    touch = triggers.touch(viewer=VIEWER, touch_id=int(payload["key"].partition(":")[0]))
    if touch is not None and not touch.answer:
        _remind(touch, at)


HANDLES = {"touch.opened": on_opened, "outreach.failed": on_failed, "due.touch.remind": on_again}
