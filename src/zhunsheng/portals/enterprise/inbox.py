"""What waits for a business: reminders with their dates, letters, what officers answered."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from zhunsheng.core.rules.tree import TriggerPoint
from zhunsheng.foundation.outreach import queries as messages
from zhunsheng.foundation.outreach.queries import MessageCard
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.judging.triggers.queries import TouchCard
from zhunsheng.portals.enterprise.visiting import CLOSED, Visit, page
from zhunsheng.registers.mandates import queries as mandates
from zhunsheng.workflows.ruling import points_at

LETTERS_SHOWN, TITLE_CHARACTERS = 50, 40
LINK = re.compile(r"https?://\S+/b/\S+")


@dataclass(frozen=True, slots=True)
class Waiting:
    """One reminder as the list shows it."""

    touch: TouchCard
    matter: str
    closed: bool
    late: bool


@dataclass(frozen=True, slots=True)
class Letter:
    """A message in the inbox."""

    at: datetime
    title: str
    text: str


def home(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Reminders that wait come first, then those that are over; then the letters."""
    told = triggers.touches(viewer=visit.viewer, subject=visit.subject.key)
    points = points_at(visit.at)
    rows = [
        _waiting(touch, visit, points.get(touch.point)) for touch in told if touch.reply_due_on is not None
    ]
    told_by = messages.to_recipient(viewer=visit.viewer, recipient=visit.subject.key, channel="INBOX")
    words: dict[str, object] = {
        "waiting": sorted(
            (row for row in rows if not row.closed), key=lambda row: (bool(row.touch.answer), row.touch.id)
        ),
        "over": [row for row in rows if row.closed],
        "here": "home",
        "has_feed": visit.mandate is not None
        and mandates.has_feed(viewer=visit.viewer, mandate_id=visit.mandate.id),
        "letters": [_letter(letter) for letter in told_by[:LETTERS_SHOWN]],
    }
    return page(request, visit, "home", words)


def _letter(card: MessageCard) -> Letter:
    """Without its link: that opens for everybody and for days, whatever becomes of the mandate."""
    text = LINK.sub(_("（见上面的提醒）"), card.text)
    lines = [line for line in text.splitlines() if line.strip()]
    # The first line of a reminder is whom it is for; what it is about comes after it.
    title = lines[1] if len(lines) > 1 and lines[0].endswith(("：", ":")) else (lines or [""])[0]
    return Letter(card.created_at, title[:TITLE_CHARACTERS], text)


def _waiting(touch: TouchCard, visit: Visit, point: TriggerPoint | None) -> Waiting:
    late = touch.reply_due_on is not None and touch.reply_due_on < visit.at.date() and not touch.answer
    matter = point.name_zh if point is not None else touch.point
    return Waiting(touch, matter, touch.state in CLOSED, late)
