"""Two witnesses, each a process of its own, and a time stamp authority vouch for the log."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction

from tests.contexts.evidence.authority import Authority
from tests.contexts.evidence.logs import BUREAU, CLERK, NOW, OFFICER, act, answering, sealed
from tools import machine, verify_evidence
from zhunsheng.core.actors import HumanDecisionRequiredError
from zhunsheng.core.tlog.notes import NoteError
from zhunsheng.core.tlog.witness import Ask, Refusal
from zhunsheng.foundation import wire
from zhunsheng.foundation.evidence import others, queries, showing
from zhunsheng.foundation.evidence.handing_out import hand_out
from zhunsheng.foundation.evidence.keyring import known, verifier
from zhunsheng.foundation.evidence.models import LogCheckpoint, LogTimestamp
from zhunsheng.foundation.evidence.packages import check_package
from zhunsheng.foundation.evidence.vouching import REFUSED, StampError, Vouched, check_stamp, vouch
from zhunsheng.foundation.evidence.witness import BODY_BYTES_MAX, Witness, server

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Process:
    """A witness that runs as `zhunsheng evidence witness`; it learns of a log by a line in its file."""

    home: Path
    key: str
    address: str

    def know(self, log_key: str) -> None:
        with (self.home / "witness" / "logs").open("a") as handle:
            handle.write(f"{log_key}\n")


def started(home: Path, name: str) -> subprocess.Popen[str]:
    words = ["evidence", "witness", "--name", name, "--port", "0", "--json"]
    program = "from zhunsheng.cli.main import main; main()"
    command = [sys.executable, "-c", program, "--home", str(home), *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


@pytest.fixture(scope="module")
def witnesses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Process]]:
    """The upper bureau and a notary, each a process of its own."""
    names = ("upper.example/witness", "notary.example/witness")
    homes = [tmp_path_factory.mktemp("witness") for _ in names]
    running = [started(home, name) for home, name in zip(homes, names, strict=True)]
    told = [json.loads(process.stdout.readline()) for process in running if process.stdout]
    yield [Process(h, t["key"], t["address"]) for h, t in zip(homes, told, strict=True)]
    for process in running:
        process.terminate()
        process.communicate()


@pytest.fixture(scope="module")
def authority() -> Iterator[Authority]:
    with Authority(NOW) as running:
        yield running


def trust(home: Path) -> list[str]:
    return [*known(home), *(other.vkey for other in others.witnesses(home))]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log of three leaves."""
    act(3)
    sealed(tmp_path)
    return tmp_path


@pytest.fixture
def vouched(log: Path, witnesses: list[Process], authority: Authority) -> Path:
    """A log that two witness processes and an authority vouch for."""
    for process in witnesses:
        process.know(known(log)[0])
        others.add_witness(by=OFFICER, home=log, at=NOW, vkey=process.key, address=process.address)
    address, roots = authority.address, authority.roots
    others.set_authority(by=OFFICER, home=log, at=NOW, address=address, roots=roots)
    sealed(log)
    return log


def test_both_cosign_the_authority_stamps_and_a_package_carries_it_all(vouched: Path) -> None:
    told = vouch(home=vouched, at=NOW)
    assert (sorted(told.cosigned), told.stamped) == (
        ["notary.example/witness", "upper.example/witness"],
        True,
    )
    assert (told.silent, told.alarms) == ([], [])
    state = showing.state(viewer=BUREAU)
    assert state is not None and state.checkpoints[0].cosigners == tuple(sorted(told.cosigned))
    assert state.checkpoints[0].stamped_at is not None
    act(5)
    sealed(vouched)
    later = vouch(home=vouched, at=NOW + timedelta(minutes=5))
    assert (len(later.cosigned), later.stamped, later.silent, later.alarms) == (2, False, [], [])
    again = vouch(home=vouched, at=NOW + timedelta(minutes=6))
    assert again.cosigned == []
    verifiers = [verifier(text) for text in trust(vouched)]
    who = others.authority(vouched)
    found = queries.check(viewer=BUREAU, verifiers=verifiers, who=who)
    assert (found.cosignatures, found.stamps, found.faults) == (4, 1, [])

    proofs = queries.proofs_of(viewer=BUREAU, targets=["subject:S1"])
    more = queries.stamps(viewer=BUREAU, origin=proofs[-1].origin, size=proofs[-1].size)
    data = hand_out(by=OFFICER, at=NOW, home=vouched, proofs=proofs, files={}, more=more, reason="公证")
    seen = check_package(data, verifiers)
    assert (len(seen.signers), seen.stamped) == (3, [6])
    path = vouched / "package.zip"
    path.write_bytes(data)
    keys = [part for text in known(vouched) for part in ("--key", text)]
    cosigners = [part for other in others.witnesses(vouched) for part in ("--witness", other.vkey)]
    assert verify_evidence.main([str(path), *keys, *cosigners, "--witnesses", "2"]) == 0
    assert verify_evidence.main([str(path), *keys, *cosigners[:2], "--witnesses", "2"]) == 1


