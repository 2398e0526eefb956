"""The folder of the files: named by digest, written whole or not at all."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from django.conf import settings


def path_of(digest: str, copy: str) -> Path:
    """`original` or `shown` of a digest."""
    return Path(settings.MEDIA_ROOT) / "attachments" / digest[:2] / f"{digest}.{copy}"


def is_whole(path: Path, digest: str) -> bool:
    """Whether the bytes are there and are those of the digest."""
    try:
        with path.open("rb") as source:
            return hashlib.file_digest(source, "sha256").hexdigest() == digest
    except OSError:
        return False


def keep(path: Path, content: bytes) -> None:
    """Write a file so that after a crash it is there in full or not at all; an existing one is the same."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, partial = tempfile.mkstemp(dir=path.parent, suffix=".part")
    with os.fdopen(descriptor, "wb") as target:
        target.write(content)
        target.flush()
        os.fsync(target.fileno())
    Path(partial).replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
