"""Proofs of single acts, from the tiles; everything in them can be checked without this installation."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count

from zhunsheng.core.tlog import merkle
from zhunsheng.core.tlog.checkpoints import Proof, read_checkpoint, read_proof
from zhunsheng.core.tlog.leaves import check_entry
from zhunsheng.core.tlog.merkle import leaf_hash
from zhunsheng.core.tlog.notes import NoteError, Verifier, read_note, verified
from zhunsheng.foundation.evidence.models import (
    AuditEvent,
    Leaf,
    LeafSalt,
    LogCheckpoint,
    LogCosignature,
    LogTimestamp,
)
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


def cosigned_note(row: LogCheckpoint) -> str:
    """A checkpoint with the lines of the witnesses that cosigned it."""
    lines = LogCosignature.objects.filter(era=row.era, size=row.size).order_by("witness")
    return row.note + "".join(lines.values_list("line", flat=True))


def covering(era: int, index: int) -> LogCheckpoint | None:
    """The checkpoint longer than an index that most witnesses have cosigned; of several the newest."""
    counted = LogCosignature.objects.filter(era=era, size__gt=index).values("size")
    best = counted.annotate(seen=Count("id")).order_by("-seen", "-size").first()
    rows = LogCheckpoint.objects.filter(era=era, size__gt=index)
    return rows.filter(size=best["size"]).first() if best else rows.order_by("-size").first()


def prove(event: AuditEvent, under: LogCheckpoint | None = None) -> Proven | None:
    """The proof of an act under the best vouched checkpoint, or a given one; None while there is none."""
    leaf = Leaf.objects.filter(event_id=event.id).first()
    if leaf is None:
        return None
    row = under or covering(leaf.era, leaf.index)
    if row is None or row.size <= leaf.index:
        return None
    note = cosigned_note(row)
    checkpoint = read_checkpoint(read_note(note).text)
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


def stamp_files(row: LogTimestamp, size: int) -> dict[str, bytes]:
    """A time stamp, the checkpoint it is over, the proof that the log of `size` leaves goes on from it."""
    name = f"{row.size:012d}-{row.id}"
    newest = LogCheckpoint.objects.get(era=row.era, size=size)
    lines = [base64.b64encode(part).decode() + "\n" for part in consistency(row.era, row.size, size)]
    return {
        f"timestamps/{name}.checkpoint": row.note.encode(),
        f"timestamps/{name}.tsr": bytes(row.response),
        f"consistency/{name}": ("".join(lines) + "\n" + cosigned_note(newest)).encode(),
    }
