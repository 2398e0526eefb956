"""The last second of a deadline: what the law or the bureau ties to it happens now, from the queue alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from zhunsheng.workflows.observing import pass_reply_date
from zhunsheng.workflows.reviewing import pass_due


def on_end(payload: Mapping[str, Any], at: datetime) -> None:
    """By the deadline's key; most of them have nothing that follows by itself: they only become overdue."""
    due = datetime.fromisoformat(str(payload["due_at"]))
    match str(payload["key"]).split(":"):
        case ["touch", number, "reply"]:
            pass_reply_date(int(number), due, at)
        case ["task", number] if number.isdigit():
            pass_due(int(number), due)


HANDLES = {"due.until": on_end}