def test_a_witness_whose_cosignature_got_lost_is_asked_from_where_it_stands(vouched: Path) -> None:
    with transaction.atomic():
        assert len(vouch(home=vouched, at=NOW).cosigned) == 2
        transaction.set_rollback(True)
    act(2)
    sealed(vouched)
    told = vouch(home=vouched, at=NOW + timedelta(minutes=5))
    assert (len(told.cosigned), told.silent, told.alarms) == (2, [], [])


@pytest.mark.skipif(machine.which("openssl") is None, reason="no openssl")
def test_the_stamp_holds_for_openssl_over_exactly_these_bytes(vouched: Path) -> None:
    vouch(home=vouched, at=NOW)
    row = LogTimestamp.objects.get()
    (vouched / "tsr").write_bytes(bytes(row.response))
    (vouched / "checkpoint").write_text(row.note)
    command = [
        "openssl",
        "ts",
        "-verify",
        "-in",
        "tsr",
        "-data",
        "checkpoint",
        "-CAfile",
        "log/authority.pem",
    ]
    assert subprocess.run(command, cwd=vouched, check=False, capture_output=True).returncode == 0
    who = others.authority(vouched)
    assert who is not None
    assert check_stamp(bytes(row.response), row.note.encode(), who) == NOW
    with pytest.raises(StampError):
        check_stamp(bytes(row.response), row.note.encode() + b" ", who)
    with pytest.raises(StampError):
        check_stamp(b"no stamp", row.note.encode(), who)


