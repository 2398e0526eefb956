"""Calls to a gateway over HTTP: one deadline for the whole call, and every odd answer is UNCLEAR.

The classes of gateways differ in what may be done after an unclear call, not in what an answer means; so
the meaning stands here once, and a folder below `gateways/` says which class its gateway is of.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, partial
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from socket import SHUT_RDWR, socket
from threading import Timer
from typing import Any
from urllib.parse import quote, urlsplit

from zhunsheng.foundation.outbox.connectors import Answer, ConnectorClass, Verdict

TOPIC = "sms.send"
CALL_SECONDS_MAX = 10.0
REPLY_BYTES_MAX = 65_536
NOT_FOR_GOOD = frozenset({408, 409, 425})


@dataclass(frozen=True)
class Reply:
    """What came back: the status, and the body if it was strict JSON of an object, else nothing."""

    status: int
    body: Mapping[str, Any]


@dataclass(frozen=True)
class HttpConnector:
    """A gateway at `address`. `kind` says what it can do; `seconds` is the longest that one call may take.

    The deadline covers the whole call: a gateway that drips its answer byte by byte would pass any limit
    on a single read and hold the worker beyond its lease.
    """

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
        """One request on a line of its own, without redirects or proxies. Until the line stands, TLS
        included, nothing has been sent; after that every failure leaves it open what arrived.
        """
        parts = urlsplit(url)
        line = _line(parts.scheme, parts.netloc, self.seconds)
        try:
            line.connect()
        except OSError as error:
            return Answer(Verdict.NOT_SENT, repr(error))
        deadline = Timer(self.seconds, partial(_cut, line.sock))
        deadline.start()
        try:
            content = None if body is None else json.dumps(body).encode()
            line.request(method, parts.path, content, {"Content-Type": "application/json", **headers})
            response = line.getresponse()
            return Reply(response.status, _object_in(response.read(REPLY_BYTES_MAX)))
        except (OSError, HTTPException) as error:
            return Answer(Verdict.UNCLEAR, repr(error))
        finally:
            deadline.cancel()
            line.close()


def _line(scheme: str, place: str, seconds: float) -> HTTPConnection:
    if scheme == "https":
        return HTTPSConnection(place, timeout=seconds, context=_tls())
    return HTTPConnection(place, timeout=seconds)


def _cut(line: socket) -> None:
    with suppress(OSError):
        line.shutdown(SHUT_RDWR)


@cache
def _tls() -> ssl.SSLContext:
    """Certificates are verified; reading the machine's list once is enough."""
    return ssl.create_default_context()


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
