"""docs/reference/pack.schema.json: the published schema of pack files, for editors and other programs."""

from __future__ import annotations

import json

from zhunsheng.core.packs.schema import pack_schema


def pages() -> dict[str, str]:
    """One file."""
    return {"docs/reference/pack.schema.json": json.dumps(pack_schema(), ensure_ascii=False, indent=1) + "\n"}
