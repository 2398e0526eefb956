"""A receiver of webhooks that checks signatures and can misbehave, on a port of its own."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


@dataclass
class Receiver:
    """What arrived, and how to answer: a status, `redirect`, `cut`, or `drip`."""

    address: str = ""
    answer: Any = 204
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    elsewhere: int = 0

    @property
    def told(self) -> list[dict[str, Any]]:
        """The bodies, in the order of arrival."""
        return [json.loads(body) for _headers, body in self.got]

    @property
    def names(self) -> list[str]:
        """The ids, in the order of arrival."""
        return [headers["webhook-id"] for headers, _body in self.got]

    def good(self, key: str, number: int = -1) -> list[bool]:
        """For each mark on a delivery, whether this key made it."""
        headers, body = self.got[number]
        secret = base64.b64decode(key.removeprefix("whsec_"))
        content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        right = base64.b64encode(hmac.new(secret, content, hashlib.sha256).digest()).decode()
        return [mark == f"v1,{right}" for mark in headers["webhook-signature"].split(" ")]


@contextmanager
def listening() -> Iterator[Receiver]:
    """A receiver that takes everything until told otherwise."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_told: object) -> None:
            """Silent."""

        def do_GET(self) -> None:
            receiver.elsewhere += 1
            self.send_response(204)
            self.end_headers()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == "/elsewhere":
                receiver.elsewhere += 1
            receiver.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            if receiver.answer == "cut":
                self.connection.close()
                return
            if receiver.answer == "redirect":
                self.send_response(307)
                self.send_header("Location", f"{receiver.address}elsewhere")
            else:
                self.send_response(receiver.answer)
            self.send_header("Content-Length", "0")
            self.end_headers()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.address = f"http://127.0.0.1:{server.server_address[1]}/"
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
