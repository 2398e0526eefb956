"""The laws that packs cite, read again only when a file of their folder changed."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from zhunsheng.core.statutes.references import LawRecord, read_records
from zhunsheng.engine.packfiles import read_documents, stamp

STATUTES = "statutes"


@lru_cache(maxsize=4)
def _read(folder: Path, _stamp: object) -> dict[str, LawRecord]:
    return read_records(read_documents(folder))


def law_records(packs: Path) -> dict[str, LawRecord]:
    """Records by short name, below a folder of packs, as they stand now."""
    folder = packs / STATUTES
    return _read(folder, stamp(folder))
