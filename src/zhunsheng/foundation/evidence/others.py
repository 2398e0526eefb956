"""Who outside vouches for the log: witnesses that cosign its checkpoints, an authority that stamps the time.

They stand in files of the home folder, outside the database: `log/witnesses` (a key and an address a line),
`log/authority.url` and the roots of its certificates, `log/authority.pem`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.x509 import Certificate, load_pem_x509_certificates
from django.db import transaction

from zhunsheng.core.actors import Actor
from zhunsheng.core.tlog.notes import COSIGNATURE, NoteError, Verifier, read_vkey
from zhunsheng.foundation.evidence import actions
from zhunsheng.foundation.evidence.keyring import known, verifier
from zhunsheng.foundation.evidence.keys import FOLDER

WITNESSES, ADDRESS, ROOTS = "witnesses", "authority.url", "authority.pem"


@dataclass(frozen=True, slots=True)
class Other:
    """A witness: its public key as text, and where it is asked."""

    vkey: str
    address: str


@dataclass(frozen=True, slots=True)
class Authority:
    """A time stamp authority: where it is asked, and the roots under which its answers are believed."""

    address: str
    roots: tuple[Certificate, ...]


def witnesses(home: Path) -> list[Other]:
    """Who cosigns."""
    path = home / FOLDER / WITNESSES
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [Other(*line.split(" ", 1)) for line in lines if line.strip()]


def trusted(home: Path) -> list[Verifier]:
    """Whose signatures count here: every key that ever signed, and the witnesses'. NoteError, ValueError."""
    return [verifier(text) for text in (*known(home), *(other.vkey for other in witnesses(home)))]


def authority(home: Path) -> Authority | None:
    """Who stamps; None while nobody does."""
    folder = home / FOLDER
    if not (folder / ADDRESS).exists():
        return None
    roots = load_pem_x509_certificates((folder / ROOTS).read_bytes())
    return Authority((folder / ADDRESS).read_text(encoding="utf-8").strip(), tuple(roots))


def add_witness(*, by: Actor, home: Path, at: datetime, vkey: str, address: str) -> None:
    """Ask this witness from now on: a named person's act. NoteError for a key that is no witness's."""
    by.require_person("增加见证人")
    if read_vkey(vkey)[1] != COSIGNATURE:
        raise NoteError("不是见证人的公钥")
    with transaction.atomic():
        detail = {"key": vkey, "address": address}
        actions.record(by=by, at=at, action="WITNESS_ADDED", target="log", detail=detail)
        if vkey not in {other.vkey for other in witnesses(home)}:
            with (home / FOLDER / WITNESSES).open("a", encoding="utf-8") as handle:
                handle.write(f"{vkey} {address}\n")


def set_authority(*, by: Actor, home: Path, at: datetime, address: str, roots: bytes) -> None:
    """Let this authority stamp from now on: a named person's act. ValueError for roots that are no PEM."""
    by.require_person("设置时间戳机构")
    load_pem_x509_certificates(roots)
    with transaction.atomic():
        actions.record(by=by, at=at, action="AUTHORITY_SET", target="log", detail={"address": address})
        (home / FOLDER / ROOTS).write_bytes(roots)
        (home / FOLDER / ADDRESS).write_text(address + "\n", encoding="utf-8")
