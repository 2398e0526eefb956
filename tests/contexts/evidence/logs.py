"""A log with a few acts, and what every reader of a proof checks."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.db import transaction

from zhunsheng.core.actors import Actor, ActorKind, Viewer
from zhunsheng.core.clock import SHANGHAI
from zhunsheng.core.tlog.leaves import check_entry
from zhunsheng.core.tlog.notes import Verifier
from zhunsheng.foundation.evidence import actions, queries
from zhunsheng.foundation.evidence.checking import Checked
from zhunsheng.foundation.evidence.keyring import known, verifier
from zhunsheng.foundation.evidence.proofs import Proven
from zhunsheng.foundation.evidence.signing import Sealed, seal

NOW = datetime(2026, 9, 30, 9, tzinfo=SHANGHAI)
CLERK = Actor.service("test")
OFFICER = Actor(ActorKind.PERSON, "P-CHENG", "程岚")
BUREAU = Viewer.bureau("test")
HOST = "yunting.example"


def act(number: int, *, by: Actor = OFFICER) -> None:
    """So many acts with one commit."""
    with transaction.atomic():
        entries = [(f"subject:S{n}", {"why": "巡查", "number": n}) for n in range(number)]
        actions.record_many(by=by, at=NOW, action="SEEN", entries=entries)


def sealed(home: Path) -> Sealed:
    """One turn of the log."""
    return seal(home=home, at=NOW, host=HOST)


def trusted(home: Path) -> list[Verifier]:
    """Every key that has signed here."""
    return [verifier(text) for text in known(home)]


def checked(home: Path) -> Checked:
    """Everything put together again."""
    return queries.check(viewer=BUREAU, verifiers=trusted(home))


def prove(proven: Proven, verifiers: list[Verifier]) -> None:
    """All that a reader of a proof checks, with the act open; raises when anything is wrong."""
    proven.check(verifiers)
    check_entry(proven.entry, proven.salt, proven.content)
