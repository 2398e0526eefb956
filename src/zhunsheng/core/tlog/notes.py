"""Signed notes of C2SP signed-note: a text, an empty line, one line a signature. Read without mercy.

A verifier ignores keys it does not know, as the specification demands; that leaves room for an SM2 line
beside the Ed25519 one. Base64 must be the one canonical spelling: a lax reader lets bits flip unseen.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

NOTE_BYTES_MAX = 1 << 18
SIGNATURES_MAX = 64
ED25519, COSIGNATURE, OTHER = 0x01, 0x04, 0xFF
DASH = "—"


class NoteError(ValueError):
    """A text that is not a note, or that no known key has signed."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line."""

    name: str
    key_id: bytes
    body: bytes

    @property
    def line(self) -> str:
        """As it stands in the note."""
        return f"{DASH} {self.name} {base64.b64encode(self.key_id + self.body).decode()}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text that ends in a newline, and its signatures."""

    text: str
    signatures: tuple[Signature, ...]

    def encoded(self) -> str:
        """The whole note."""
        return self.text + "\n" + "".join(signature.line for signature in self.signatures)


@dataclass(frozen=True, slots=True)
class Verifier:
    """A key that is trusted: `check(text, body)` says whether a signature's body is right for a text."""

    name: str
    key_id: bytes
    check: Callable[[bytes, bytes], bool]


def strict_base64(text: str) -> bytes:
    """The bytes of a canonical base64 text; NoteError for any other spelling of them."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteError("不是规范的 base64") from error
    if base64.b64encode(data).decode() != text:
        raise NoteError("不是规范的 base64")
    return data


def key_id(name: str, kind: int, public_key: bytes) -> bytes:
    """The four bytes by which signature lines name a key."""
    return sha256(name.encode() + b"\n" + bytes([kind]) + public_key).digest()[:4]


def vkey(name: str, kind: int, public_key: bytes) -> str:
    """A verifier key as text: name+id+base64(kind, key)."""
    encoded = base64.b64encode(bytes([kind]) + public_key).decode()
    return f"{name}+{key_id(name, kind, public_key).hex()}+{encoded}"


def read_vkey(text: str) -> tuple[str, int, bytes]:
    """(name, kind, public key) of a verifier key; NoteError if the id does not belong to it."""
    name, _, rest = text.strip().partition("+")
    told, _, encoded = rest.partition("+")
    data = strict_base64(encoded)
    if not data or not _is_name(name) or key_id(name, data[0], data[1:]).hex() != told:
        raise NoteError(f"公钥 {name!r} 的标识与内容不符")
    return name, data[0], data[1:]


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(character.isspace() for character in name)


def read_note(data: str | bytes) -> Note:
    """Text and signature lines; NoteError for anything that is not exactly a note."""
    text = _decoded(data)
    split = text.rfind("\n\n")
    if split < 0 or not text.endswith("\n"):
        raise NoteError("没有签名部分")
    body, lines = text[: split + 1], text[split + 2 : -1].split("\n")
    if not lines or len(lines) > SIGNATURES_MAX:
        raise NoteError("签名行数不对")
    return Note(body, tuple(_signature(line) for line in lines))


def _decoded(data: str | bytes) -> str:
    raw = data.encode() if isinstance(data, str) else data
    if len(raw) > NOTE_BYTES_MAX:
        raise NoteError("内容过长")
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise NoteError("不是 UTF-8 文本") from error
    if any(character < " " and character != "\n" for character in text):
        raise NoteError("含有控制字符")
    return text


def _signature(line: str) -> Signature:
    dash, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    data = strict_base64(encoded)
    if dash != DASH or not _is_name(name) or len(data) < 5:
        raise NoteError("签名行格式不对")
    return Signature(name, data[:4], data[4:])


def verified(note: Note, verifiers: Sequence[Verifier]) -> tuple[Signature, ...]:
    """The signatures of known keys, all of them right; NoteError if one is wrong or there is none."""
    known = {(v.name, v.key_id): v for v in verifiers}
    found: list[Signature] = []
    for signature in note.signatures:
        verifier = known.get((signature.name, signature.key_id))
        if verifier is None:
            continue
        if not verifier.check(note.text.encode(), signature.body):
            raise NoteError(f"{signature.name} 的签名不对")
        if signature not in found:
            found.append(signature)
    if not found:
        raise NoteError("没有已知密钥的签名")
    return tuple(found)
