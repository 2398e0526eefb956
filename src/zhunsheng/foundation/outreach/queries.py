"""What was sent to whom and how far it came."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, Sum

from zhunsheng.core.actors import Viewer
from zhunsheng.foundation.outreach.models import Channel, Message, Receipt


@dataclass(frozen=True, slots=True)
class MessageCard:
    """A message as pages show it."""

    key: str
    channel: str
    text: str
    state: str
    segments: int
    created_at: datetime


def _card(row: Message) -> MessageCard:
    return MessageCard(row.key, row.channel, row.text, row.state, row.segments, row.created_at)


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


def totals(*, viewer: Viewer) -> dict[str, int]:
    """Short messages by state, and `segments` in all; for bureau-wide viewers only."""
    if not viewer.sees_all:
        return {}
    rows = Message.objects.filter(channel=Channel.SMS)
    told = dict(rows.values_list("state").annotate(n=Count("id")).order_by("state"))
    told["segments"] = rows.aggregate(total=Sum("segments"))["total"] or 0
    return told
