"""Reading subscriptions and what became of their deliveries: for whoever manages connections."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from zhunsheng.core.actors import Viewer
from zhunsheng.core.clock import Clock
from zhunsheng.foundation.outbox import queries as outbox
from zhunsheng.foundation.outbox.queries import Delivery
from zhunsheng.foundation.webhooks.models import Subscription, SubscriptionState
from zhunsheng.foundation.webhooks.sending import WebhookConnector, topic_of
from zhunsheng.foundation.webhooks.terms import webhook_terms

EVERYTHING = Viewer.bureau("webhooks")


@dataclass(frozen=True, slots=True)
class SubscriptionCard:
    """A subscription without its keys."""

    id: int
    name: str
    url: str
    types: tuple[str, ...]
    district: str
    owner: str
    state: str
    state_reason: str
    state_at: datetime
    made_at: datetime
    failing_since: datetime | None
    old_key_until: datetime | None


def subscriptions(*, viewer: Viewer) -> list[SubscriptionCard]:
    """All of them, oldest first; staff only."""
    return [_card(row) for row in Subscription.objects.all()] if viewer.is_staff else []


def subscription(*, viewer: Viewer, number: int) -> SubscriptionCard | None:
    """One of them; staff only."""
    row = Subscription.objects.filter(id=number).first() if viewer.is_staff else None
    return _card(row) if row else None


def _card(row: Subscription) -> SubscriptionCard:
    return SubscriptionCard(
        row.id,
        row.name,
        row.url,
        tuple(row.types),
        row.district,
        row.owner,
        row.state,
        row.state_reason,
        row.state_at,
        row.made_at,
        row.failing_since,
        row.old_key_until,
    )


def disabled(*, viewer: Viewer, owner: str) -> list[SubscriptionCard]:
    """Those of an owner that long failure has switched off; staff only."""
    rows = Subscription.objects.filter(state=SubscriptionState.DISABLED, owner=owner)
    return [_card(row) for row in rows] if viewer.is_staff else []


def deliveries(*, viewer: Viewer, number: int, rows_max: int) -> list[Delivery]:
    """The newest deliveries of a subscription with every attempt; staff only.

    They carry no more than type, id and time, so no scope narrows them.
    """
    if not viewer.is_staff:
        return []
    return outbox.deliveries(viewer=EVERYTHING, topic=topic_of(number), rows_max=rows_max)


def connectors(*, viewer: Viewer, clock: Clock) -> list[WebhookConnector]:
    """One for each active subscription, keys included; for the software itself only."""
    if not viewer.sees_all:
        return []
    seconds = webhook_terms().call_seconds
    rows = Subscription.objects.filter(state=SubscriptionState.ACTIVE)
    return [WebhookConnector(row, clock, seconds) for row in rows]
