"""`zhunsheng serve` as a process of its own on a database of its own, and the commands beside it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import yaml

from tests.trust.children import House
from tools.bootstrap import ROOT
from zhunsheng.core.clock import SystemClock

ZHUNSHENG = Path(sys.executable).parent / "zhunsheng"
WORKERS = 2


def packs(folder: Path) -> Path:
    """The packs of the checkout; a year whose holidays were not announced yet is given none."""
    shutil.copytree(ROOT / "packs", folder / "packs")
    year = SystemClock().now().year
    for file in (folder / "packs" / "calendar" / f"{y}.yaml" for y in (year, year + 1)):
        if not file.exists():
            document = {
                "schema": "zhunsheng.calendar/1",
                "year": int(file.stem),
                "holidays": [],
                "make_up_workdays": [],
            }
            file.write_text(yaml.safe_dump(document), encoding="utf-8")
    return folder / "packs"


class Installation:
    """One home with its database and packs."""

    def __init__(self, house: House, folder: Path) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ZHUNSHENG_")}
        self.environment = {
            **kept,
            "DATABASE_URL": house.url,
            "ZHUNSHENG_HOME": str(folder / "home"),
            "ZHUNSHENG_PACKS": str(packs(folder)),
        }

    def run(self, *words: str) -> Any:
        """What a command answers with --json."""
        command = [ZHUNSHENG, *words, "--json"]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def token(self, source: str) -> str:
        """The text of a new token, issued by the command line."""
        words = ("tokens", "issue", "--purpose", "send-events", "--source", source, "--by", "9801-91")
        return str(self.run(*words)["token"])

    def first_run(self) -> None:
        """The three administrators; the first looks after connectors."""
        people = ("--system", "9801-91=程岚", "--security", "9801-92=闻笛", "--audit", "9801-93=沈砚")
        self.run("accounts", "first-run", *people, "--code", "9801")

    @contextmanager
    def served(self, program: Sequence[str | Path] = (ZHUNSHENG,)) -> Iterator[Server]:
        """A server that answers, until the end of the block."""
        server = Server(self.environment, program)
        try:
            yield server
        finally:
            server.kill()


class Server:
    """The process group of one `zhunsheng serve`."""

    def __init__(self, environment: Mapping[str, str], program: Sequence[str | Path] = (ZHUNSHENG,)) -> None:
        self.process = subprocess.Popen(
            [*program, "serve", "--port", "0", "--workers", str(WORKERS), "--json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
            start_new_session=True,
        )
        assert self.process.stdout is not None
        self.client = httpx.Client(timeout=60, trust_env=False)
        self.address = str(json.loads(self.process.stdout.readline())["address"]).rstrip("/")
        self._wait()

    def _wait(self) -> None:
        for _ in range(200):
            try:
                told = httpx.get(f"{self.address}/api/v1/health", timeout=10, trust_env=False)
            except httpx.TransportError:
                time.sleep(0.1)
            else:
                assert told.json() == {"ready": True}
                return
        raise AssertionError(f"nothing answers at {self.address}")

    def send(self, body: Any, *, bearer: str, key: str) -> httpx.Response:
        """Post a batch; an iterator goes out in chunks, without a length."""
        return self.client.post(
            f"{self.address}/api/v1/events",
            content=body,
            headers={
                "Authorization": f"Bearer {bearer}",
                "Idempotency-Key": key,
                "Content-Type": "application/cloudevents-batch+json",
            },
        )

    def kill(self) -> None:
        """End all its processes at once, as a power cut does."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.client.close()
        if self.process.stdout is not None:
            self.process.stdout.close()
