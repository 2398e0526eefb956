"""docs/reference/guidance.schema.json: the published schema of entries of guidance and self-check sheets."""

from __future__ import annotations

import json

from zhunsheng.core.statutes.guidance import guidance_schema


def pages() -> dict[str, str]:
    """One file."""
    text = json.dumps(guidance_schema(), ensure_ascii=False, indent=1)
    return {"docs/reference/guidance.schema.json": text + "\n"}
