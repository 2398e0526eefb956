"""A log with a few acts, and what every reader of a proof checks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from tests.contexts.evidence.authority import Authority
from zhunsheng.core.actors import Actor, ActorKind, Viewer
from zhunsheng.core.clock import SHANGHAI, instant
from zhunsheng.core.tlog.leaves import check_entry
from zhunsheng.core.tlog.notes import Verifier
from zhunsheng.foundation import wire
from zhunsheng.foundation.evidence import actions, others, queries
from zhunsheng.foundation.evidence.checking import Checked
from zhunsheng.foundation.evidence.keyring import known, verifier
from zhunsheng.foundation.evidence.proofs import Proven
from zhunsheng.foundation.evidence.signing import Sealed, seal
from zhunsheng.foundation.evidence.witness import Witness

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
    """Every key that has signed here, and those of the witnesses."""
    return [verifier(text) for text in (*known(home), *(other.vkey for other in others.witnesses(home)))]


def checked(home: Path) -> Checked:
    """Everything put together again."""
    return queries.check(viewer=BUREAU, verifiers=trusted(home), who=others.authority(home))


def answering(monkeypatch: pytest.MonkeyPatch, answer: Callable[[bytes], wire.Reply]) -> None:
    """Calls to http://w get this answer; all others go out."""
    call = wire.call

    def answered(method: str, url: str, body: bytes, headers: Any, seconds: float) -> wire.Reply:
        return answer(body) if url.startswith("http://w/") else call(method, url, body, headers, seconds)

    monkeypatch.setattr(wire, "call", answered)


def vouched_for(home: Path, monkeypatch: pytest.MonkeyPatch, authority: Authority) -> Witness:
    """A witness of this process, and an authority, are asked about the log from now on."""
    witness = Witness(home, "w.example/w")
    witness.know(known(home)[0])
    answering(monkeypatch, lambda body: wire.Reply(200, witness.add_checkpoint(body, instant(NOW)).encode()))
    others.add_witness(by=OFFICER, home=home, at=NOW, vkey=witness.signer.vkey, address="http://w")
    address, roots = authority.address, authority.roots
    others.set_authority(by=OFFICER, home=home, at=NOW, address=address, roots=roots)
    return witness


def prove(proven: Proven, verifiers: list[Verifier]) -> None:
    """All that a reader of a proof checks, with the act open; raises when anything is wrong."""
    proven.check(verifiers)
    check_entry(proven.entry, proven.salt, proven.content)
