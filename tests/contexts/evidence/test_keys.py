"""Keys follow one another in sight of everybody; SM2 stands beside and never instead."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from tests.contexts.evidence.logs import BUREAU, CLERK, NOW, OFFICER, act, checked, prove, sealed, trusted
from tools import machine
from zhunsheng.core.actors import HumanDecisionRequiredError
from zhunsheng.core.tlog.notes import ED25519, NoteError, read_note, read_vkey, verified, vkey
from zhunsheng.foundation.evidence import keyring, queries, signing, sm2
from zhunsheng.foundation.evidence.keys import FOLDER, KEY

pytestmark = pytest.mark.django_db
# SubjectPublicKeyInfo of a point on the SM2 curve, up to the point itself.
SPKI = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d03420004")


def test_a_new_key_is_named_in_a_checkpoint_that_the_old_one_signs_too(tmp_path: Path) -> None:
    act(2)
    sealed(tmp_path)
    (old,) = keyring.known(tmp_path)
    with pytest.raises(HumanDecisionRequiredError):
        signing.rotate(by=CLERK, home=tmp_path, at=NOW, reason="期满")
    signing.rotate(by=OFFICER, home=tmp_path, at=NOW, reason="每年更换")
    both = read_note(sealed(tmp_path).note)
    assert len(verified(both, trusted(tmp_path))) == 2
    verified(both, [keyring.verifier(old)])
    act(1)
    alone = read_note(sealed(tmp_path).note)
    with pytest.raises(NoteError):
        verified(alone, [keyring.verifier(old)])
    assert not (tmp_path / FOLDER / keyring.RETIRING).exists()
    (changed,) = queries.proofs_of(viewer=BUREAU, targets=["log"])
    prove(changed, trusted(tmp_path))
    assert keyring.known(tmp_path)[1].encode() in changed.content
    assert checked(tmp_path).faults == []


@pytest.mark.parametrize("step", ["made", "moved"])
def test_a_change_of_keys_that_died_half_way_is_finished(tmp_path: Path, step: str) -> None:
    act(1)
    sealed(tmp_path)
    folder = tmp_path / FOLDER
    keyring.make_ed25519(folder / keyring.NEXT)
    if step == "moved":
        (folder / KEY).rename(folder / keyring.RETIRING)
    else:
        signing.rotate(by=OFFICER, home=tmp_path, at=NOW, reason="更换")
    act(1)
    assert len(verified(read_note(sealed(tmp_path).note), trusted(tmp_path))) == 2
    assert checked(tmp_path).faults == []


def test_sm2_stands_beside_and_who_does_not_know_it_ignores_it(tmp_path: Path) -> None:
    act(1)
    sealed(tmp_path)
    signing.add_sm2(by=OFFICER, home=tmp_path, at=NOW)
    note = read_note(sealed(tmp_path).note)
    ours, beside = keyring.known(tmp_path)
    assert len(verified(note, [keyring.verifier(ours)])) == 1
    assert len(verified(note, trusted(tmp_path))) == 2
    wrong = note.encoded().replace("\n2\n", "\n3\n")
    with pytest.raises(NoteError):
        verified(read_note(wrong), [keyring.verifier(beside)])


@pytest.mark.skipif(machine.which("openssl") is None, reason="no openssl")
def test_the_sm2_line_holds_for_openssl(tmp_path: Path) -> None:
    """F-25 (c): only with the agreed user id."""
    act(1)
    sealed(tmp_path)
    signing.add_sm2(by=OFFICER, home=tmp_path, at=NOW)
    note = read_note(sealed(tmp_path).note)
    body = note.signatures[1].body
    _, _, public = read_vkey(keyring.known(tmp_path)[1])
    (tmp_path / "key").write_bytes(SPKI + public.removeprefix(sm2.KIND))
    (tmp_path / "text").write_text(note.text)
    numbers = int.from_bytes(body[:32], "big"), int.from_bytes(body[32:], "big")
    (tmp_path / "signature").write_bytes(encode_dss_signature(*numbers))
    files = ["-in", "text", "-sigfile", "signature", "-inkey", "key"]
    command = [
        "openssl",
        "pkeyutl",
        "-verify",
        *files,
        "-pubin",
        "-keyform",
        "DER",
        "-rawin",
        "-digest",
        "sm3",
    ]
    option = ["-pkeyopt", f"distid:{sm2.USER_ID.decode()}"]
    assert subprocess.run([*command, *option], cwd=tmp_path, check=False, capture_output=True).returncode == 0
    assert subprocess.run(command, cwd=tmp_path, check=False, capture_output=True).returncode != 0


def test_changing_the_key_twice_before_a_checkpoint_makes_one_new_key(tmp_path: Path) -> None:
    act(1)
    sealed(tmp_path)
    for _ in range(2):
        signing.rotate(by=OFFICER, home=tmp_path, at=NOW, reason="每年更换")
    assert len(verified(read_note(sealed(tmp_path).note), trusted(tmp_path))) == 2
    assert len(keyring.known(tmp_path)) == 2


def test_a_second_sm2_key_is_not_made(tmp_path: Path) -> None:
    act(1)
    sealed(tmp_path)
    for _ in range(2):
        signing.add_sm2(by=OFFICER, home=tmp_path, at=NOW)
    added = [e.action for e in queries.entries_of(viewer=BUREAU, target="log")]
    assert added == ["LOG_KEY_ADDED"]
    assert not keyring.verifier(keyring.known(tmp_path)[1]).check(b"text", b"short")


def test_without_a_log_or_a_reason_there_is_nothing_to_change(tmp_path: Path) -> None:
    who = {"by": OFFICER, "home": tmp_path, "at": NOW}
    for change in (signing.rotate, signing.begin_again):
        with pytest.raises(ValueError, match="理由"):
            change(**who, reason=" ")
        with pytest.raises(signing.RollbackError):
            change(**who, reason="每年更换")
    with pytest.raises(signing.RollbackError):
        signing.add_sm2(**who)
    assert queries.checkpoint(viewer=BUREAU) is None


def test_keys_of_unknown_kinds_are_refused() -> None:
    for kind, public in ((0x02, b"x" * 32), (0xFF, b"other" + b"x" * 64), (0xFF, sm2.KIND + b"x" * 63)):
        with pytest.raises(NoteError):
            keyring.verifier(vkey("log", kind, public))
    assert not keyring.verifier(vkey("log", ED25519, b"x" * 32)).check(b"text", b"short")
