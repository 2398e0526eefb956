"""The gateway answers GET /messages/KEY; a doubtful message is asked for before it is told again."""

from __future__ import annotations

from zhunsheng.foundation.outbox.connectors import Connector, ConnectorClass
from zhunsheng.foundation.outreach.http_calls import HttpConnector


def connect(address: str) -> Connector:
    """A connector for a gateway address."""
    return HttpConnector(address, ConnectorClass.QUERYABLE)
