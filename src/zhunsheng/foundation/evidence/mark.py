"""What was last signed, kept outside the database: a restored database is behind it, and signs nothing.

The mark is made lasting before a signature exists, so that after any crash the same tree is signed again or
none at all. One process signs at a time (the lock file).
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from zhunsheng.foundation.evidence.keys import FOLDER, sync_folder

MARK, LOCK = "mark.json", "lock"


@dataclass(frozen=True, slots=True)
class Mark:
    """The largest tree that was ever signed under an origin."""

    origin: str
    size: int
    root: bytes


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """Nobody else signs meanwhile."""
    folder = home / FOLDER
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / LOCK).open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def read_mark(home: Path) -> Mark | None:
    """The mark; None before the first signature."""
    path = home / FOLDER / MARK
    if not path.exists():
        return None
    told = json.loads(path.read_text(encoding="ascii"))
    return Mark(told["origin"], told["size"], bytes.fromhex(told["root"]))


def write_mark(home: Path, mark: Mark) -> None:
    """Raise the mark, lasting when this returns."""
    folder = home / FOLDER
    fresh = folder / f"{MARK}.new"
    with fresh.open("w", encoding="ascii") as handle:
        json.dump({"origin": mark.origin, "size": mark.size, "root": mark.root.hex()}, handle)
        handle.flush()
        os.fsync(handle.fileno())
    fresh.replace(folder / MARK)
    sync_folder(folder)
