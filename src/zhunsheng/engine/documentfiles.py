"""The catalogue of documents on disk, read again only when a file of its folder changed."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from zhunsheng.core.documents.catalogue import Catalogue, read_catalogue
from zhunsheng.engine.packfiles import read_documents, stamp

DOCUMENTS = "documents"


@lru_cache(maxsize=4)
def _read(folder: Path, _stamp: object) -> Catalogue:
    return read_catalogue(read_documents(folder))


def open_catalogue(packs: Path) -> Catalogue:
    """The catalogue below a folder of packs as it stands now; PackError says what cannot be read."""
    folder = packs / DOCUMENTS
    return _read(folder, stamp(folder))
