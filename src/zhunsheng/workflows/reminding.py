"""A yellow touch becomes help: a letter in the inbox and a short message, and never an allegation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.messages import fill
from zhunsheng.engine.library import open_library
from zhunsheng.foundation.outreach import actions as outreach
from zhunsheng.foundation.outreach.links import sign
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.registers.registry import queries as registry

BY = Actor.service("remind")
VIEWER = Viewer.bureau(BY.key)


def on_opened(payload: Mapping[str, Any], at: datetime) -> None:
    """Tell the business about a touch under observation; a red touch is reviewed off site first."""
    library = open_library(settings.PACKS)
    touch = triggers.touch(viewer=VIEWER, touch_id=int(payload["touch"]))
    if touch is None or touch.state != "OBSERVING" or touch.reply_due_on is None:
        return
    subject = registry.get(viewer=VIEWER, key=touch.subject)
    if subject is None:
        return
    point = library.points[touch.point]
    words = {
        "name": subject.name,
        "matter": f"{point.name_zh}{f'（{touch.object}）' if touch.object else ''}",
        "explain": point.risk_zh + "已到提醒线，详情见链接。",
        "reply_by": f"{touch.reply_due_on.month}月{touch.reply_due_on.day}日",
        "link": f"{settings.PUBLIC_ADDRESS}/b/{sign('touch', touch.id, at=at)}/",
        "contact": settings.BUREAU_CONTACT,
        "bureau": settings.BUREAU_NAME,
    }
    own = frozenset({subject.key, subject.phone})
    purpose = f"{touch.subject}:{touch.point}:{touch.object}"
    for channel, template, recipient in (
        ("INBOX", "letter", subject.key),
        ("SMS", "reminder", subject.phone),
    ):
        if recipient:
            text = fill(library.templates[template], words, library.message_policy, own=own)
            message = outreach.NewMessage(f"{channel}:{touch.id}", channel, recipient, purpose, text)
            outreach.queue(by=BY, at=at, message=message, policy=library.message_policy)


HANDLES = {"touch.opened": on_opened}
