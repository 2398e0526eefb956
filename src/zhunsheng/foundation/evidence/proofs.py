"""Proofs of single acts, from the tiles; everything in them can be checked without this installation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from zhunsheng.core.tlog import merkle
from zhunsheng.core.tlog.checkpoints import Checkpoint, Proof, read_checkpoint, read_proof
from zhunsheng.core.tlog.leaves import check_entry
from zhunsheng.core.tlog.merkle import leaf_hash
from zhunsheng.core.tlog.notes import NoteError, Verifier, read_note, verified
from zhunsheng.foundation.evidence.models import AuditEvent, Leaf, LeafSalt, LogCheckpoint
from zhunsheng.foundation.evidence.sequencer import event_of
from zhunsheng.foundation.evidence.tree import reader


@dataclass(frozen=True, slots=True)
class Proven:
    """An act with all that shows it stands in the log.

    `salt` is empty where a person was forgotten: then the leaf is proved, but not what it was about.
    """

    event_id: int
    origin: str
    index: int
    size: int
    entry: bytes
    salt: bytes
    content: bytes
    proof: str

    def check(self, trusted: Sequence[Verifier]) -> None:
        """All that a reader of a proof checks, under keys that are trusted; raises what is wrong."""
        proof = read_proof(self.proof)
        note = read_note(proof.checkpoint)
        told = read_checkpoint(note.text)
        if told.origin not in {signature.name for signature in verified(note, trusted)}:
            raise NoteError("检查点不是日志自己签署的")
        merkle.verify_inclusion(leaf_hash(self.entry), proof.index, told.size, proof.hashes, told.root)
        if self.salt:
            check_entry(self.entry, self.salt, self.content)

    def holds(self, trusted: Sequence[Verifier]) -> bool:
        """Whether nothing is wrong with it."""
        try:
            self.check(trusted)
        except ValueError:
            return False
        return True


def covering(era: int, index: int) -> tuple[Checkpoint, str] | None:
    """The newest signed checkpoint, if it is longer than an index."""
    row = LogCheckpoint.objects.filter(era=era).order_by("-size").first()
    if row is None or row.size <= index:
        return None
    return read_checkpoint(read_note(row.note).text), row.note


def prove(event: AuditEvent, under: LogCheckpoint | None = None) -> Proven | None:
    """The proof of an act under the newest checkpoint, or a given one; None while it is not in the log."""
    leaf = Leaf.objects.filter(event_id=event.id).first()
    if leaf is None:
        return None
    found = covering(leaf.era, leaf.index)
    if under is not None:
        found = read_checkpoint(read_note(under.note).text), under.note
    if found is None or found[0].size <= leaf.index:
        return None
    checkpoint, note = found
    path = merkle.inclusion_proof(leaf.index, checkpoint.size, reader(leaf.era, checkpoint.size))
    salt = LeafSalt.objects.filter(event_id=event.id).first()
    return Proven(
        event_id=event.id,
        origin=checkpoint.origin,
        index=leaf.index,
        size=checkpoint.size,
        entry=bytes(leaf.entry),
        salt=bytes(salt.salt) if salt else b"",
        content=event_of(event).content(),
        proof=Proof(leaf.index, tuple(path), note).encoded(),
    )


def consistency(era: int, old: int, new: int) -> list[bytes]:
    """The proof that the log of `old` leaves is the beginning of that of `new`."""
    return merkle.consistency_proof(old, new, reader(era, new))
