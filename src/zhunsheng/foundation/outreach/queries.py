"""What was sent to whom and how far it came."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from zhunsheng.core.actors import Viewer
from zhunsheng.core.listing import Listed, Part
from zhunsheng.core.messages import MessagePolicy
from zhunsheng.foundation.outreach.models import Channel, Message, Receipt, Trial
from zhunsheng.foundation.outreach.new_messages import NewMessage, Sent
from zhunsheng.foundation.seeking import seek


@dataclass(frozen=True, slots=True)
class MessageCard:
    """A message as pages show it."""

    key: str
    channel: str
    text: str
    state: str
    segments: int
    created_at: datetime
    id: int
    subject: str
    recipient: str
    purpose: str
    not_before: datetime


def _card(row: Message) -> MessageCard:
    return MessageCard(
        row.key,
        row.channel,
        row.text,
        row.state,
        row.segments,
        row.created_at,
        row.id,
        row.subject,
        row.recipient,
        row.purpose,
        row.not_before,
    )


def of_keys(*, viewer: Viewer, keys: Iterable[str]) -> list[MessageCard]:
    """The messages with these keys, oldest first; bureau-wide viewers only."""
    rows = Message.objects.filter(key__in=list(keys)) if viewer.sees_all else Message.objects.none()
    return [_card(row) for row in rows.order_by("id")]


def to_recipient(*, viewer: Viewer, recipient: str, channel: str = "") -> list[MessageCard]:
    """Messages to an address, newest first. A business reads the inbox under its own key only."""
    if not viewer.may_see_subject(recipient):
        return []
    rows = Message.objects.filter(recipient=recipient).order_by("-id")
    if channel:
        rows = rows.filter(channel=channel)
    return [_card(row) for row in rows]


def keys_to(*, viewer: Viewer, recipients: Iterable[str], channel: str) -> dict[str, list[str]]:
    """Recipient → keys of the messages sent on a channel, those left out that the viewer may not read."""
    wanted = sorted(r for r in recipients if viewer.may_see_subject(r))
    told: dict[str, list[str]] = {}
    rows = Message.objects.filter(recipient__in=wanted, channel=channel).order_by("id")
    for recipient, key in rows.values_list("recipient", "key"):
        told.setdefault(recipient, []).append(key)
    return told


@dataclass(frozen=True, slots=True)
class ReceiptCard:
    """What a gateway said about a message, and when."""

    told: str
    received_at: datetime
    note: str


def about(*, viewer: Viewer, number: int) -> list[tuple[MessageCard, tuple[ReceiptCard, ...]]]:
    """Every message about one numbered thing, repeats too, with receipts, oldest first; for the bureau only.

    Its key is `<channel>:<number>`, and `:<n>` behind it for the n-th reminder. Whose file it is
    about is not known here: the caller has opened it for this viewer.
    """
    if not viewer.is_supervisor:
        return []
    own = Q()
    for channel in Channel.values:
        own |= Q(key=f"{channel}:{number}") | Q(key__startswith=f"{channel}:{number}:")
    rows = list(Message.objects.filter(own).order_by("id"))
    keys = [row.key for row in rows]
    told: dict[str, list[ReceiptCard]] = {}
    for row in Receipt.objects.filter(message_key__in=keys).order_by("id"):
        told.setdefault(row.message_key, []).append(ReceiptCard(row.told, row.received_at, row.note))
    return [(_card(r), tuple(told.get(r.key, ()))) for r in rows]


Narrow = Callable[[QuerySet[Message]], QuerySet[Message]]


def listed(
    *,
    viewer: Viewer,
    part: Part,
    state: str = "",
    channel: str = "",
    subject: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    narrowed: Narrow | None = None,
) -> Listed[MessageCard]:
    """A part of the messages. Who has no bureau-wide scope sees those that `narrowed` leaves, or none.

    Whose file a message is about is not known here, so the caller brings the scope along.
    """
    if not viewer.sees_all and (narrowed is None or not viewer.is_supervisor):
        return Listed()
    rows = Message.objects.all() if narrowed is None else narrowed(Message.objects.all())
    for field, wanted in (("state", state), ("channel", channel), ("subject", subject)):
        if wanted:
            rows = rows.filter(**{field: wanted})
    if since:
        rows = rows.filter(created_at__gte=since)
    if until:
        rows = rows.filter(created_at__lt=until)
    return seek(rows, part, _card)


def totals(*, viewer: Viewer, narrowed: Narrow | None = None) -> dict[str, int]:
    """Short messages by state, and `segments` in all; of those that `narrowed` leaves, as in `listed`."""
    if not viewer.sees_all and (narrowed is None or not viewer.is_supervisor):
        return {}
    rows = Message.objects.filter(channel=Channel.SMS)
    rows = rows if narrowed is None else narrowed(rows)
    told = dict(rows.values_list("state").annotate(n=Count("id")).order_by("state"))
    told["segments"] = rows.aggregate(total=Sum("segments"))["total"] or 0
    return told


def strange_receipts(*, viewer: Viewer) -> list[tuple[str, ReceiptCard]]:
    """(key, receipt) of statements about messages that are not ours, oldest first; bureau-wide viewers only.

    Another system's messages, a restored database, or somebody who guesses: a person looks.
    """
    if not viewer.sees_all:
        return []
    known = Message.objects.filter(key=OuterRef("message_key"))
    rows = Receipt.objects.filter(~Exists(known)).order_by("id")
    return [(r.message_key, ReceiptCard(r.told, r.received_at, r.note)) for r in rows]


def message(*, viewer: Viewer, message_id: int, narrowed: Narrow) -> MessageCard | None:
    """One message, if it is among those that `narrowed` leaves."""
    if not viewer.is_supervisor:
        return None
    row = narrowed(Message.objects.filter(id=message_id)).first()
    return _card(row) if row else None


def with_keys(*, viewer: Viewer, keys: Iterable[str], narrowed: Narrow) -> list[MessageCard]:
    """Messages of these keys among those that `narrowed` leaves, oldest first."""
    if not viewer.is_supervisor:
        return []
    return [_card(row) for row in narrowed(Message.objects.filter(key__in=list(keys))).order_by("id")]


def receipts(*, viewer: Viewer, key: str) -> list[ReceiptCard]:
    """What gateways said about a message, oldest first; the caller has opened it for this viewer."""
    if not viewer.is_supervisor:
        return []
    rows = Receipt.objects.filter(message_key=key).order_by("id")
    return [ReceiptCard(row.told, row.received_at, row.note) for row in rows]


@dataclass(frozen=True, slots=True)
class Bearing:
    """What would hold a message back: how many its recipient got today, and whether it repeats one."""

    today: int
    repeated: bool


def bearings(
    *, viewer: Viewer, at: datetime, wanted: Sequence[NewMessage], policy: MessagePolicy
) -> list[Bearing]:
    """For each message, looked up together and nothing queued; for the bureau only."""
    if not viewer.is_supervisor:
        return [Bearing(0, False)] * len(wanted)
    sent = Sent.read(wanted, at, policy)
    said = [(one.channel, one.recipient, one.purpose) for one in wanted]
    return [
        Bearing(sent.today.get(recipient, 0), (channel, recipient, purpose) in sent.lately)
        for channel, recipient, purpose in said
    ]


@dataclass(frozen=True, slots=True)
class TrialCard:
    """A trial: when, by whom, why."""

    began_at: datetime
    began_by: str
    reason: str
    ended_at: datetime | None
    ended_by: str
    end_reason: str


def trials(*, viewer: Viewer, standing: bool = False) -> list[TrialCard]:
    """Trials, the newest first; with `standing` only one that lasts."""
    if not viewer.is_staff:
        return []
    rows = Trial.objects.filter(ended_at=None) if standing else Trial.objects.all()
    return [
        TrialCard(r.began_at, r.began_by, r.reason, r.ended_at, r.ended_by, r.end_reason)
        for r in rows.order_by("-id")
    ]
