"""Notes, checkpoints and proofs are read in one spelling only; every flipped bit is seen."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.tlog.test_merkle import LEAVES, SUBTREE
from zhunsheng.core.tlog import merkle, notes
from zhunsheng.core.tlog.checkpoints import (
    Checkpoint,
    Proof,
    cosigned_message,
    decimal,
    read_checkpoint,
    read_proof,
)
from zhunsheng.core.tlog.notes import Note, NoteError, Signature, Verifier, read_note, verified
from zhunsheng.core.tlog.witness import Ask, Refusal, check_growth

TEXT = Checkpoint("yunting.example/log", 5, merkle.root(5, SUBTREE)).text


def seal(text: bytes) -> bytes:
    """Stands for a signature: right for exactly one text."""
    return merkle.leaf_hash(text)


def verifier(name: str = "log", key: bytes = b"KEY1") -> Verifier:
    return Verifier(name, key, lambda text, body: body == seal(text))


def note(text: str = TEXT, *more: Signature) -> str:
    return Note(text, (Signature("log", b"KEY1", seal(text.encode())), *more)).encoded()


def test_what_is_written_is_read() -> None:
    told = read_note(note())
    assert verified(told, [verifier()])[0].name == "log"
    assert read_checkpoint(told.text) == Checkpoint("yunting.example/log", 5, merkle.root(5, SUBTREE))
    assert told.encoded() == note()


def test_unknown_signatures_are_ignored_and_known_ones_must_be_right() -> None:
    stranger = Signature("sm2", b"SM2K", b"whatever")
    assert len(verified(read_note(note(TEXT, stranger)), [verifier()])) == 1
    wrong = Signature("witness", b"WIT1", b"not right")
    with pytest.raises(NoteError):
        verified(read_note(note(TEXT, wrong)), [verifier(), verifier("witness", b"WIT1")])
    with pytest.raises(NoteError):
        verified(read_note(note()), [verifier("log", b"KEY2")])


def test_a_signature_twice_counts_once() -> None:
    again = Signature("log", b"KEY1", seal(TEXT.encode()))
    assert len(verified(read_note(note(TEXT, again)), [verifier()])) == 1


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "text\n",
        "text\n\n",
        "text\n\n— log\n",
        "text\n\n- log S0VZMWFhYWE=\n",
        "text\n\n— log S0VZMWFhYWE\n",
        "text\n\n— log S0VZMWFhYWF=\n",
        "text\n\n— lo+g S0VZMWFhYWE=\n",
        "text\n\n— lo\u00a0g S0VZMWFhYWE=\n",
        "text\n\n— log S0VZMQ==\n",
        "text\n\n— log S0VZMWFhYWE=",
        "text\n\n— log S0VZMWFhYWE=\n\n",
        "te\rxt\n\n— log S0VZMWFhYWE=\n",
        "te\x00xt\n\n— log S0VZMWFhYWE=\n",
        "text\n\n" + "— log S0VZMWFhYWE=\n" * 65,
        "x" * (1 << 18) + "\n\n— log S0VZMWFhYWE=\n",
    ],
)
def test_what_is_no_note_is_refused(broken: str) -> None:
    with pytest.raises(NoteError):
        read_note(broken)


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(NoteError):
        read_note(b"\xff\n\n")


@pytest.mark.parametrize(
    "text",
    [
        "o\n5\n",
        "\n5\nAAAA\n",
        "o\n05\n" + base64.b64encode(LEAVES[0]).decode() + "\n",
        "o\n+5\n" + base64.b64encode(LEAVES[0]).decode() + "\n",
        "o\n５\n" + base64.b64encode(LEAVES[0]).decode() + "\n",
        "o\n5\nAAAA\n",
        "o\n9999999999999999999\n" + base64.b64encode(LEAVES[0]).decode() + "\n",
        TEXT + "extension\n",
        TEXT.removesuffix("\n"),
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NoteError):
        read_checkpoint(text)


def test_an_empty_log_has_one_root() -> None:
    ask = Ask(0, (), "")
    check_growth(ask, Checkpoint("o", 0, merkle.EMPTY_ROOT), 0, b"")
    with pytest.raises(Refusal) as refused:
        check_growth(ask, Checkpoint("o", 0, LEAVES[0]), 0, b"")
    assert refused.value.status == 422


def test_numbers_have_one_spelling() -> None:
    assert [decimal(text) for text in ("0", "7", "10")] == [0, 7, 10]
    for text in ("", "00", "-1", "1 ", "1e3"):
        with pytest.raises(NoteError):
            decimal(text)


def test_a_key_names_itself() -> None:
    text = notes.vkey("log", notes.ED25519, b"k" * 32)
    assert notes.read_vkey(text) == ("log", notes.ED25519, b"k" * 32)
    for broken in (text[:-2], text.replace("log", "lag"), "log+00000000+", "x", ""):
        with pytest.raises(NoteError):
            notes.read_vkey(broken)


def test_a_cosignature_binds_text_and_time() -> None:
    assert cosigned_message(b"t\n", 7) == b"cosignature/v1\ntime 7\nt\n"


def proof_text() -> str:
    hashes = tuple(merkle.inclusion_proof(3, 5, SUBTREE))
    return Proof(3, hashes, note()).encoded()


def prove(text: str) -> None:
    """All that a reader of a proof checks."""
    proof = read_proof(text)
    told = read_note(proof.checkpoint)
    verified(told, [verifier()])
    checkpoint = read_checkpoint(told.text)
    if checkpoint.origin != "yunting.example/log":
        raise NoteError("origin")
    merkle.verify_inclusion(LEAVES[3], proof.index, checkpoint.size, proof.hashes, checkpoint.root)


def test_a_proof_holds_and_every_flipped_bit_of_it_is_seen() -> None:
    text = proof_text().encode()
    prove(text.decode())
    unseen = []
    for place in range(len(text)):
        for bit in range(8):
            changed = bytearray(text)
            changed[place] ^= 1 << bit
            try:
                prove(changed.decode())
            except (ValueError, UnicodeDecodeError):
                continue
            unseen.append((place, bit))
    assert unseen == []


@pytest.mark.parametrize(
    "broken", ["", "c2sp.org/tlog-proof@v1\n\nx", "c2sp.org/tlog-proof@v1\nindex 1\nAAAA\n\nx"]
)
def test_what_is_no_proof_is_refused(broken: str) -> None:
    with pytest.raises(NoteError):
        read_proof(broken)


def test_a_proof_of_endless_length_is_refused() -> None:
    many = tuple(LEAVES[:65])
    with pytest.raises(NoteError):
        read_proof(Proof(0, many, note()).encoded())


@given(st.binary(max_size=64))
def test_base64_has_one_spelling(data: bytes) -> None:
    text = base64.b64encode(data).decode()
    assert notes.strict_base64(text) == data
    if "=" in text:
        bits = text.rstrip("=")
        other = bits[:-1] + chr(ord(bits[-1]) + 1)
        with pytest.raises(NoteError):
            notes.strict_base64(other + "=" * (len(text) - len(bits)))


def test_a_checkpoint_says_what_was_read_from_it() -> None:
    text = Checkpoint("example.com/log", 5, merkle.range_hash(0, 5, SUBTREE)).text
    assert text.count("\n") == 3
    assert read_checkpoint(text).text == text
