"""Messages that do not arrive: the station goes there, and it is still no mark."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from zhunsheng.core.actors import Actor
from zhunsheng.judging.triggers.actions import touches

BY = Actor.service("visits")


def on_undeliverable(payload: Mapping[str, Any], at: datetime) -> None:
    """The purpose of a reminder begins with the key of its subject."""
    subject = str(payload["purpose"]).partition(":")[0]
    touches.ask_for_visit(by=BY, at=at, subject=subject, reason="短信两次未送达，请上门走访（不作任何记录）")


HANDLES = {"outreach.undeliverable": on_undeliverable}
