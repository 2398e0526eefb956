"""docs/reference/openapi.json: the description of the interface for programs, as it is served."""

from __future__ import annotations

import json

from zhunsheng.api.description import document

PAGE = "docs/reference/openapi.json"


def pages() -> dict[str, str]:
    """One page."""
    return {PAGE: json.dumps(document(), ensure_ascii=False, indent=2) + "\n"}
