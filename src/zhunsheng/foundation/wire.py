"""One call over HTTP: one deadline for the whole of it, no redirects, no proxies, a bounded answer.

The deadline covers the whole call: a server that drips its answer byte by byte would pass any limit on a
single read and hold whoever waits for it.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, partial
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from socket import SHUT_RDWR, socket
from threading import Timer
from urllib.parse import urlsplit

REPLY_BYTES_MAX = 65_536


class NotConnectedError(Exception):
    """The line never stood: nothing has been sent."""


class BrokenOffError(Exception):
    """The line stood and the call failed: what arrived is not known."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: the status and the first bytes of the body."""

    status: int
    body: bytes


def call(
    method: str,
    url: str,
    body: bytes | None,
    headers: Mapping[str, str],
    seconds: float,
    check_peer: Callable[[str], None] | None = None,
) -> Reply:
    """One request on a line of its own. Until the line stands, TLS included, nothing has been sent.

    `check_peer` looks at the numeric address that was reached, whatever the name meant a moment ago.
    """
    parts = urlsplit(url)
    line = _line(parts.scheme, parts.netloc, seconds)
    try:
        line.connect()
    except OSError as error:
        raise NotConnectedError(repr(error)) from error
    try:
        if check_peer is not None:
            check_peer(str(line.sock.getpeername()[0]))
    except BaseException:
        line.close()
        raise
    deadline = Timer(seconds, partial(_cut, line.sock))
    deadline.start()
    try:
        target = parts.path or "/"
        line.request(method, f"{target}?{parts.query}" if parts.query else target, body, dict(headers))
        response = line.getresponse()
        return Reply(response.status, response.read(REPLY_BYTES_MAX))
    except (OSError, HTTPException) as error:
        raise BrokenOffError(repr(error)) from error
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
