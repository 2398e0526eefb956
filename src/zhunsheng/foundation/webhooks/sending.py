"""One call to a receiver: a host on the list, a public address, no redirect, a signature."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from zhunsheng.core.clock import Clock, instant
from zhunsheng.foundation import wire
from zhunsheng.foundation.accounts.secrets import unseal
from zhunsheng.foundation.outbox.connectors import Answer, ConnectorClass, Verdict
from zhunsheng.foundation.webhooks.models import Subscription
from zhunsheng.foundation.webhooks.signing import signature

TOPIC = "webhook."


def topic_of(number: int) -> str:
    """The outbox topic of a subscription."""
    return f"{TOPIC}{number}"


def why_closed(url: str) -> str:
    """Why nothing may be sent to this address; empty if it may. Names are not looked up here."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "ADDRESS"
    plain = parts.scheme == "http" and settings.WEBHOOK_PRIVATE
    if not (parts.scheme == "https" or plain) or not host or parts.username or parts.fragment or port == 0:
        return "ADDRESS"
    return "" if host.lower() in settings.WEBHOOK_HOSTS else "HOST"


def refuse_private(address: str) -> None:
    """Stop before anything is sent when the address that was reached is not a public one."""
    reached = ip_address(address.partition("%")[0])
    inner = getattr(reached, "ipv4_mapped", None) or reached
    if not settings.WEBHOOK_PRIVATE and (not inner.is_global or inner.is_multicast):
        raise wire.NotConnectedError(f"private address {address}")


def keys_of(row: Subscription, at_seconds: int) -> list[bytes]:
    """The keys that sign now, the newest first."""
    told = [unseal(row.key, owner=row.url)]
    if row.old_key and row.old_key_until is not None and at_seconds < instant(row.old_key_until):
        told.append(unseal(row.old_key, owner=row.url))
    return told


@dataclass(frozen=True)
class WebhookConnector:
    """A receiver. It knows a delivery again by its id, so whatever was not clearly taken is sent again."""

    row: Subscription
    clock: Clock
    seconds: float
    kind: ConnectorClass = ConnectorClass.KEYED

    @property
    def topic(self) -> str:
        """The rows of this subscription."""
        return topic_of(self.row.id)

    def send(self, key: str, payload: Mapping[str, Any]) -> Answer:
        """2xx is success; everything else, silence included, is tried again."""
        closed = why_closed(self.row.url)
        if closed:
            return Answer(Verdict.NOT_SENT, closed)
        name, seconds = key.partition("#")[0], instant(self.clock.now())
        body = json.dumps(dict(payload), ensure_ascii=False, separators=(",", ":")).encode()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Zhunsheng-Webhooks/1",
            "webhook-id": name,
            "webhook-timestamp": str(seconds),
            "webhook-signature": signature(keys_of(self.row, seconds), name, seconds, body),
        }
        try:
            reply = wire.call("POST", self.row.url, body, headers, self.seconds, refuse_private)
        except (wire.NotConnectedError, wire.BrokenOffError) as error:
            return Answer(Verdict.NOT_SENT, str(error))
        verdict = Verdict.ACCEPTED if 200 <= reply.status < 300 else Verdict.NOT_SENT
        return Answer(verdict, f"HTTP {reply.status}")

    def ask(self, key: str) -> Answer:
        """Receivers cannot be asked."""
        return Answer(Verdict.UNCLEAR)
