"""F-26: many threads ask one witness at once: what it has cosigned never becomes smaller."""

from __future__ import annotations

import random
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.trust.test_lying_server import AT, ORIGIN, Liar
from zhunsheng.core.tlog.checkpoints import Checkpoint
from zhunsheng.core.tlog.witness import Ask, Refusal, check_growth
from zhunsheng.foundation.evidence.keys import ed25519_signer, make_ed25519
from zhunsheng.foundation.evidence.witness import Witness

pytestmark = pytest.mark.slow
THREADS, CALLS, SIZES = 32, 1_000, 400
BACKWARDS = """
CREATE TABLE steps (old INTEGER, new INTEGER);
CREATE TRIGGER step AFTER UPDATE ON seen BEGIN INSERT INTO steps VALUES (OLD.size, NEW.size); END;
"""


def storm(home: Path, witness: Witness, calls: int) -> tuple[int, int]:
    """(cosigned, refused) when so many requests come from all threads, old sizes right and wrong."""
    make_ed25519(home / "key")
    log = Liar(ed25519_signer(home / "key", ORIGIN), [f"act {n}".encode() for n in range(SIZES)])
    witness.know(log.signer.vkey)
    known = witness.logs()
    witness.logs = lambda: known  # type: ignore[method-assign]
    with witness._state() as state:
        state.executescript(BACKWARDS)
    bodies: dict[tuple[int, int], bytes] = {}

    def ask(number: int) -> bool:
        chance = random.Random(number)
        reached = min(number * SIZES // calls, SIZES - 8)
        for _ in range(2):
            size = min(reached + chance.randrange(1, 9), SIZES)
            old = min(reached, size)
            body = bodies.setdefault((old, size), log.ask(old, size))
            try:
                witness.add_checkpoint(body, AT)
            except Refusal as refusal:
                if refusal.status != 409:
                    return False
                reached = refusal.size
            else:
                return True
        return False

    with ThreadPoolExecutor(THREADS) as pool:
        told = list(pool.map(ask, range(calls // 2)))
    return sum(told), len(told) - sum(told)


def steps_back(witness: Witness) -> list[tuple[int, int]]:
    """Every time the remembered size became smaller."""
    with witness._state() as state:
        rows = state.execute("SELECT old, new FROM steps WHERE new < old").fetchall()
    return [(int(old), int(new)) for old, new in rows]


def test_a_witness_asked_by_many_at_once_never_goes_back(tmp_path: Path) -> None:
    witness = Witness(tmp_path, "w.example/w")
    cosigned, _ = storm(tmp_path, witness, CALLS)
    assert cosigned > 50
    assert steps_back(witness) == []


class TwoSteps(Witness):
    """Planted fault: looks, then writes, and lets others in between."""

    def _go_on(self, ask: Ask, told: Checkpoint) -> None:
        with self._state() as state:
            size, root = self._seen(state, told.origin)
        check_growth(ask, told, size, root)
        time.sleep(0.0005)
        with self._state() as state:
            try:
                self._remember(state, told)
            except sqlite3.OperationalError as error:
                raise Refusal(409, str(error), size) from error


def test_planted_fault_check_and_persist_in_two_steps_goes_back(tmp_path: Path) -> None:
    witness = TwoSteps(tmp_path, "w.example/w")
    storm(tmp_path, witness, CALLS // 4)
    assert steps_back(witness)
