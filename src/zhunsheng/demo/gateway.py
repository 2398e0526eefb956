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
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar
from urllib.parse import unquote

BODY_BYTES_MAX = 64_000
DRIPS = 12
_Trick = TypeVar("_Trick", bound=StrEnum)


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


class ReceiptTrick(StrEnum):
    """What the gateway says later about an accepted message."""

    PLAIN = "PLAIN"
    BEFORE_THE_ANSWER = "BEFORE_THE_ANSWER"
    TWICE = "TWICE"
    CONTRADICTED = "CONTRADICTED"
    STRANGE_KEY = "STRANGE_KEY"
    FAILED = "FAILED"


@dataclass(frozen=True)
class Manners:
    """Which tricks, how often (per thousand requests each), and what the gateway offers."""

    tricks: Mapping[Trick, int] = field(default_factory=dict)
    receipts: Mapping[ReceiptTrick, int] = field(default_factory=dict)
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
HOSTILE_RECEIPTS = {
    ReceiptTrick.BEFORE_THE_ANSWER: 150,
    ReceiptTrick.TWICE: 150,
    ReceiptTrick.CONTRADICTED: 100,
    ReceiptTrick.STRANGE_KEY: 50,
    ReceiptTrick.FAILED: 50,
    ReceiptTrick.PLAIN: 500,
}


class Book:
    """What the gateway itself knows: messages by key, deliveries counted, requests numbered."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbered = 0
        self.messages: dict[str, dict[str, Any]] = {}
        self.delivered: Counter[str] = Counter()
        self._receipts: list[tuple[str, str]] = []

    def say_later(self, key: str, *told: str) -> None:
        """Receipts to be fetched (or called back with) in this order."""
        with self._lock:
            self._receipts += [(key, state) for state in told]

    def receipts(self) -> list[tuple[str, str]]:
        """(key, DELIVERED or FAILED) of what has not been fetched yet."""
        with self._lock:
            told, self._receipts = self._receipts, []
        return told

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

    def accept_and_draw(self, message: dict[str, Any], manners: Manners) -> ReceiptTrick | None:
        """Accept; what will be said about a new message, said already if it comes before the answer."""
        key = str(message["key"])
        first = key not in self.messages
        self.accept(message, once=manners.keyed)
        receipt = receipt_for(manners, key) if first else None
        if receipt is ReceiptTrick.BEFORE_THE_ANSWER:
            _give_receipts(self, receipt, key)
        return receipt

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
    return _drawn(manners.tricks, f"{manners.seed}:{number}") or Trick.NONE


def receipt_for(manners: Manners, key: str) -> ReceiptTrick | None:
    """What will be said about a message; None when the gateway gives no receipt for it."""
    return _drawn(manners.receipts, f"{manners.seed}:{key}")


def _drawn(table: Mapping[_Trick, int], seed: str) -> _Trick | None:
    drawn = random.Random(seed).randrange(1000)  # noqa: S311 - a repeatable fault table
    for trick, share in table.items():
        if drawn < share:
            return trick
        drawn -= share
    return None


def _give_receipts(book: Book, trick: ReceiptTrick | None, key: str) -> None:
    match trick:
        case ReceiptTrick.TWICE:
            book.say_later(key, "DELIVERED", "DELIVERED")
        case ReceiptTrick.CONTRADICTED:
            book.say_later(key, "DELIVERED", "FAILED", "ACCEPTED")
        case ReceiptTrick.STRANGE_KEY:
            book.say_later(f"strange-{key}", "DELIVERED")
        case ReceiptTrick.FAILED:
            book.say_later(key, "FAILED")
        case ReceiptTrick.PLAIN | ReceiptTrick.BEFORE_THE_ANSWER:
            book.say_later(key, "DELIVERED")


def _drip(line: socket.socket, pause_seconds: float) -> None:
    """Byte by byte: no single read times out, and the answer never ends."""
    with suppress(OSError):
        for byte in b"HTTP/1.1 202 Accepted\r\n"[:DRIPS]:
            line.sendall(bytes([byte]))
            time.sleep(pause_seconds)


def _cut(handler: BaseHTTPRequestHandler) -> None:
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


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
                _cut(self)
            else:
                receipt = book.accept_and_draw(message, manners)
                self._after_accepting(trick, message)
                if receipt is not ReceiptTrick.BEFORE_THE_ANSWER:
                    _give_receipts(book, receipt, str(message["key"]))

        def _after_accepting(self, trick: Trick, message: dict[str, Any]) -> None:
            if trick is Trick.ACCEPT_THEN_RESET:
                _cut(self)
            elif trick is Trick.ACCEPT_THEN_500:
                self._reply(500, {"error": "internal"})
            elif trick is Trick.WRONG_CHARSET:
                self._send(202, '{"key": "错"}'.encode("gb18030"), {})
            elif trick is Trick.SLOW_DRIP:
                self.close_connection = True
                _drip(self.connection, manners.hang_seconds / 3)
            else:
                if trick is Trick.ACCEPT_THEN_HANG:
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

    return Handler
