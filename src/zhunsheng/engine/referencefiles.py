"""Reference tables that come with the installation: `packs/reference/*.yaml`."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from zhunsheng.core.packs.nodes import PackError
from zhunsheng.core.reference import SCHEMAS, Edition, read_edition
from zhunsheng.engine.packfiles import read_documents, stamp


def shipped_editions(folder: Path) -> tuple[Edition, ...]:
    """Every edition below a folder; PackError says file, place and cure. Read again only after a change."""
    return _read(folder, stamp(folder))


@lru_cache(maxsize=8)
def _read(folder: Path, _stamp: object) -> tuple[Edition, ...]:
    kinds = {schema: kind for kind, schema in SCHEMAS.items()}
    found = []
    for name, document in read_documents(folder) if folder.is_dir() else ():
        schema = str(document.get("schema"))
        if schema not in kinds:
            raise PackError(f"{name}.schema", f"应为 {'、'.join(SCHEMAS.values())}")
        found.append(read_edition(kinds[schema], document, where=name))
    return tuple(found)
