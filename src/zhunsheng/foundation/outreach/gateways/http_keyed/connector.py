"""The gateway does a message once however often it is told, by our key in `Idempotency-Key`."""

from __future__ import annotations

from zhunsheng.foundation.outbox.connectors import Connector, ConnectorClass
from zhunsheng.foundation.outreach.http_calls import HttpConnector


def connect(address: str) -> Connector:
    """A connector for a gateway address."""
    return HttpConnector(address, ConnectorClass.KEYED)
