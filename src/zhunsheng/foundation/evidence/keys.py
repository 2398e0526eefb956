"""The installation's signing keys: files of mode 600 below the home folder, never in the database.

A backup of the database holds none of them, so that who has the backup cannot sign.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from zhunsheng.core.tlog.checkpoints import cosigned_message
from zhunsheng.core.tlog.notes import ED25519, Signature, key_id, vkey

FOLDER = "log"
KEY = "ed25519.key"


class KeyFileError(Exception):
    """A key that should be there is not, or anybody may read it; the text says what to do."""


@dataclass(frozen=True)
class Signer:
    """A name with its private key; `kind` says which signatures it makes."""

    name: str
    kind: int
    public: bytes
    seal: Callable[[bytes], bytes]

    @property
    def vkey(self) -> str:
        """The public key as text, for those who verify."""
        return vkey(self.name, self.kind, self.public)

    def sign(self, text: str) -> Signature:
        """The signature line over a note's text."""
        return Signature(self.name, key_id(self.name, self.kind, self.public), self.seal(text.encode()))

    def cosign(self, text: str, at: int) -> Signature:
        """The signature line of a witness, with its time in seconds since 1970."""
        body = at.to_bytes(8, "big") + self.seal(cosigned_message(text.encode(), at))
        return Signature(self.name, key_id(self.name, self.kind, self.public), body)


def sync_folder(folder: Path) -> None:
    """Make a new or renamed file of this folder lasting."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_secret(path: Path, content: bytes) -> None:
    """A new file that only its owner may read; it must not be there yet."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as target:
        target.write(content)
        target.flush()
        os.fsync(target.fileno())
    sync_folder(path.parent)


def read_secret(path: Path) -> bytes:
    """The content of a key file; KeyFileError if others may read it or it is gone."""
    try:
        mode = path.stat().st_mode & 0o077
        content = path.read_bytes()
    except OSError as error:
        raise KeyFileError(f"签名密钥 {path.name} 无法读取：请从密钥备份恢复，切勿另造") from error
    if mode:
        raise KeyFileError(f"签名密钥 {path.name} 的权限过宽，请执行 chmod 600")
    return content


def ed25519_signer(path: Path, name: str, kind: int = ED25519) -> Signer:
    """The signer of a key file."""
    private = Ed25519PrivateKey.from_private_bytes(read_secret(path))
    return Signer(name, kind, private.public_key().public_bytes_raw(), private.sign)


def make_ed25519(path: Path) -> bytes:
    """Make a key file; its public key."""
    private = Ed25519PrivateKey.generate()
    write_secret(path, private.private_bytes_raw())
    return private.public_key().public_bytes_raw()


def ed25519_holds(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether an Ed25519 signature is right."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
