"""Queueing messages and taking receipts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.messages import MessagePolicy, not_before, segments
from zhunsheng.foundation import bulk
from zhunsheng.foundation.evidence import actions as evidence
from zhunsheng.foundation.outbox import actions as outbox
from zhunsheng.foundation.outbox import queries as outbox_queries
from zhunsheng.foundation.outreach import trials
from zhunsheng.foundation.outreach.lifecycle import FINAL, MessageState, moved
from zhunsheng.foundation.outreach.models import Channel, Message, Receipt, Trial
from zhunsheng.foundation.outreach.new_messages import NewMessage, Sent

ROW = (
    *("key", "channel", "recipient", "subject", "purpose", "text", "segments"),
    *("state", "created_at", "not_before", "settled_at"),
)
SMS_TOPIC = "sms.send"
UNDELIVERABLE = "outreach.undeliverable"
FAILED = "outreach.failed"
SWITCH = "connector.manage"


class TrialError(ValueError):
    """The trial cannot be begun or ended so; the text is for people."""


def queue(*, by: Actor, at: datetime, message: NewMessage, policy: MessagePolicy) -> bool:
    """Queue a message; False when it repeats one, or the recipient's day is full.

    An inbox letter is there at once. A short message waits out the quiet hours and goes through the outbox;
    during a trial it is written down alone, and does not go out afterwards either.
    """
    return queue_all(by=by, at=at, messages=[message], policy=policy)[0]


def queue_all(
    *, by: Actor, at: datetime, messages: Sequence[NewMessage], policy: MessagePolicy
) -> list[bool]:
    """The same for several, as if they had come one after the other; the answers in their order."""
    with transaction.atomic():
        sent = Sent.read(messages, at, policy)
        queued = [sent.takes(message) for message in messages]
        fresh = [message for message, taken in zip(messages, queued, strict=True) if taken]
        trial = trials.standing() is not None
        bulk.insert(Message, ROW, (_row(message, at, policy, trial=trial) for message in fresh))
        sms = [m for m in fresh if m.channel == Channel.SMS and not trial]
        told = [(m.key, {"to": m.recipient, "text": m.text}, m.recipient) for m in sms]
        if told:
            outbox.put_many(by=by, at=not_before(at, policy), topic=SMS_TOPIC, entries=told)
        acts = [(f"message:{m.key}", {"channel": m.channel, "segments": _segments(m)}) for m in fresh]
        evidence.record_many(by=by, at=at, action="MESSAGE_QUEUED", entries=acts)
    return queued


def _segments(message: NewMessage) -> int:
    return segments(message.text) if message.channel == Channel.SMS else 0


def _row(message: NewMessage, at: datetime, policy: MessagePolicy, *, trial: bool) -> tuple[object, ...]:
    sms = message.channel == Channel.SMS and not trial
    there = MessageState.TRIAL if trial and message.channel == Channel.SMS else MessageState.DELIVERED
    return (
        *(message.key, message.channel, message.recipient, message.subject),
        *(message.purpose, message.text, _segments(message)),
        (MessageState.QUEUED if sms else there).value,
        *(at, not_before(at, policy) if sms else at, None if sms else at),
    )


def take_receipt(
    *, by: Actor, at: datetime, key: str, told: MessageState, policy: MessagePolicy, note: str = ""
) -> MessageState | None:
    """Note what a gateway says about a message; the state afterwards, None for a key that is not ours.

    Early, late, doubled and contradicting receipts are all kept; none moves a message back. A final one
    shows that the gateway has the message, so a call that ended unclear is unclear no more. When a
    recipient's messages have failed as often as the policy bears, an event asks for a visit; before that
    one tells whoever sent it.
    """
    with transaction.atomic():
        Receipt.objects.create(message_key=key, told=told, received_at=at, note=note[:2000])
        evidence.record(
            by=by, at=at, action="MESSAGE_TOLD_OF", target=f"message:{key}", detail={"told": told.value}
        )
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
        if after in FINAL:
            outbox.settle_told(by=by, at=at, topic=SMS_TOPIC, told={key: after.value})
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
    _follow_early_receipts(by, at, viewer)
    return len(told)


def _follow_early_receipts(by: Actor, at: datetime, viewer: Viewer) -> None:
    """A receipt that came before the call had ended could not settle what was not unclear yet."""
    unclear = outbox_queries.unclear_keys(topic=SMS_TOPIC, viewer=viewer)
    for start in range(0, len(unclear), 2_000):
        ended = Message.objects.filter(key__in=unclear[start : start + 2_000], state__in=FINAL)
        told = dict(ended.values_list("key", "state"))
        outbox.settle_told(by=by, at=at, topic=SMS_TOPIC, told=told)


def _count_failures(by: Actor, at: datetime, row: Message, policy: MessagePolicy) -> None:
    lost = [MessageState.FAILED.value, MessageState.EXPIRED.value]
    failed = Message.objects.filter(recipient=row.recipient, purpose=row.purpose, state__in=lost).count()
    if failed >= policy.failures_max:
        payload = {"recipient": row.recipient, "purpose": row.purpose}
        outbox.put(by=by, at=at, topic=UNDELIVERABLE, key=row.key, payload=payload)
    else:
        outbox.put(by=by, at=at, topic=FAILED, key=row.key, payload={"key": row.key})


def begin_trial(*, by: Actor, at: datetime, reason: str) -> None:
    """From now on short messages are written and not handed over; those that wait already wait on."""
    by.require_person("开始短信试运行", SWITCH)
    if not reason.strip():
        raise TrialError("请写明理由")
    with transaction.atomic():
        if trials.standing() is not None:
            raise TrialError("短信试运行已经开始")
        Trial.objects.create(began_at=at, began_by=by.name, reason=reason.strip()[:300])
        evidence.record(by=by, at=at, action="TRIAL_BEGUN", target="messages", detail={"why": reason})


def end_trial(*, by: Actor, at: datetime, reason: str) -> None:
    """From now on new short messages go out; what was written during the trial does not."""
    by.require_person("结束短信试运行", SWITCH)
    if not reason.strip():
        raise TrialError("请写明理由")
    with transaction.atomic():
        told = {"ended_at": at, "ended_by": by.name, "end_reason": reason.strip()[:300]}
        if not Trial.objects.filter(channel=Channel.SMS, ended_at=None).update(**told):
            raise TrialError("短信不在试运行中")
        evidence.record(by=by, at=at, action="TRIAL_ENDED", target="messages", detail={"why": reason})
