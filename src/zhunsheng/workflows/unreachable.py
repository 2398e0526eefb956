"""Messages that do not arrive: the station goes there, and it is still no mark."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.judging.triggers.actions import visits
from zhunsheng.registers.registry import queries as registry

BY = Actor.service("visits")


def on_undeliverable(payload: Mapping[str, Any], at: datetime) -> None:
    """The purpose of a reminder begins with the key of its subject."""
    ask(str(payload["purpose"]).partition(":")[0], "短信两次未送达", at)


def ask(subject: str, why: str, at: datetime) -> None:
    """Put a subject on the visit list of its station; a visit is help and no inspection."""
    card = registry.get(viewer=Viewer.bureau(BY.key), key=subject)
    station = card.station if card else ""
    reason = f"{why}，请上门走访（不作任何记录）"
    visits.ask_for_visit(by=BY, at=at, subject=subject, reason=reason, station=station)


HANDLES = {"outreach.undeliverable": on_undeliverable}
