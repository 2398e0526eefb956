"""A business asked for help or disagreed: an officer's words go into its inbox and stand beside its own."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.messages import check_text
from zhunsheng.engine.library import open_library
from zhunsheng.foundation.outreach import actions as outreach
from zhunsheng.foundation.outreach.new_messages import NewMessage
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.judging.triggers.actions import touches
from zhunsheng.registers.registry import queries as registry

VIEWER = Viewer.bureau("helping")


def take_reply(*, by: Actor, at: datetime, touch_id: int, text: str) -> None:
    """What an officer says to an answer: kept beside it and laid into the inbox of the business."""
    touch = triggers.touch(viewer=VIEWER, touch_id=touch_id)
    subject = registry.get(viewer=VIEWER, key=touch.subject) if touch else None
    if touch is None or subject is None:
        raise touches.AnswerError("没有这条触线")
    policy = open_library(settings.PACKS).message_policy
    check_text(text, policy, own=frozenset({subject.key, subject.phone}), where="回复")
    with transaction.atomic():
        number = touches.reply(by=by, at=at, touch_id=touch_id, text=text)
        key, purpose = f"INBOX:{touch_id}:reply-{number}", f"{subject.key}:reply:{number}"
        letter = NewMessage(key, "INBOX", subject.key, purpose, text, subject.key)
        outreach.queue(by=by, at=at, message=letter, policy=policy)
