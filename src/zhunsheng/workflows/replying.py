"""A draft becomes an answer: words and files together, once, however often the button is pressed."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from zhunsheng.core.actors import Actor
from zhunsheng.foundation.attachments import actions as attachments
from zhunsheng.foundation.drafts import actions as drafts
from zhunsheng.workflows import answering


def owner_of(touch_id: int) -> str:
    """Under which name files and the draft of an answer are kept."""
    return f"touch:{touch_id}"


def send(*, by: Actor, at: datetime, touch_id: int) -> bool:
    """Send the saved draft; False when it was sent already. AnswerError says what it lacks, and all stays."""
    owner = owner_of(touch_id)
    with transaction.atomic():
        told = drafts.take(by=by, at=at, owner=owner)
        if told is None:
            return False
        attachments.seal(by=by, at=at, owner=owner)
        answering.take_answer(
            by=by, at=at, touch_id=touch_id, answer=told.get("answer", ""), reason=told.get("reason", "")
        )
    return True
