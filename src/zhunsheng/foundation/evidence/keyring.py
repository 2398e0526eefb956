"""Which keys sign now, which have signed, and how one follows another.

`log/ed25519.key` signs checkpoints; `log/sm2.key`, where one was made, signs beside it. Every public key that
ever signed stands in `log/vkeys`, outside the database, so that who alters the database cannot trust himself.
"""

from __future__ import annotations

import os
from pathlib import Path

from zhunsheng.core.tlog.checkpoints import cosigned_message
from zhunsheng.core.tlog.notes import COSIGNATURE, ED25519, OTHER, NoteError, Verifier, key_id, read_vkey
from zhunsheng.foundation.evidence import sm2
from zhunsheng.foundation.evidence.keys import (
    FOLDER,
    KEY,
    Signer,
    ed25519_holds,
    ed25519_signer,
    make_ed25519,
    sync_folder,
)

NEXT, RETIRING, KNOWN = "ed25519.next", "ed25519.retiring", "vkeys"


def signers(home: Path, origin: str) -> list[Signer]:
    """Who signs the next checkpoint; the first is the log's key. A key that retires signs once more."""
    folder = home / FOLDER
    if not (folder / KEY).exists() and (folder / NEXT).exists() and (folder / RETIRING).exists():
        (folder / NEXT).rename(folder / KEY)
    found = [ed25519_signer(folder / KEY, origin)]
    if (folder / RETIRING).exists():
        found.append(ed25519_signer(folder / RETIRING, origin))
    if (folder / sm2.KEY).exists():
        found.append(sm2.sm2_signer(folder / sm2.KEY, origin))
    _remember(folder, [signer.vkey for signer in found])
    return found


def change_key(home: Path) -> None:
    """Put a new Ed25519 key in place; the old one signs one more checkpoint beside it and is destroyed."""
    folder = home / FOLDER
    if (folder / RETIRING).exists():
        return
    if not (folder / NEXT).exists():
        make_ed25519(folder / NEXT)
    (folder / KEY).rename(folder / RETIRING)
    (folder / NEXT).rename(folder / KEY)
    sync_folder(folder)


def retire(home: Path) -> None:
    """Destroy the private key that has signed its last checkpoint."""
    path = home / FOLDER / RETIRING
    if path.exists():
        path.unlink()
        sync_folder(path.parent)


def known(home: Path) -> list[str]:
    """Every public key that has ever signed here."""
    path = home / FOLDER / KNOWN
    return path.read_text(encoding="utf-8").split() if path.exists() else []


def _remember(folder: Path, vkeys: list[str]) -> None:
    path = folder / KNOWN
    there = path.read_text(encoding="utf-8").split() if path.exists() else []
    fresh = [text for text in vkeys if text not in there]
    if fresh:
        with path.open("a", encoding="utf-8") as handle:
            handle.write("".join(f"{text}\n" for text in fresh))
            handle.flush()
            os.fsync(handle.fileno())


def verifier(text: str) -> Verifier:
    """What checks the signatures of a verifier key given as text; NoteError for kinds that are not known."""
    name, kind, public = read_vkey(text)
    if kind == OTHER:
        return sm2.sm2_verifier(name, public)
    if kind == ED25519:
        return Verifier(name, key_id(name, kind, public), lambda m, body: ed25519_holds(public, m, body))
    if kind != COSIGNATURE:
        raise NoteError(f"{name}: 不认识的密钥种类 {kind}")

    def cosigned(message: bytes, body: bytes) -> bool:
        at = int.from_bytes(body[:8], "big")
        return ed25519_holds(public, cosigned_message(message, at), body[8:])

    return Verifier(name, key_id(name, kind, public), cosigned)
