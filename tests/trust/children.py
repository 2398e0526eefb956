"""Children that may be killed: forked warm from one prepared process, each at home in a database of its own.

This module is loaded once by multiprocessing's fork server; a child then costs some milliseconds, not the
start of Django. What a child does is a function of the tests that takes its end of a pipe; a planted fault
is another such function, called first.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import django
from django.apps import apps
from django.db import connection, connections

from zhunsheng.config.database import database_from_url

if not apps.ready:
    django.setup()

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.trust.children", "tests.trust.intake", "tests.trust.workers"])
WAIT_SECONDS_MAX = 60
Work = Callable[..., None]


@dataclass(frozen=True)
class House:
    """A migrated database of its own: where it is, and the home folder beside it."""

    url: str
    home: Path

    @property
    def file(self) -> Path:
        """The SQLite file."""
        return Path(self.url.removeprefix("sqlite://"))

    def move_in(self) -> None:
        """Make it the default database of this process."""
        settings = connections.configure_settings({"default": database_from_url(self.url, self.home)})
        connections.settings["default"] = settings["default"]
        with suppress(AttributeError):
            del connections["default"]


def nothing_planted() -> None:
    """The program as it is."""


def _live(
    house: House, work: Work, plant: Callable[[], None], line: Connection, given: tuple[Any, ...]
) -> None:
    house.move_in()
    plant()
    try:
        work(line, *given)
    except EOFError:
        pass
    finally:
        connections.close_all()


class Child:
    """One process at work. `line` is our end of the pipe."""

    def __init__(
        self, house: House, work: Work, *given: Any, plant: Callable[[], None] = nothing_planted
    ) -> None:
        self.line, theirs = CONTEXT.Pipe()
        self.process = CONTEXT.Process(target=_live, args=(house, work, plant, theirs, given), daemon=True)
        self.process.start()
        theirs.close()

    @property
    def pid(self) -> int:
        """The process id."""
        assert self.process.pid is not None
        return self.process.pid

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal; one that has ended hears nothing."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def hear(self) -> Any:
        """The next thing it says; EOFError when it has ended."""
        if not self.line.poll(WAIT_SECONDS_MAX):
            raise TimeoutError("the child says nothing")
        return self.line.recv()

    def last_words(self) -> list[Any]:
        """What it said before it ended and nobody has heard yet."""
        words = []
        with suppress(EOFError, OSError):
            while self.line.poll(WAIT_SECONDS_MAX):
                words.append(self.line.recv())
        return words

    def end(self, *, kill: bool = False) -> list[Any]:
        """Kill it or let it finish, with nothing more to hear from us; its last words."""
        if kill:
            self.signal(signal.SIGKILL)
        with socket.socket(fileno=os.dup(self.line.fileno())) as ours, suppress(OSError):
            ours.shutdown(socket.SHUT_WR)
        words = self.last_words()
        self.line.close()
        self.process.join(WAIT_SECONDS_MAX)
        self.process.close()
        return words


def ask(house: House, question: Callable[..., Any], *given: Any) -> Any:
    """The answer of a function that looks into the house."""
    child = Child(house, _answer, question, given)
    answer = child.hear()
    child.end()
    return answer


def _answer(line: Connection, question: Callable[..., Any], given: tuple[Any, ...]) -> None:
    line.send(question(*given))


def counted(*queries: str) -> list[int]:
    """The number that each SQL query gives."""
    with connection.cursor() as cursor:
        told = []
        for query in queries:
            cursor.execute(query)
            told.append(cursor.fetchone()[0])
    return told
