"""POST a message with its key, GET to ask for it; every odd answer is UNCLEAR, never success."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

from zhunsheng.foundation.outbox.connectors import Answer, Connector, ConnectorClass, Verdict

TOPIC = "sms.send"
TIMEOUT_SECONDS = 5.0


@dataclass(frozen=True)
class HttpConnector:
    """A gateway at `address`. `kind` says what it can do; `client` does not follow redirects."""

    address: str
    client: httpx.Client
    kind: ConnectorClass = ConnectorClass.KEYED
    topic: str = TOPIC

    def send(self, key: str, payload: Mapping[str, Any]) -> Answer:
        """202 with our key back is success; 4xx but 408, 409, 425 and 429 is a refusal for good."""
        body = {"key": key, "to": payload["to"], "text": payload["text"]}
        try:
            reply = self.client.post(f"{self.address}/messages", json=body, headers={"Idempotency-Key": key})
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            return Answer(Verdict.NOT_SENT, repr(error))
        except httpx.HTTPError as error:
            return Answer(Verdict.UNCLEAR, repr(error))
        return _judge(reply, key)

    def ask(self, key: str) -> Answer:
        """200 with our key: it was taken; 404 with our key: surely not; everything else is unclear."""
        try:
            reply = self.client.get(f"{self.address}/messages/{quote(key, safe='')}")
        except httpx.HTTPError as error:
            return Answer(Verdict.UNCLEAR, repr(error))
        if reply.status_code in {200, 404} and _key_in(reply) == key:
            return Answer(Verdict.ACCEPTED if reply.status_code == 200 else Verdict.NOT_SENT)
        return Answer(Verdict.UNCLEAR, f"HTTP {reply.status_code}")


def _judge(reply: httpx.Response, key: str) -> Answer:
    status = reply.status_code
    if status == 202 and _key_in(reply) == key:
        return Answer(Verdict.ACCEPTED)
    if status == 429:
        return Answer(Verdict.NOT_SENT, f"HTTP {status}")
    if 400 <= status < 500 and status not in {408, 409, 425}:
        return Answer(Verdict.REFUSED, f"HTTP {status} {reply.text[:200]}")
    return Answer(Verdict.UNCLEAR, f"HTTP {status}")


def _key_in(reply: httpx.Response) -> str:
    """The key that a reply names; '' when the body is not strict UTF-8 JSON of the agreed shape."""
    try:
        body = httpx.Response(200, content=reply.content).json()
    except ValueError:
        return ""
    return str(body.get("key", "")) if isinstance(body, dict) else ""


def connect(address: str, *, kind: ConnectorClass = ConnectorClass.KEYED) -> Connector:
    """A connector for a gateway address; redirects are refused, TLS is verified."""
    client = httpx.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False, trust_env=False)
    return HttpConnector(address, client, kind)
