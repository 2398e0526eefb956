"""Upgraded while it runs: the tables change under a server that works, another takes over, nothing fails.

The server from before runs the program of today on the tables of before; what it may rely on is held by
tests/architecture/test_expanding.py.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests.api.sender import complaint, register, token
from tests.api.served import Installation, Server
from tests.trust.children import House, ask
from tests.trust.conftest import new_house
from zhunsheng.cli.database import pending_migrations
from zhunsheng.registers.registry import walls
from zhunsheng.sensing.signals.models import StoredFact

pytestmark = [pytest.mark.slow, pytest.mark.only_on("postgresql")]
PAUSE_SECONDS = 0.05
PARTS = ("signals", "0003_facts_in_parts")
WITHOUT_MIGRATING = """
import json, sys
from unittest.mock import patch
from zhunsheng.cli.main import main
with patch("zhunsheng.cli.output.ensure_database"):
    main(sys.argv[1:])
"""


def former() -> str:
    """The tables before facts stood in parts, with a business; a token."""
    executor = MigrationExecutor(connection)
    last = executor.loader.graph.leaf_nodes()
    executor.migrate(
        [("signals", "0002_by_source") if app == "signals" else (app, name) for app, name in last]
    )
    walls.build()
    register()
    return token()


def state() -> tuple[list[str], int, int]:
    """What is still to be migrated, how many facts there are, in how many parts."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_inherits WHERE inhparent = 'signals_storedfact'::regclass")
        (parts,) = cursor.fetchone()
    return pending_migrations(), StoredFact.objects.filter(source="12315").count(), parts


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[House]:
    yield new_house(os.environ["DATABASE_URL"], "", tmp_path)


class Senders:
    """Two sources that send delivery after delivery to whichever server they are pointed at."""

    def __init__(self, server: Server, bearer: str) -> None:
        self.servers, self.bearer = [server, server], bearer
        self.answers: list[tuple[int, str]] = []
        self.ended, self.more = threading.Event(), threading.Condition()
        self.threads = [threading.Thread(target=self._send, args=(who,), daemon=True) for who in (0, 1)]
        for thread in self.threads:
            thread.start()

    def _send(self, who: int) -> None:
        number = 0
        while not self.ended.wait(PAUSE_SECONDS):
            number += 1
            body = json.dumps([complaint(f"{who}-{number}")]).encode()
            try:
                answer = self.servers[who].send(body, bearer=self.bearer, key=f"{who}-{number}")
                told = (answer.status_code, answer.json()["events"][0]["state"])
            except Exception as error:
                told = (0, repr(error))
            with self.more:
                self.answers.append(told)
                self.more.notify_all()

    def wait_for(self, count: int) -> None:
        """Until so many more were answered."""
        with self.more:
            until = len(self.answers) + count
            assert self.more.wait_for(lambda: len(self.answers) >= until, 60)

    def end(self) -> None:
        self.ended.set()
        for thread in self.threads:
            thread.join(60)


def test_the_tables_change_under_a_server_that_works_and_no_request_fails(
    bare: House, tmp_path: Path
) -> None:
    bearer = ask(bare, former)
    assert ask(bare, state) == ([".".join(PARTS)], 0, 0)
    installation = Installation(bare, tmp_path)
    before = (sys.executable, "-c", WITHOUT_MIGRATING)
    with installation.served(before) as old:
        senders = Senders(old, bearer)
        senders.wait_for(10)
        installation.run("touches")  # the first command of the new program brings the tables up to date
        senders.wait_for(4)
        with installation.served() as new:
            senders.servers[1] = new
            senders.wait_for(10)
            senders.servers[0] = new
            senders.wait_for(4)
            senders.end()
    assert set(senders.answers) == {(200, "accepted")}
    assert ask(bare, state) == ([], len(senders.answers), 2)
