"""An announcement has been out for as long as the law asks: its documents count as served."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from zhunsheng.core.actors import Actor
from zhunsheng.foundation.documents.actions import serving
from zhunsheng.workflows.terms import document_terms

BY = Actor.service("serve")


def on_due(payload: Mapping[str, Any], _at: datetime) -> None:
    """Judged by the instant that was set, not by the hour at which a worker came to it."""
    instant = datetime.fromisoformat(str(payload["due_at"]))
    serving.pass_announcement(by=BY, at=instant, service_id=int(payload["key"]), terms=document_terms())


HANDLES = {f"due.{serving.TOPIC}": on_due}
