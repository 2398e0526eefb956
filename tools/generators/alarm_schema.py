"""docs/reference/alarms.schema.json: the published schema of the lines of supervision alarms."""

from __future__ import annotations

import json

from zhunsheng.core.alarms.rules import alarm_schema


def pages() -> dict[str, str]:
    """One file."""
    text = json.dumps(alarm_schema(), ensure_ascii=False, indent=1)
    return {"docs/reference/alarms.schema.json": text + "\n"}
