"""A message gateway that misbehaves on purpose: the demo's sandbox and the tests' judge.

A real HTTP server. What it does to a request is drawn from a seeded table by the number of the request, so
a run can be repeated. It keeps its own book of what reached a recipient; that book, not our database,
says whether anybody was told twice.
"""

from __future__ import annotations

import json
import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

BODY_BYTES_MAX = 64_000


class Trick(StrEnum):
    """What the gateway does to one request."""

    NONE = "NONE"
    REFUSE = "REFUSE"
    BUSY = "BUSY"
    ACCEPT_THEN_HANG = "ACCEPT_THEN_HANG"
    ACCEPT_THEN_500 = "ACCEPT_THEN_500"
    ACCEPT_THEN_RESET = "ACCEPT_THEN_RESET"
    RESET = "RESET"
    REDIRECT = "REDIRECT"
    WRONG_CHARSET = "WRONG_CHARSET"
    SLOW_DRIP = "SLOW_DRIP"


@dataclass(frozen=True)
class Manners:
    """Which tricks, how often (per thousand requests each), and what the gateway offers."""

    tricks: Mapping[Trick, int] = field(default_factory=dict)
    keyed: bool = True
    queryable: bool = True
    seed: int = 0
    hang_seconds: float = 0.5


MILD = Manners({Trick.BUSY: 20, Trick.ACCEPT_THEN_500: 10, Trick.RESET: 10, Trick.REFUSE: 5}, seed=9801)
HOSTILE_TRICKS = {
    Trick.REFUSE: 20,
    Trick.BUSY: 60,
    Trick.ACCEPT_THEN_HANG: 20,
    Trick.ACCEPT_THEN_500: 50,
    Trick.ACCEPT_THEN_RESET: 40,
    Trick.RESET: 30,
    Trick.REDIRECT: 10,
    Trick.WRONG_CHARSET: 20,
    Trick.SLOW_DRIP: 5,
}


class Book:
    """What the gateway itself knows: messages by key, deliveries counted, requests numbered."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbered = 0
        self.messages: dict[str, dict[str, Any]] = {}
        self.delivered: Counter[str] = Counter()

    def number(self) -> int:
        """The number of this request."""
        with self._lock:
            self._numbered += 1
            return self._numbered

    def accept(self, message: dict[str, Any], *, once: bool) -> None:
        """Deliver a message; a keyed gateway delivers a key once."""
        with self._lock:
            key = str(message["key"])
            if not (once and key in self.messages):
                self.delivered[key] += 1
            self.messages[key] = message

    def told_twice(self) -> list[str]:
        """Keys whose recipients were told more than once."""
        return sorted(key for key, times in self.delivered.items() if times > 1)


class SandboxGateway:
    """Start with `with`; `address` is where it listens on loopback, `book` what it knows."""

    def __init__(self, manners: Manners = MILD, port: int = 0) -> None:
        self.manners = manners
        self.book = Book()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self.book, manners))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def address(self) -> str:
        """Root address without a slash."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> SandboxGateway:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def trick_for(manners: Manners, number: int) -> Trick:
    """The same trick for the same seed and number, whatever else happens."""
    drawn = random.Random(f"{manners.seed}:{number}").randrange(1000)  # noqa: S311 - a repeatable fault table
    for trick, share in manners.tricks.items():
        if drawn < share:
            return trick
        drawn -= share
    return Trick.NONE


def _handler(book: Book, manners: Manners) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 65_536  # head and body leave in one packet; two would wait for a delayed acknowledgement

        def log_message(self, format: str, *args: object) -> None:
            """Quiet: the book is the log."""

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            body = self.rfile.read(min(length, BODY_BYTES_MAX))
            message = json.loads(body)
            self._play(trick_for(manners, book.number()), message)

        def do_GET(self) -> None:
            key = unquote(self.path.rpartition("/")[2])
            if not manners.queryable:
                self._reply(405, {"error": "no queries here"})
            elif key in book.messages:
                self._reply(200, {"key": key, "state": "ACCEPTED"})
            else:
                self._reply(404, {"key": key, "state": "UNKNOWN_KEY"})

        def _play(self, trick: Trick, message: dict[str, Any]) -> None:
            if trick is Trick.REFUSE:
                self._reply(422, {"error": "number not in service"})
            elif trick is Trick.BUSY:
                self._reply(503, {"error": "busy"})
            elif trick is Trick.REDIRECT:
                self._reply(302, {}, {"Location": "/elsewhere"})
            elif trick is Trick.RESET:
                self._cut()
            else:
                book.accept(message, once=manners.keyed)
                self._after_accepting(trick, message)

        def _after_accepting(self, trick: Trick, message: dict[str, Any]) -> None:
            if trick is Trick.ACCEPT_THEN_RESET:
                self._cut()
            elif trick is Trick.ACCEPT_THEN_500:
                self._reply(500, {"error": "internal"})
            elif trick is Trick.WRONG_CHARSET:
                self._send(202, '{"key": "错"}'.encode("gb18030"), {})
            else:
                if trick in {Trick.ACCEPT_THEN_HANG, Trick.SLOW_DRIP}:
                    time.sleep(manners.hang_seconds)
                self._reply(202, {"key": message["key"], "state": "ACCEPTED"})

        def _reply(self, status: int, body: dict[str, Any], headers: Mapping[str, str] | None = None) -> None:
            self._send(status, json.dumps(body).encode(), headers or {})

        def _send(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
            try:
                self.send_response(status)
                self.send_header("Content-Type", "application/json; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                self.close_connection = True

        def _cut(self) -> None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)

    return Handler
