"""The letter and the short message of a reminder, for several touches at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.engine.library import open_library
from zhunsheng.foundation.outreach import actions as outreach
from zhunsheng.foundation.outreach import queries as messages
from zhunsheng.foundation.outreach.new_messages import NewMessage
from zhunsheng.judging.triggers.queries import TouchCard
from zhunsheng.registers.registry import queries as registry
from zhunsheng.workflows import papering
from zhunsheng.workflows.terms import trigger_policy
from zhunsheng.workflows.unreachable import ask
from zhunsheng.workflows.wording import texts_of

BY = Actor.service("remind")
VIEWER = Viewer.bureau(BY.key)


def notify(touches: Sequence[TouchCard], at: datetime) -> list[int]:
    """Queue what businesses are told of touches under observation; ids of those with a message held back."""
    keys = {touch.subject for touch in touches}
    followed = registry.successors(viewer=VIEWER, keys=keys, on=at.date())
    people = registry.cards(viewer=VIEWER, keys=keys | {key for key, _ in followed.values()})
    phones = {person.phone for person in people.values()} - {""}
    told = messages.keys_to(viewer=VIEWER, recipients=phones, channel="SMS")
    limits, batch = trigger_policy(), list[tuple[int, NewMessage]]()
    for touch in touches:
        person = people.get(followed[touch.subject][0] if touch.subject in followed else touch.subject)
        if touch.state != "OBSERVING" or touch.reply_due_on is None or person is None:
            continue
        texts, purpose = texts_of(touch, person, at), f"{touch.subject}:{touch.point}:{touch.object}"
        letter = NewMessage(f"INBOX:{touch.id}", "INBOX", person.key, purpose, texts["letter"], touch.subject)
        batch.append((touch.id, letter))
        papering.remind(touch, person.key, at)
        if not person.phone:
            ask(touch.subject, "没有联系电话", at)
            continue
        name = f"SMS:{touch.id}:"
        number = 1 + sum(key.startswith(name) for key in told.get(person.phone, ()))
        if number <= limits.reminders_max + len(limits.remind_after_days.get(touch.point, ())):
            sms = NewMessage(
                f"{name}{number}", "SMS", person.phone, purpose, texts["reminder"], touch.subject
            )
            batch.append((touch.id, sms))
    policy = open_library(settings.PACKS).message_policy
    queued = outreach.queue_all(by=BY, at=at, messages=[m for _, m in batch], policy=policy)
    return [
        touch_id
        for (touch_id, message), done in zip(batch, queued, strict=True)
        if message.channel == "SMS" and not done
    ]
