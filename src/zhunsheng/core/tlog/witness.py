"""What a witness is asked and what it answers (C2SP tlog-witness, add-checkpoint): the arithmetic of it."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from zhunsheng.core.tlog.checkpoints import Checkpoint, decimal, read_checkpoint
from zhunsheng.core.tlog.merkle import EMPTY_ROOT, ProofError, verify_consistency
from zhunsheng.core.tlog.notes import Note, NoteError, Verifier, read_note, strict_base64, verified

PROOF_LINES_MAX = 63


class Refusal(Exception):  # noqa: N818 - an answer of the protocol, not a failure of ours
    """The HTTP status with which a request is refused, and the size to tell with 409."""

    def __init__(self, status: int, why: str, size: int = 0) -> None:
        super().__init__(why)
        self.status = status
        self.size = size


@dataclass(frozen=True, slots=True)
class Ask:
    """A request: cosign this checkpoint, which goes on from a tree of `old` leaves."""

    old: int
    proof: tuple[bytes, ...]
    note: str

    def encoded(self) -> bytes:
        """The body of the request."""
        lines = [f"old {self.old}", *(base64.b64encode(part).decode() for part in self.proof)]
        return ("\n".join(lines) + "\n\n" + self.note).encode()


def read_ask(body: bytes) -> Ask:
    """From the body of a request; Refusal 400 for anything else."""
    try:
        head, gap, note = body.decode().partition("\n\n")
        lines = head.split("\n")
        if not gap or not lines[0].startswith("old ") or len(lines) > PROOF_LINES_MAX + 1:
            raise NoteError("不是对见证人的请求")
        old = decimal(lines[0].removeprefix("old "))
        return Ask(old, tuple(strict_base64(line) for line in lines[1:]), note)
    except ValueError as error:
        raise Refusal(400, str(error)) from error


def signed_checkpoint(ask: Ask, logs: Sequence[Verifier]) -> tuple[Note, Checkpoint]:
    """The checkpoint, signed by a log that the witness knows; Refusal 400, 403 or 404."""
    try:
        note = read_note(ask.note)
        told = read_checkpoint(note.text)
    except NoteError as error:
        raise Refusal(400, str(error)) from error
    ours = [verifier for verifier in logs if verifier.name == told.origin]
    if not ours:
        raise Refusal(404, f"不认识的日志 {told.origin}")
    try:
        verified(note, ours)
    except NoteError as error:
        raise Refusal(403, str(error)) from error
    if ask.old > told.size:
        raise Refusal(400, "旧日志比新日志长")
    return note, told


def check_growth(ask: Ask, told: Checkpoint, size: int, root: bytes) -> None:
    """Refusal 409 or 422 unless the checkpoint goes on from the tree that was cosigned last."""
    if ask.old != size:
        raise Refusal(409, f"上次见证到 {size} 条", size)
    if told.size == 0 and told.root != EMPTY_ROOT:
        raise Refusal(422, "空日志的树根不对")
    try:
        verify_consistency(size, told.size, root if size else EMPTY_ROOT, told.root, ask.proof)
    except ProofError as error:
        raise Refusal(422, str(error)) from error
