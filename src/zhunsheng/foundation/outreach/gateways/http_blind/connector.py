"""Nothing but sending: what is doubtful is never told again by itself and waits for a named person."""

from __future__ import annotations

from zhunsheng.foundation.outbox.connectors import Connector, ConnectorClass
from zhunsheng.foundation.outreach.http_calls import HttpConnector


def connect(address: str) -> Connector:
    """A connector for a gateway address."""
    return HttpConnector(address, ConnectorClass.BLIND)
