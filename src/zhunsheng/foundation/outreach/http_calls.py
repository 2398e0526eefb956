"""Calls to a gateway over HTTP: one deadline for the whole call, and every odd answer is UNCLEAR.

The classes of gateways differ in what may be done after an unclear call, not in what an answer means; so
the meaning stands here once, and a folder below `gateways/` says which class its gateway is of.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from zhunsheng.foundation import wire
from zhunsheng.foundation.outbox.connectors import Answer, ConnectorClass, Verdict

TOPIC = "sms.send"
CALL_SECONDS_MAX = 10.0
NOT_FOR_GOOD = frozenset({408, 409, 425})


@dataclass(frozen=True)
class Reply:
    """What came back: the status, and the body if it was strict JSON of an object, else nothing."""

    status: int
    body: Mapping[str, Any]


@dataclass(frozen=True)
class HttpConnector:
    """A gateway at `address`. `kind` says what it can do; `seconds` is the longest that one call may take."""

    address: str
    kind: ConnectorClass
    seconds: float = CALL_SECONDS_MAX
    topic: str = TOPIC

    def send(self, key: str, payload: Mapping[str, Any]) -> Answer:
        """202 with our key back is success; 4xx but 408, 409, 425 and 429 is a refusal for good."""
        body = {"key": key, "to": payload["to"], "text": payload["text"]}
        headers = {"Idempotency-Key": key} if self.kind is ConnectorClass.KEYED else {}
        reply = self._call("POST", f"{self.address}/messages", body, headers)
        return reply if isinstance(reply, Answer) else _judge(reply, key)

    def ask(self, key: str) -> Answer:
        """200 with our key: it was taken; 404 with our key: surely not; everything else is unclear."""
        reply = self._call("GET", f"{self.address}/messages/{quote(key, safe='')}", None, {})
        if isinstance(reply, Answer):
            return Answer(Verdict.UNCLEAR, reply.note)
        if reply.status in {200, 404} and reply.body.get("key") == key:
            return Answer(Verdict.ACCEPTED if reply.status == 200 else Verdict.NOT_SENT)
        return Answer(Verdict.UNCLEAR, f"HTTP {reply.status}")

    def _call(
        self, method: str, url: str, body: Mapping[str, Any] | None, headers: Mapping[str, str]
    ) -> Reply | Answer:
        """Until the line stands nothing was sent; after that every failure leaves it open what arrived."""
        content = None if body is None else json.dumps(body).encode()
        try:
            told = wire.call(
                method, url, content, {"Content-Type": "application/json", **headers}, self.seconds
            )
        except wire.NotConnectedError as error:
            return Answer(Verdict.NOT_SENT, str(error))
        except wire.BrokenOffError as error:
            return Answer(Verdict.UNCLEAR, str(error))
        return Reply(told.status, _object_in(told.body))


def _object_in(told: bytes) -> Mapping[str, Any]:
    """A JSON object in strict UTF-8; {} for anything else."""
    try:
        read = json.loads(told.decode("utf-8"))
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def _judge(reply: Reply, key: str) -> Answer:
    if reply.status == 202 and reply.body.get("key") == key:
        return Answer(Verdict.ACCEPTED)
    if reply.status == 429:
        return Answer(Verdict.NOT_SENT, "HTTP 429")
    if 400 <= reply.status < 500 and reply.status not in NOT_FOR_GOOD:
        return Answer(Verdict.REFUSED, f"HTTP {reply.status} {dict(reply.body)}"[:200])
    return Answer(Verdict.UNCLEAR, f"HTTP {reply.status}")
