"""Being a witness for the logs of others: another district's, the upper bureau's.

It remembers, for each log, the largest tree it has cosigned, in a database of its own beside its key;
checking and remembering are one transaction. It needs no other part of an installation.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock

from zhunsheng.core.tlog.checkpoints import Checkpoint
from zhunsheng.core.tlog.notes import COSIGNATURE, Verifier
from zhunsheng.core.tlog.witness import Ask, Refusal, check_growth, read_ask, signed_checkpoint
from zhunsheng.foundation.evidence.keyring import verifier
from zhunsheng.foundation.evidence.keys import Signer, ed25519_signer, make_ed25519

FOLDER, KEY, STATE, LOGS = "witness", "ed25519.key", "state.sqlite3", "logs"
BODY_BYTES_MAX = 1 << 19
CALL_SECONDS_MAX = 20.0
WAIT_SECONDS_MAX = 20.0
TABLES = """
CREATE TABLE IF NOT EXISTS seen (origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS refused (at INTEGER NOT NULL, why TEXT NOT NULL, body BLOB NOT NULL);
"""


class Witness:
    """The witness of a folder; its key is made on first use, the logs it knows stand in the file `logs`."""

    def __init__(self, home: Path, name: str) -> None:
        self.folder = home / FOLDER
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not (self.folder / KEY).exists():
            make_ed25519(self.folder / KEY)
        self.signer: Signer = ed25519_signer(self.folder / KEY, name, COSIGNATURE)
        # The transaction alone is what keeps order; waiting in line spares its busy waiting among threads.
        self._turn = Lock()
        with self._state() as state:
            state.executescript(TABLES)

    def know(self, vkey: str) -> None:
        """Cosign the log with this key from now on."""
        verifier(vkey)
        with (self.folder / LOGS).open("a", encoding="utf-8") as handle:
            handle.write(vkey.strip() + "\n")

    def logs(self) -> list[Verifier]:
        """The keys of the logs that are known."""
        path = self.folder / LOGS
        return [verifier(text) for text in path.read_text(encoding="utf-8").split()] if path.exists() else []

    @contextmanager
    def _state(self) -> Iterator[sqlite3.Connection]:
        state = sqlite3.connect(self.folder / STATE, timeout=WAIT_SECONDS_MAX, isolation_level=None)
        try:
            state.execute("PRAGMA synchronous=FULL")
            yield state
        finally:
            state.close()

    def add_checkpoint(self, body: bytes, at: int) -> str:
        """The cosignature line over a checkpoint that goes on from what was cosigned last; else Refusal.

        Remembered, lasting, before it is signed. What a known log signed and is refused is kept as evidence.
        """
        ask = read_ask(body)
        note, told = signed_checkpoint(ask, self.logs())
        try:
            self._go_on(ask, told)
        except Refusal as refusal:
            if refusal.status == 422:
                with self._state() as state:
                    state.execute("INSERT INTO refused VALUES (?, ?, ?)", (at, str(refusal), body))
            raise
        return self.signer.cosign(note.text, at).line

    def _go_on(self, ask: Ask, told: Checkpoint) -> None:
        """Check and remember in one transaction: two requests at once must not undo each other."""
        with self._turn, self._state() as state:
            state.execute("BEGIN IMMEDIATE")
            size, root = self._seen(state, told.origin)
            check_growth(ask, told, size, root)
            self._remember(state, told)
            state.execute("COMMIT")

    def _seen(self, state: sqlite3.Connection, origin: str) -> tuple[int, bytes]:
        row = state.execute("SELECT size, root FROM seen WHERE origin = ?", (origin,)).fetchone()
        return (int(row[0]), bytes(row[1])) if row else (0, b"")

    def _remember(self, state: sqlite3.Connection, told: Checkpoint) -> None:
        state.execute(
            "INSERT INTO seen VALUES (?, ?, ?) ON CONFLICT (origin) DO UPDATE SET size = excluded.size, "
            "root = excluded.root",
            (told.origin, told.size, told.root),
        )


def server(witness: Witness, host: str, port: int, seconds: Callable[[], int]) -> ThreadingHTTPServer:
    """The witness over HTTP (put TLS in front of it); `seconds` tells the time since 1970."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = CALL_SECONDS_MAX

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if self.path != "/add-checkpoint":
                return self._answer(404, "text/plain", "")
            if not length.isdecimal() or int(length) > BODY_BYTES_MAX:
                self.close_connection = True
                return self._answer(413, "text/plain", "")
            try:
                line = witness.add_checkpoint(self.rfile.read(int(length)), seconds())
            except Refusal as refusal:
                if refusal.status == 409:
                    return self._answer(409, "text/x.tlog.size", f"{refusal.size}\n")
                return self._answer(refusal.status, "text/plain; charset=utf-8", f"{refusal}\n")
            return self._answer(200, "text/plain; charset=utf-8", line)

        def _answer(self, status: int, kind: str, text: str) -> None:
            data = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    made = ThreadingHTTPServer((host, port), Handler)
    made.daemon_threads = True
    return made