def test_an_authority_that_stamps_something_else_is_not_believed(
    log: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, roots = authority.address, authority.roots
    others.set_authority(by=OFFICER, home=log, at=NOW, address=address, roots=roots)
    monkeypatch.setattr(authority, "lie", True)
    told = vouch(home=log, at=NOW)
    assert not told.stamped and len(told.silent) == 1
    assert not LogTimestamp.objects.exists()


def test_who_cannot_be_reached_is_told_and_nothing_waits_for_him(log: Path) -> None:
    witness = Witness(log, "gone.example/w")
    vkey = witness.signer.vkey
    others.add_witness(by=OFFICER, home=log, at=NOW, vkey=vkey, address="http://127.0.0.1:9")
    told = vouch(home=log, at=NOW)
    assert len(told.silent) == 1 and told.alarms == []


def test_choosing_who_vouches_is_a_person_s_act(log: Path) -> None:
    witness = Witness(log, "w.example/w")
    with pytest.raises(HumanDecisionRequiredError):
        others.add_witness(by=CLERK, home=log, at=NOW, vkey=witness.signer.vkey, address="http://x")
    with pytest.raises(NoteError):
        others.add_witness(by=OFFICER, home=log, at=NOW, vkey=known(log)[0], address="http://x")
    with pytest.raises(ValueError, match="PEM"):
        others.set_authority(by=OFFICER, home=log, at=NOW, address="http://x", roots=b"no certificate")


def test_before_the_first_checkpoint_there_is_nothing_to_vouch_for(tmp_path: Path) -> None:
    assert vouch(home=tmp_path, at=NOW) == Vouched()


def test_a_witness_named_twice_is_asked_once(log: Path) -> None:
    witness = Witness(log, "w.example/w")
    for _ in range(2):
        others.add_witness(by=OFFICER, home=log, at=NOW, vkey=witness.signer.vkey, address="http://w")
    assert len(others.witnesses(log)) == 1
    assert Witness(log, "w.example/w").signer.vkey == witness.signer.vkey


@pytest.mark.parametrize(
    ("status", "body", "alarm"),
    [
        (409, b"2\n", True),
        (409, b"7\n", True),
        (409, b"many\n", False),
        (422, b"", True),
        (500, b"", False),
        (200, b"no line", False),
        (200, "— w.example/w AAAAAAAA\n".encode(), False),
    ],
)
def test_a_bad_answer_is_no_cosignature_and_a_refusal_raises_the_alarm(
    log: Path, monkeypatch: pytest.MonkeyPatch, status: int, body: bytes, alarm: bool
) -> None:
    """A witness that always answers so; an alarm is about our log, everything else about the line."""
    witness = Witness(log, "w.example/w")
    others.add_witness(by=OFFICER, home=log, at=NOW, vkey=witness.signer.vkey, address="http://w")
    answering(monkeypatch, lambda _: wire.Reply(status, body))
    told = vouch(home=log, at=NOW)
    assert (told.cosigned, len(told.alarms), len(told.silent)) == ([], int(alarm), int(not alarm))
    assert (log / "log" / REFUSED).exists() == alarm


@pytest.fixture
def over_http(log: Path) -> Iterator[str]:
    """Where a witness that knows the log is reached."""
    witness = Witness(log, "w.example/w")
    witness.know(known(log)[0])
    running = server(witness, "127.0.0.1", 0, lambda: 1_790_000_000)
    thread = threading.Thread(target=running.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{running.server_address[1]}"
    running.shutdown()
    running.server_close()
    thread.join()


def test_a_witness_over_http_answers_with_the_status_of_the_protocol(over_http: str, log: Path) -> None:
    note = LogCheckpoint.objects.get().note

    def status(path: str, body: bytes, **headers: str) -> tuple[int, bytes]:
        reply = wire.call("POST", f"{over_http}{path}", body, headers, 10.0)
        return reply.status, reply.body

    assert status("/else", b"")[0] == 404
    assert status("/add-checkpoint", b"", **{"Content-Length": "many"})[0] == 413
    assert status("/add-checkpoint", b"", **{"Content-Length": str(BODY_BYTES_MAX + 1)})[0] == 413
    assert status("/add-checkpoint", b"")[0] == 400
    assert status("/add-checkpoint", Ask(1, (), note).encoded()) == (409, b"0\n")
    assert status("/add-checkpoint", Ask(0, (), note).encoded())[0] == 200


def asked(body: bytes, witness: Witness) -> int:
    """The status of an answer."""
    try:
        witness.add_checkpoint(body, 1_790_000_000)
    except Refusal as refusal:
        return refusal.status
    return 200


def test_a_witness_answers_as_the_protocol_says(log: Path) -> None:
    note = LogCheckpoint.objects.get().note
    witness = Witness(log, "w.example/w")
    assert asked(Ask(0, (), note).encoded(), witness) == 404
    witness.know(known(log)[0])
    cases = {
        b"": 400,
        b"old 00\n\n" + note.encode(): 400,
        b"old x\n\n" + note.encode(): 400,
        b"old 0\n\nno checkpoint\n": 400,
        b"\xff": 400,
        Ask(4, (), note).encoded(): 400,
        Ask(0, (), note.replace("\n3\n", "\n2\n")).encoded(): 403,
        Ask(1, (), note).encoded(): 409,
        Ask(0, (b"x" * 32,), note).encoded(): 422,
        Ask(0, (), note).encoded(): 200,
        Ask(3, (), note).encoded(): 200,
        Ask(3, (b"x" * 32,), note).encoded(): 422,
    }
    assert {body: asked(body, witness) for body in cases} == cases
    assert asked(Ask(0, (), note).encoded(), witness) == 409
    with witness._state() as state:
        assert state.execute("SELECT count(*) FROM refused").fetchone() == (2,)


def test_what_a_witness_refuses_is_kept_as_evidence(vouched: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Our own log told differently than before: the alarm names it and what was said is kept."""
    vouch(home=vouched, at=NOW)
    act(1)
    sealed(vouched)
    monkeypatch.setattr("zhunsheng.foundation.evidence.vouching.consistency", lambda *_: [b"x" * 32])
    told = vouch(home=vouched, at=NOW)
    assert len(told.alarms) == 2 and told.cosigned == []
    kept = [json.loads(path.read_text()) for path in (vouched / "log" / REFUSED).iterdir()]
    assert {case["status"] for case in kept} == {422}
