"""The letter and the short message of a reminder, for several touches at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Telling:
    """What is to be said about a touch to whom, and whether a telephone is known."""

    touch: TouchCard
    recipient: str
    has_phone: bool
    messages: tuple[NewMessage, ...]


def tellings(touches: Sequence[TouchCard], at: datetime) -> list[Telling]:
    """The letter and the short message for touches under observation; nothing is sent or written by this."""
    keys = {touch.subject for touch in touches}
    followed = registry.successors(viewer=VIEWER, keys=keys, on=at.date())
    people = registry.cards(viewer=VIEWER, keys=keys | {key for key, _ in followed.values()})
    phones = {person.phone for person in people.values()} - {""}
    told = messages.keys_to(viewer=VIEWER, recipients=phones, channel="SMS")
    limits, found = trigger_policy(), list[Telling]()
    for touch in touches:
        person = people.get(followed[touch.subject][0] if touch.subject in followed else touch.subject)
        if touch.state != "OBSERVING" or touch.reply_due_on is None or person is None:
            continue
        texts, purpose = texts_of(touch, person, at), f"{touch.subject}:{touch.point}:{touch.object}"
        letter = NewMessage(f"INBOX:{touch.id}", "INBOX", person.key, purpose, texts["letter"], touch.subject)
        name = f"SMS:{touch.id}:"
        number = 1 + sum(key.startswith(name) for key in told.get(person.phone, ()))
        sms = NewMessage(f"{name}{number}", "SMS", person.phone, purpose, texts["reminder"], touch.subject)
        most = limits.reminders_max + len(limits.remind_after_days.get(touch.point, ()))
        both = (letter, sms) if person.phone and number <= most else (letter,)
        found.append(Telling(touch, person.key, bool(person.phone), both))
    return found


def notify(touches: Sequence[TouchCard], at: datetime) -> list[int]:
    """Queue what businesses are told of touches under observation; ids of those with a message held back."""
    batch: list[tuple[int, NewMessage]] = []
    law = papering.law_of_the_day(at)
    for one in tellings(touches, at):
        papering.remind(one.touch, one.recipient, law, at)
        if not one.has_phone:
            ask(one.touch.subject, "没有联系电话", at)
        batch += [(one.touch.id, message) for message in one.messages]
    policy = open_library(settings.PACKS).message_policy
    queued = outreach.queue_all(by=BY, at=at, messages=[m for _, m in batch], policy=policy)
    return [
        touch_id
        for (touch_id, message), done in zip(batch, queued, strict=True)
        if message.channel == "SMS" and not done
    ]
