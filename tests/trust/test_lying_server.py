"""F-24: a log whose owner lies, with his own key: a client or a witness refuses each lie, and keeps it."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from zhunsheng.core.tlog import merkle
from zhunsheng.core.tlog.checkpoints import Checkpoint, read_checkpoint
from zhunsheng.core.tlog.merkle import ProofError, leaf_hash
from zhunsheng.core.tlog.notes import Note, NoteError, read_note, verified
from zhunsheng.core.tlog.witness import Ask, Refusal
from zhunsheng.foundation.evidence.keyring import verifier
from zhunsheng.foundation.evidence.keys import Signer, ed25519_signer, make_ed25519
from zhunsheng.foundation.evidence.witness import Witness

ORIGIN, WITNESS = "liar.example/log", "witness.example/w"
SEEN, GROWN = 20, 30
AT = 1_790_000_000
TRUE = [f"act {n}".encode() for n in range(GROWN)]


class Liar:
    """Owns the key and any entries he likes; proves as well as a tree allows."""

    def __init__(self, signer: Signer, entries: Sequence[bytes]) -> None:
        self.signer = signer
        self.leaves = [leaf_hash(entry) for entry in entries]
        self.tree = merkle.from_leaves(self.leaves)

    def note(self, size: int) -> str:
        text = Checkpoint(ORIGIN, size, merkle.root(size, self.tree)).text
        return Note(text, (self.signer.sign(text),)).encoded()

    def ask(self, old: int, size: int) -> bytes:
        proof = merkle.consistency_proof(old, size, self.tree) if old else []
        return Ask(old, tuple(proof), self.note(size)).encoded()


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    make_ed25519(tmp_path / "key")
    return ed25519_signer(tmp_path / "key", ORIGIN)


@pytest.fixture
def witness(tmp_path: Path, signer: Signer) -> Witness:
    """Has cosigned the first twenty true leaves."""
    told = Witness(tmp_path, WITNESS)
    told.know(signer.vkey)
    told.add_checkpoint(Liar(signer, TRUE).ask(0, SEEN), AT)
    return told


def swapped(entries: Sequence[bytes], one: int, other: int) -> list[bytes]:
    found = list(entries)
    found[one], found[other] = found[other], found[one]
    return found


LIES: dict[str, tuple[list[bytes], int, int, int]] = {
    # entries that he shows now, old size he names, new size, status of the refusal
    "truncates": (TRUE, SEEN - 5, SEEN - 1, 409),
    "rolls back and names the right size": (TRUE, SEEN, SEEN - 1, 400),
    "rolls back from nothing": (TRUE, 0, SEEN - 1, 409),
    "replays an old checkpoint": (TRUE, 0, SEEN, 409),
    "reorders": (swapped(TRUE, 3, 4), SEEN, GROWN, 422),
    "replaces": ([b"another act", *TRUE[1:]], SEEN, GROWN, 422),
    "drops one and goes on": (TRUE[:7] + TRUE[8:] + [b"filler"], SEEN, GROWN, 422),
    "forks at the same size": ([*TRUE[: SEEN - 1], b"the other last"], SEEN, SEEN, 422),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_witness_does_not_cosign_a_lie_and_keeps_it(lie: str, signer: Signer, witness: Witness) -> None:
    entries, old, size, status = LIES[lie]
    body = Liar(signer, entries).ask(0, size) if old > size else Liar(signer, entries).ask(old, size)
    if old > size:
        body = body.replace(b"old 0\n", b"old %d\n" % old)
    with pytest.raises(Refusal) as refused:
        witness.add_checkpoint(body, AT)
    assert refused.value.status == status
    with witness._state() as state:
        kept = [bytes(row[0]) for row in state.execute("SELECT body FROM refused")]
    assert kept == ([body] if status == 422 else [])
    witness.add_checkpoint(Liar(signer, TRUE).ask(SEEN, GROWN), AT)


def accepted(
    note: str, signer: Signer, witness: Witness, leaf: bytes, index: int, proof: list[bytes]
) -> None:
    """A client: the log's own signature, the witness's, and the proof."""
    told = read_note(note)
    keys = [verifier(signer.vkey), verifier(witness.signer.vkey)]
    if {signature.name for signature in verified(told, keys)} != {ORIGIN, WITNESS}:
        raise NoteError("not witnessed")
    checkpoint = read_checkpoint(told.text)
    merkle.verify_inclusion(leaf, index, checkpoint.size, proof, checkpoint.root)


def test_the_other_view_has_no_witness_and_no_client_takes_it(signer: Signer, witness: Witness) -> None:
    """Split view: the witness was shown one log, the client is shown another of the same size."""
    honest, other = Liar(signer, TRUE), Liar(signer, [*TRUE[:5], b"kept from the witness", *TRUE[6:]])
    line = witness.add_checkpoint(honest.ask(SEEN, GROWN), AT)
    proof = merkle.inclusion_proof(5, GROWN, honest.tree)
    accepted(honest.note(GROWN) + line, signer, witness, honest.leaves[5], 5, proof)
    forged = merkle.inclusion_proof(5, GROWN, other.tree)
    for note in (other.note(GROWN), other.note(GROWN) + line):
        with pytest.raises(NoteError):
            accepted(note, signer, witness, other.leaves[5], 5, forged)


def test_swapped_and_altered_proofs_are_refused(signer: Signer, witness: Witness) -> None:
    honest = Liar(signer, TRUE)
    note = honest.note(GROWN) + witness.add_checkpoint(honest.ask(SEEN, GROWN), AT)
    right = merkle.inclusion_proof(5, GROWN, honest.tree)
    for index in range(GROWN):
        proof = merkle.inclusion_proof(index, GROWN, honest.tree)
        for claimed, shown in ((5, proof), (index, right)):
            if index != 5:
                with pytest.raises(ProofError):
                    accepted(note, signer, witness, honest.leaves[5], claimed, shown)


def test_the_two_words_of_a_liar_convict_him(signer: Signer, witness: Witness) -> None:
    """Both notes bear his signature and cannot both be true: that is what is kept."""
    body = Liar(signer, swapped(TRUE, 0, 1)).ask(SEEN, GROWN)
    with pytest.raises(Refusal):
        witness.add_checkpoint(body, AT)
    with witness._state() as state:
        ((kept,),) = state.execute("SELECT body FROM refused").fetchall()
    note = read_note(bytes(kept).decode().partition("\n\n")[2])
    (signed,) = verified(note, [verifier(signer.vkey)])
    assert signed.name == ORIGIN
    assert read_checkpoint(note.text).root != merkle.root(
        GROWN, merkle.from_leaves(Liar(signer, TRUE).leaves)
    )


def skips_the_growth(ask: Ask, told: Checkpoint, size: int, root: bytes) -> None:
    """Planted fault: whatever the log's key has signed is cosigned."""


def believes_what_the_log_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zhunsheng.foundation.evidence.witness.check_growth", skips_the_growth)


@pytest.mark.parametrize("plant", [believes_what_the_log_says])
def test_planted_fault_a_credulous_witness_cosigns_both_views(
    plant: Callable[[pytest.MonkeyPatch], None],
    signer: Signer,
    witness: Witness,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plant(monkeypatch)
    other = Liar(signer, [b"another act", *TRUE[1:]])
    line = witness.add_checkpoint(other.ask(SEEN, GROWN), AT)
    proof = merkle.inclusion_proof(0, GROWN, other.tree)
    accepted(other.note(GROWN) + line, signer, witness, other.leaves[0], 0, proof)
    assert base64.b64decode(line.split(" ")[2])
