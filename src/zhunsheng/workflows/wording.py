"""What a reminder says: who, what to check, until when, where to read, whom to ask. Nothing else."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from zhunsheng.core.messages import fill
from zhunsheng.engine.library import open_library
from zhunsheng.foundation.outreach.links import sign
from zhunsheng.judging.triggers.queries import TouchCard
from zhunsheng.registers.registry.queries import SubjectCard
from zhunsheng.workflows.keeping import point_of


def texts_of(touch: TouchCard, subject: SubjectCard, at: datetime) -> dict[str, str]:
    """`letter` and `reminder` for a touch; MessageError for an allegation or another's data."""
    library = open_library(settings.PACKS)
    _, point = point_of(touch.point, touch.pack_hash)
    due = touch.reply_due_on
    words = {
        "name": subject.name,
        "matter": f"{point.name_zh}{f'（{touch.object}）' if touch.object else ''}",
        "explain": point.risk_zh + "已到提醒线，详情见链接。",
        "reply_by": f"{due.month}月{due.day}日" if due else "",
        "link": f"{settings.PUBLIC_ADDRESS}/b/{sign('touch', touch.id, at=at)}/",
        "contact": settings.BUREAU_CONTACT,
        "bureau": settings.BUREAU_NAME,
    }
    own = frozenset({subject.key, subject.phone})
    return {
        name: fill(library.templates[name], words, library.message_policy, own=own)
        for name in ("letter", "reminder")
    }
