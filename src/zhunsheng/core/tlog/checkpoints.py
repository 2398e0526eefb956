"""Checkpoints (C2SP tlog-checkpoint), cosignatures (tlog-cosignature) and proofs (tlog-proof)."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from zhunsheng.core.tlog.merkle import HASH_BYTES
from zhunsheng.core.tlog.notes import NoteError, strict_base64

PROOF_HEADER = "c2sp.org/tlog-proof@v1"
PROOF_HASHES_MAX = 64
SIZE_MAX = 1 << 62


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log says of itself: who it is, how many entries, which root."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The note text that is signed; we write no extension lines."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def read_checkpoint(text: str) -> Checkpoint:
    """From the text of a note; extension lines are refused, because nobody audits them."""
    lines = text.split("\n")
    if len(lines) != 4 or lines[3] or not lines[0]:
        raise NoteError("不是三行的检查点")
    tree = strict_base64(lines[2])
    if len(tree) != HASH_BYTES:
        raise NoteError("树根不是 32 字节")
    return Checkpoint(lines[0], decimal(lines[1]), tree)


def decimal(text: str) -> int:
    """A whole number in the one spelling that is allowed: ASCII digits, no leading zero."""
    if not text.isascii() or not text.isdigit() or (text[0] == "0" and len(text) > 1) or len(text) > 19:
        raise NoteError(f"不是规范的数：{text[:24]!r}")
    number = int(text)
    if number > SIZE_MAX:
        raise NoteError("数过大")
    return number


def cosigned_message(text: bytes, at: int) -> bytes:
    """What a witness signs: the note text behind the time (seconds since 1970) of signing."""
    return b"cosignature/v1\ntime %d\n" % at + text


@dataclass(frozen=True, slots=True)
class Proof:
    """An entry's place in a log, its inclusion proof, and the signed checkpoint, readable offline."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str

    def encoded(self) -> str:
        """As a `.tlog-proof` file."""
        lines = [PROOF_HEADER, f"index {self.index}"]
        lines += [base64.b64encode(part).decode() for part in self.hashes]
        return "\n".join(lines) + "\n\n" + self.checkpoint


def read_proof(text: str) -> Proof:
    """From a `.tlog-proof` file; NoteError for anything else. Extra data is refused: we write none."""
    head, gap, checkpoint = text.partition("\n\n")
    lines = head.split("\n")
    if not gap or lines[0] != PROOF_HEADER or len(lines) < 2 or not lines[1].startswith("index "):
        raise NoteError("不是 tlog-proof 文件")
    if len(lines) > PROOF_HASHES_MAX + 2:
        raise NoteError("证明过长")
    hashes = tuple(strict_base64(line) for line in lines[2:])
    if any(len(part) != HASH_BYTES for part in hashes):
        raise NoteError("证明中有不是 32 字节的散列")
    return Proof(decimal(lines[1].removeprefix("index ")), hashes, checkpoint)
