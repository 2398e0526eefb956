"""What entries keep apart about a person is sealed under a key of that person's own, outside the database.

Destroying the key erases what was sealed, in every backup of the database too. `log/erased` says who was
forgotten, so that a database that is put back from before forgets again (`actions.forget_again`). Both lie in
the home folder: whoever copies its `log/persons` copies the keys, and must not keep that copy for longer than
persons may wait to be forgotten.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from zhunsheng.foundation.evidence.keys import FOLDER, read_secret, sync_folder, write_secret

KEYS, LEDGER = "persons", "erased"
KEY_BYTES, NONCE_BYTES = 32, 12


class AlteredError(ValueError):
    """What was sealed does not open as it was sealed."""


@dataclass(frozen=True, slots=True)
class Erased:
    """One decision to forget somebody. `at` is ISO 8601 with its offset."""

    number: str
    person: str
    at: str
    by: str
    why: str


def _log() -> Path:
    return Path(settings.HOME) / FOLDER


def _key_file(person: str) -> Path:
    return _log() / KEYS / f"{sha256(person.encode()).hexdigest()}.key"


def seal_for(person: str, content: bytes, *, bound: str) -> bytes:
    """AES-256-GCM under the person's key, made when there is none; opens only with the same `bound`."""
    path, nonce = _key_file(person), secrets.token_bytes(NONCE_BYTES)
    if not path.exists():
        fresh = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        write_secret(fresh, secrets.token_bytes(KEY_BYTES))
        try:
            os.link(fresh, path)  # whole or not at all, and the first one wins
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
        sync_folder(path.parent)
    return nonce + AESGCM(read_secret(path)).encrypt(nonce, content, bound.encode())


def open_for(person: str, sealed: bytes, *, bound: str) -> bytes | None:
    """What was sealed; None when the person's key was destroyed. AlteredError when it is not what it was."""
    path = _key_file(person)
    if not path.exists():
        return None
    try:
        return AESGCM(read_secret(path)).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound.encode())
    except InvalidTag as error:
        raise AlteredError("封存的内容与封存时不符") from error


def erase(told: Erased) -> None:
    """Note the decision, then destroy the key; both are lasting when this returns."""
    folder = _log()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / LEDGER).open("a", encoding="utf-8") as handle:
        handle.write(json.dumps(asdict(told), ensure_ascii=False) + "\n")
        handle.flush()
        os.fsync(handle.fileno())
    sync_folder(folder)
    destroy(told.person)


def destroy(person: str) -> None:
    """Nobody opens any more what was sealed for this person until now."""
    path = _key_file(person)
    if path.exists():
        path.unlink()
        sync_folder(path.parent)


def erased() -> list[Erased]:
    """Every decision to forget somebody, oldest first; a last line that a crash cut short was none."""
    path = _log() / LEDGER
    lines = path.read_text(encoding="utf-8").split("\n")[:-1] if path.exists() else []
    return [Erased(**json.loads(line)) for line in lines if line]
