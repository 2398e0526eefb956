"""A message before it is queued, and what its recipient was sent of late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from django.db.models import Q

from zhunsheng.core.messages import MessagePolicy
from zhunsheng.foundation.outreach.models import Channel, Message


@dataclass(frozen=True, slots=True)
class NewMessage:
    """`key` names this message for ever; `purpose` is what makes two messages the same reminder.

    `subject` is the key of whom it is about.
    """

    key: str
    channel: str
    recipient: str
    purpose: str
    text: str
    subject: str = ""


@dataclass(slots=True)
class Sent:
    """Keys that are used; (channel, recipient, purpose) told of late; how many short messages went today."""

    keys: set[str]
    lately: set[tuple[str, str, str]]
    today: dict[str, int]
    daily_max: int

    @classmethod
    def read(cls, messages: Sequence[NewMessage], at: datetime, policy: MessagePolicy) -> Self:
        """What bears on these messages at an instant."""
        day, since = (
            at.replace(hour=0, minute=0, second=0, microsecond=0),
            at - timedelta(hours=policy.repeat_hours),
        )
        told = cls(set(), set(), {}, policy.daily_max)
        recipients, keys = {m.recipient for m in messages}, {m.key for m in messages}
        recent = Q(recipient__in=recipients, created_at__gte=min(day, since), created_at__lte=at)
        rows = Message.objects.filter(recent | Q(key__in=keys))
        for key, channel, recipient, purpose, created in rows.values_list(
            "key", "channel", "recipient", "purpose", "created_at"
        ):
            told.keys.add(key)
            if since < created <= at:
                told.lately.add((channel, recipient, purpose))
            if channel == Channel.SMS and day <= created <= at:
                told.today[recipient] = told.today.get(recipient, 0) + 1
        return told

    def takes(self, message: NewMessage) -> bool:
        """Whether it may go: no repetition, and the day of a telephone is not full. It is noted as sent."""
        said = (message.channel, message.recipient, message.purpose)
        sms, today = message.channel == Channel.SMS, self.today.get(message.recipient, 0)
        if message.key in self.keys or said in self.lately or (sms and today >= self.daily_max):
            return False
        self.keys.add(message.key)
        self.lately.add(said)
        if sms:
            self.today[message.recipient] = today + 1
        return True
