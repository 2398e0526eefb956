"""The OpenAPI 3.1 description, in Chinese and English."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from typing import Any

import yaml


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """The document as it is served and printed in docs/reference/openapi.json."""
    text = (resources.files("zhunsheng.api") / "openapi.yaml").read_text(encoding="utf-8")
    told: dict[str, Any] = yaml.safe_load(text)
    return told
