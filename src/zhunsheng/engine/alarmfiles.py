"""The lines of supervision alarms on disk, read again only when a file of their folder changed."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from zhunsheng.core.alarms.rules import AlarmLine, read_alarms
from zhunsheng.engine.packfiles import read_documents, stamp

ALARMS = "alarms"


@lru_cache(maxsize=4)
def _read(folder: Path, _stamp: object) -> tuple[AlarmLine, ...]:
    return read_alarms(read_documents(folder))


def open_alarms(packs: Path) -> tuple[AlarmLine, ...]:
    """The lines below a folder of packs as they stand now; PackError says what cannot be read."""
    folder = packs / ALARMS
    return _read(folder, stamp(folder))
