"""The log and its proofs as a page shows them: worked out anew from bytes, nothing stored is believed."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.db.models import Exists, OuterRef

from zhunsheng.core.actors import Viewer
from zhunsheng.core.tlog import merkle
from zhunsheng.core.tlog.checkpoints import read_checkpoint, read_proof
from zhunsheng.core.tlog.merkle import leaf_hash
from zhunsheng.core.tlog.notes import Verifier, read_note, verified
from zhunsheng.foundation.evidence.models import (
    AuditEvent,
    Leaf,
    LogCheckpoint,
    LogCosignature,
    LogEra,
    LogTimestamp,
)
from zhunsheng.foundation.evidence.proofs import Proven, consistency
from zhunsheng.foundation.evidence.sequencer import current_era

WAITING_MAX, CHECKPOINTS_SHOWN = 1_000, 20


@dataclass(frozen=True, slots=True)
class ProofShown:
    """One act with its way to the signed root, all hashes in hexadecimal.

    `opened`: its text was held against the leaf; a person who was forgotten leaves a leaf without a text.
    `signers`: whose signatures are right. `fault` says what does not hold, '' if everything does.
    """

    event_id: int
    at: str
    actor: str
    action: str
    detail: str
    origin: str
    index: int
    size: int
    leaf: str
    path: tuple[str, ...]
    root: str
    signers: tuple[str, ...]
    opened: bool
    fault: str


def shown(proven: Proven, trusted: Sequence[Verifier]) -> ProofShown:
    """A proof, checked under keys that are trusted."""
    proof, told = read_proof(proven.proof), json.loads(proven.content)
    note, fault = read_note(proof.checkpoint), ""
    signers: tuple[str, ...] = ()
    try:
        proven.check(trusted)
        signers = tuple(sorted({signature.name for signature in verified(note, trusted)}))
    except ValueError as error:
        fault = str(error) or type(error).__name__
    return ProofShown(
        event_id=proven.event_id,
        at=told["at"],
        actor=told["actor"]["name"],
        action=told["action"],
        detail=json.dumps(told["detail"], ensure_ascii=False, sort_keys=True),
        origin=proven.origin,
        index=proven.index,
        size=proven.size,
        leaf=leaf_hash(proven.entry).hex(),
        path=tuple(one.hex() for one in proof.hashes),
        root=read_checkpoint(note.text).root.hex(),
        signers=signers,
        opened=bool(proven.salt),
        fault=fault,
    )


@dataclass(frozen=True, slots=True)
class Growth:
    """That the log of `old` leaves is the beginning of that of `new`; `fault` says why it is not."""

    old: int
    new: int
    old_root: str
    new_root: str
    hashes: tuple[str, ...]
    fault: str


def growth(*, viewer: Viewer, past: int, origin: str = "") -> Growth | None:
    """From the first checkpoint that is longer than `past` leaves to the newest one, of one log (the one
    that grows unless named); None while nothing is signed."""
    era = LogEra.objects.filter(origin=origin).first() if origin else current_era()
    if era is None or not viewer.is_staff:
        return None
    signed = LogCheckpoint.objects.filter(era=era.number)
    first, newest = signed.filter(size__gt=past).order_by("size").first(), signed.order_by("-size").first()
    if first is None or newest is None:
        return None
    old, new = (read_checkpoint(read_note(row.note).text) for row in (first, newest))
    hashes, fault = consistency(era.number, old.size, new.size), ""
    try:
        merkle.verify_consistency(old.size, new.size, old.root, new.root, hashes)
    except merkle.ProofError as error:
        fault = str(error) or type(error).__name__
    steps = tuple(one.hex() for one in hashes)
    return Growth(old.size, new.size, old.root.hex(), new.root.hex(), steps, fault)


@dataclass(frozen=True, slots=True)
class SignedSize:
    """A checkpoint: its size, when it was signed, who cosigned it, when the time was stamped."""

    size: int
    at: datetime
    cosigners: tuple[str, ...]
    stamped_at: datetime | None


@dataclass(frozen=True, slots=True)
class LogState:
    """The log that grows. `waiting`: acts not yet in it (at most a thousand are counted)."""

    origin: str
    size: int
    waiting: int
    root: str
    note: str
    digest: str
    checkpoints: tuple[SignedSize, ...]
    before: tuple[tuple[str, int], ...]


def state(*, viewer: Viewer) -> LogState | None:
    """How the log stands; for everybody of the bureau, since it holds nothing about anybody. None before
    the first leaf."""
    era = current_era() if viewer.is_staff else None
    if era is None:
        return None
    rows = list(LogCheckpoint.objects.filter(era=era.number).order_by("-size")[:CHECKPOINTS_SHOWN])
    there = Leaf.objects.filter(event_id=OuterRef("pk"))
    waiting = AuditEvent.objects.filter(~Exists(there), id__gt=era.settled_id)[:WAITING_MAX].count()
    root = read_checkpoint(read_note(rows[0].note).text).root.hex() if rows else ""
    return LogState(
        era.origin,
        era.size,
        waiting,
        root,
        rows[0].note if rows else "",
        sha256(rows[0].note.encode()).hexdigest() if rows else "",
        _vouched(era.number, rows),
        tuple(LogEra.objects.filter(number__lt=era.number).order_by("number").values_list("origin", "size")),
    )


def _vouched(era: int, rows: Sequence[LogCheckpoint]) -> tuple[SignedSize, ...]:
    sizes, names = [row.size for row in rows], defaultdict(list)
    for line in LogCosignature.objects.filter(era=era, size__in=sizes).order_by("witness"):
        names[line.size].append(line.witness)
    stamps = dict(
        LogTimestamp.objects.filter(era=era, size__in=sizes).order_by("-id").values_list("size", "at")
    )
    return tuple(SignedSize(r.size, r.at, tuple(names[r.size]), stamps.get(r.size)) for r in rows)
