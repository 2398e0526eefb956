"""docs/reference/document.schema.json: the published schema of document files."""

from __future__ import annotations

import json

from zhunsheng.core.documents.schema import document_schema


def pages() -> dict[str, str]:
    """One file."""
    text = json.dumps(document_schema(), ensure_ascii=False, indent=1)
    return {"docs/reference/document.schema.json": text + "\n"}
