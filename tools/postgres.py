"""A throw-away PostgreSQL on a unix socket, with default durability. Standard library only.

`python -m tools.postgres COMMAND…` runs a command with DATABASE_URL pointing at a fresh server
and removes the server afterwards.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tools import machine

START_SECONDS_MAX = 60


@dataclass
class Server:
    """One cluster: its folder, and the process that runs it while it runs."""

    programs: Path
    folder: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def data(self) -> Path:
        """Where the cluster lives."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.folder / "server.log"

    def url(self, database: str = "postgres") -> str:
        """DATABASE_URL over the unix socket; no port is opened."""
        return f"postgresql://postgres@/{database}?host={quote(str(self.folder), safe='')}"

    def run(self, *command: str) -> None:
        """Run one of PostgreSQL's own programs as the server's account."""
        subprocess.run(
            [str(self.programs / command[0]), *command[1:]],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=self.folder,
            **_as_server_account(),
        )

    def start(self) -> None:
        """Start and wait until it answers."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [str(self.programs / "postgres"), "-D", str(self.data)],
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,
                **_as_server_account(),
            )
        probe = [str(self.programs / "pg_isready"), "-q", "-h", str(self.folder)]
        for _ in range(START_SECONDS_MAX * 10):
            if subprocess.run(probe, check=False).returncode == 0:
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise RuntimeError("PostgreSQL did not start:\n" + self.log.read_text(errors="replace")[-2000:])

    def kill(self) -> None:
        """SIGKILL to the postmaster and all its children: the nearest thing to a power cut."""
        if self.process is not None:
            # Each backend is a session of its own, so the group's signal would miss them; a survivor
            # would hold the shared memory and the next start would be refused.
            for pid in (self.process.pid, *_children(self.process.pid)):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def stop(self) -> None:
        """A fast, orderly shutdown."""
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.kill()
            self.process = None


def _children(parent: int) -> list[int]:
    """Direct children of a process, read from /proc."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            pid, _, rest = status.read_text().partition(" (")
            if int(rest.rpartition(") ")[2].split()[1]) == parent:
                found.append(int(pid))
    return found


def _as_server_account() -> dict[str, Any]:
    """PostgreSQL refuses to run as root; then it runs as its own account."""
    account = machine.server_account()
    if account is None:
        return {}
    entry = pwd.getpwnam(account)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


@contextmanager
def start_server(*settings: str) -> Iterator[Server]:
    """A fresh cluster, removed at the end. `settings` are lines for postgresql.conf; durability stays on
    unless they say otherwise."""
    # A unix socket's path may hold about 100 characters, so the folder stands directly in /tmp.
    folder = Path(tempfile.mkdtemp(prefix="zhunsheng-pg-", dir="/tmp"))
    try:
        with kept_server(folder, *settings) as server:
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def start_standby(primary: str) -> Iterator[Server]:
    """A standby that follows the cluster of a URL by streaming, removed at the end."""
    programs = machine.postgres_folder()
    if programs is None:
        raise RuntimeError(machine.why_no_postgres())
    folder = Path(tempfile.mkdtemp(prefix="zhunsheng-pg-", dir="/tmp"))
    account = machine.server_account()
    if account is not None:
        shutil.chown(folder, account)
    server = Server(programs, folder)
    try:
        server.run("pg_basebackup", "-D", str(server.data), "-d", primary, "-R", "-X", "stream", "-c", "fast")
        with (server.data / "postgresql.conf").open("a") as handle:
            handle.write(f"listen_addresses = ''\nunix_socket_directories = '{folder}'\n")
        with kept_server(folder) as running:
            yield running
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def kept_server(folder: Path, *settings: str) -> Iterator[Server]:
    """The cluster in a folder with a short path, made there if there is none; it stays when it stops."""
    programs = machine.postgres_folder()
    if programs is None:
        raise RuntimeError(machine.why_no_postgres())
    folder.mkdir(parents=True, exist_ok=True)
    server = Server(programs, folder)
    account = machine.server_account()
    if account is not None:
        shutil.chown(folder, account)
    folder.chmod(0o755)
    if not server.data.exists():
        server.run(
            "initdb", "-D", str(server.data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C"
        )
        lines = ["listen_addresses = ''", f"unix_socket_directories = '{folder}'", *settings]
        with (server.data / "postgresql.conf").open("a") as handle:
            handle.write("\n".join(lines) + "\n")
    try:
        server.start()
        yield server
    finally:
        server.stop()


def main() -> int:
    """Run the given command against a fresh server."""
    if len(sys.argv) < 2:
        print("usage: python -m tools.postgres COMMAND…", file=sys.stderr)
        return 2
    with start_server() as server:
        done = subprocess.run(sys.argv[1:], env={**os.environ, "DATABASE_URL": server.url()}, check=False)
        return done.returncode


if __name__ == "__main__":
    sys.exit(main())
