"""Queueing messages and taking receipts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.messages import MessagePolicy, not_before, segments
from zhunsheng.foundation.evidence import actions as evidence
from zhunsheng.foundation.outbox import actions as outbox
from zhunsheng.foundation.outbox import queries as outbox_queries
from zhunsheng.foundation.outreach.lifecycle import MessageState, moved
from zhunsheng.foundation.outreach.models import Channel, Message, Receipt

SMS_TOPIC = "sms.send"
UNDELIVERABLE = "outreach.undeliverable"
FAILED = "outreach.failed"


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


def queue(*, by: Actor, at: datetime, message: NewMessage, policy: MessagePolicy) -> bool:
    """Queue a message; False when it repeats one, or the recipient's day is full.

    An inbox letter is there at once. A short message waits out the quiet hours and goes through the outbox.
    """
    with transaction.atomic():
        if _repeats(message, at, policy):
            return False
        sms = message.channel == Channel.SMS
        row = Message.objects.create(
            key=message.key,
            channel=message.channel,
            recipient=message.recipient,
            subject=message.subject,
            purpose=message.purpose,
            text=message.text,
            segments=segments(message.text) if sms else 0,
            state=MessageState.QUEUED if sms else MessageState.DELIVERED,
            created_at=at,
            not_before=not_before(at, policy) if sms else at,
            settled_at=None if sms else at,
        )
        if sms:
            payload = {"to": message.recipient, "text": message.text}
            outbox.put(
                by=by,
                at=row.not_before,
                topic=SMS_TOPIC,
                key=message.key,
                payload=payload,
                order_key=message.recipient,
            )
        detail = {"channel": message.channel, "segments": row.segments}
        evidence.record(by=by, at=at, action="MESSAGE_QUEUED", target=f"message:{message.key}", detail=detail)
    return True


def _repeats(message: NewMessage, at: datetime, policy: MessagePolicy) -> bool:
    same = Message.objects.filter(channel=message.channel, recipient=message.recipient)
    if Message.objects.filter(key=message.key).exists():
        return True
    recent = same.filter(
        purpose=message.purpose, created_at__gt=at - timedelta(hours=policy.repeat_hours), created_at__lte=at
    )
    if recent.exists():
        return True
    day = at.replace(hour=0, minute=0, second=0, microsecond=0)
    full = same.filter(created_at__gte=day, created_at__lte=at).count() >= policy.daily_max
    return message.channel == Channel.SMS and full


def take_receipt(
    *, by: Actor, at: datetime, key: str, told: MessageState, policy: MessagePolicy, note: str = ""
) -> MessageState | None:
    """Note what a gateway says about a message; the state afterwards, None for a key that is not ours.

    Early, late, doubled and contradicting receipts are all kept; none moves a message back. When a
    recipient's messages have failed as often as the policy bears, an event asks for a visit; before that
    one tells whoever sent it.
    """
    with transaction.atomic():
        Receipt.objects.create(message_key=key, told=told, received_at=at, note=note[:2000])
        row = Message.objects.select_for_update().filter(key=key).first()
        if row is None:
            return None
        after = moved(MessageState(row.state), told)
        if after != row.state:
            row.state = after
            row.settled_at = at if after is not MessageState.ACCEPTED else None
            row.save(update_fields=["state", "settled_at"])
            if after in {MessageState.FAILED, MessageState.EXPIRED}:
                _count_failures(by, at, row, policy)
    return after


def follow_outbox(*, by: Actor, at: datetime, policy: MessagePolicy) -> int:
    """Move queued short messages as far as their outbox rows have come; how many moved."""
    viewer = Viewer.bureau(by.key)
    waiting = Message.objects.filter(channel=Channel.SMS, state=MessageState.QUEUED.value)
    keys = list(waiting.values_list("key", flat=True))
    states = outbox_queries.states_of(topic=SMS_TOPIC, keys=keys, viewer=viewer)
    moves = {"DONE": MessageState.ACCEPTED, "REFUSED": MessageState.FAILED, "DEAD": MessageState.FAILED}
    told = [(key, moves[state]) for key, state in states.items() if state in moves]
    for key, state in told:
        take_receipt(by=by, at=at, key=key, told=state, policy=policy, note="outbox")
    return len(told)


def _count_failures(by: Actor, at: datetime, row: Message, policy: MessagePolicy) -> None:
    lost = [MessageState.FAILED.value, MessageState.EXPIRED.value]
    failed = Message.objects.filter(recipient=row.recipient, purpose=row.purpose, state__in=lost).count()
    if failed >= policy.failures_max:
        payload = {"recipient": row.recipient, "purpose": row.purpose}
        outbox.put(by=by, at=at, topic=UNDELIVERABLE, key=row.key, payload=payload)
    else:
        outbox.put(by=by, at=at, topic=FAILED, key=row.key, payload={"key": row.key})
