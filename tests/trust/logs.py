"""What a child does with the log of its house in the fault tests."""

from __future__ import annotations

import signal
from multiprocessing.connection import Connection
from pathlib import Path

from django.db import connection, transaction

from tests.trust.intake import NOW
from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.tlog.notes import read_note
from zhunsheng.foundation.evidence import actions, mark, queries, signing
from zhunsheng.foundation.evidence.keyring import known, verifier
from zhunsheng.foundation.evidence.models import LogCheckpoint
from zhunsheng.foundation.evidence.signing import RollbackError, seal

CLERK = Actor.service("intake")
BUREAU = Viewer.bureau("test")
HOST = "yunting.example"
ACTS = 3


def act(number: int) -> None:
    """So many acts with one commit."""
    with transaction.atomic():
        entries = [(f"subject:S{n}", {"number": n}) for n in range(number)]
        actions.record_many(by=CLERK, at=NOW, action="SEEN", entries=entries)


def acts_and_seals(line: Connection, home: Path, times: int) -> None:
    """Acts, each time with a turn of the log; the notes that were signed."""
    told = []
    for _ in range(times):
        act(ACTS)
        told.append(seal(home=home, at=NOW, host=HOST).note)
    line.send(told)


def seal_one(line: Connection, home: Path) -> None:
    """Wait, connected, for the signal to begin; one turn of the log; the note that left."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
    connection.ensure_connection()
    queries.checkpoint(viewer=BUREAU)
    line.send("ready")
    signal.sigwait({signal.SIGUSR1})
    try:
        line.send(seal(home=home, at=NOW, host=HOST).note)
    except Exception as error:
        line.send(repr(error))


def after_all(home: Path) -> tuple[str, list[str], list[str]]:
    """A new process goes on: the note it signs, every note there is, and what does not hold."""
    try:
        note = seal(home=home, at=NOW, host=HOST).note
    except RollbackError as error:
        return f"halted: {error}", [], []
    found = queries.check(viewer=BUREAU, verifiers=[verifier(text) for text in known(home)])
    notes = list(LogCheckpoint.objects.order_by("id").values_list("note", flat=True))
    faults = found.faults + ([f"{found.waiting} waiting"] if found.waiting else [])
    return note, notes, faults


def text_of(note: str) -> str:
    """What was signed."""
    return read_note(note).text


def keep_the_mark_in_the_database() -> None:
    """Planted fault: what was signed is known from the database alone, and so comes back with a backup."""

    def read(home: Path) -> mark.Mark | None:
        return None

    def check(home: Path, era: object) -> None:
        return None

    signing.read_mark = read
    signing.check_mark = check


def acts_after_restore(line: Connection, home: Path) -> None:
    """Acts that are not those that were lost; the note that was signed, or why none was."""
    with transaction.atomic():
        for n in range(ACTS - 1):
            actions.record(by=CLERK, at=NOW, action="OTHER", target=f"subject:T{n}", detail={})
    act(1)
    try:
        line.send(seal(home=home, at=NOW, host=HOST).note)
    except RollbackError as error:
        line.send(f"halted: {error}")
