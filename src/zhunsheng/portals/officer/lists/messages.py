"""Messages to businesses: what was said to whom, and how far it came."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from zhunsheng.core.actors import Viewer
from zhunsheng.core.clock import SHANGHAI
from zhunsheng.core.listing import Listed, Part
from zhunsheng.foundation.outreach import queries as outreach
from zhunsheng.foundation.outreach.queries import MessageCard
from zhunsheng.portals.officer.lists.days import day_or_none
from zhunsheng.portals.officer.words import CHANNELS, MESSAGE_TONES, MESSAGES, TEMPLATES
from zhunsheng.registers.registry import queries as registry
from zhunsheng.registers.registry import scoping
from zhunsheng.web.lists import Choice, Column, ListDefinition, Sort, Span, Words

# Whoever holds the link answers for the business: an officer reads the message without it.
LINK = re.compile(r"/b/[^/\s]+/")
TOUCH = re.compile(r"[A-Z]+:(\d+)(?::|$)")
STATES = {state: words for state, words in MESSAGES.items() if state != "UNKNOWN"}


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message with the name of whom it is about."""

    message: MessageCard
    name: str

    @property
    def touch(self) -> str:
        """The page of the touch that it reminds of; '' when it is about no touch."""
        found = TOUCH.match(self.message.key)
        return reverse("officer:touch", args=[int(found[1])]) if found else ""


def without_link(text: str) -> str:
    """A message as an officer may read it."""
    return LINK.sub("/b/……/", text)


def template_of(card: MessageCard) -> str:
    """SMS, INBOX, or REPLY where an officer wrote the text."""
    return "REPLY" if ":reply-" in card.key else card.channel


def _rows(viewer: Viewer, chosen: Mapping[str, str], part: Part) -> Listed[MessageRow]:
    since, until = day_or_none(chosen["sent_from"]), day_or_none(chosen["sent_to"])
    told = outreach.listed(
        viewer=viewer,
        part=part,
        state=chosen["state"],
        channel=chosen["channel"],
        subject=chosen["subject"],
        since=datetime.combine(since, time(0), SHANGHAI) if since else None,
        until=datetime.combine(until, time(0), SHANGHAI) + timedelta(days=1) if until else None,
        narrowed=lambda rows: scoping.within(rows, viewer),
    )
    names = registry.names(viewer=viewer, keys={card.subject for card in told.rows})
    rows = tuple(MessageRow(card, names.get(card.subject, card.subject)) for card in told.rows)
    return Listed(rows, told.next, told.previous)


SENT: ListDefinition[MessageRow] = ListDefinition(
    key="messages",
    title=_("消息"),
    power="touch.read",
    columns=(
        Column(
            "sent",
            _("时间"),
            lambda row: f"{localtime(row.message.created_at):%Y-%m-%d %H:%M}",
            lambda row: reverse("messages:message", args=[row.message.id]),
        ),
        Column("touch", _("触线"), lambda row: _("查看触线") if row.touch else "—", lambda row: row.touch),
        Column("template", _("模板"), lambda row: TEMPLATES.get(template_of(row.message), ""), shown=False),
        Column("channel", _("渠道"), lambda row: CHANNELS.get(row.message.channel, row.message.channel)),
        Column(
            "subject",
            _("主体"),
            lambda row: row.name or "—",
            lambda row: reverse("officer:subject", args=[row.message.subject]) if row.message.subject else "",
        ),
        Column("text", _("内容"), lambda row: without_link(row.message.text)),
        Column(
            "state",
            _("状态"),
            lambda row: MESSAGES.get(row.message.state, row.message.state),
            tone=lambda row: MESSAGE_TONES.get(row.message.state, ""),
        ),
        Column("segments", _("短信段数"), lambda row: row.message.segments or "—"),
        Column("number", _("消息编号"), lambda row: row.message.key, shown=False),
    ),
    filters=(
        Choice("state", _("状态"), lambda: list(STATES.items())),
        Choice("channel", _("渠道"), lambda: list(CHANNELS.items())),
        Words("subject", _("主体代码"), _("完整代码")),
        Span("sent", _("日期")),
    ),
    sorts=(
        Sort("newest", _("最新在前"), "id"),
        Sort("oldest", _("最早在前"), "id", descending=False),
    ),
    rows=_rows,
    key_of=lambda row: str(row.message.id),
    empty=_("还没有消息。黄色触线后自动写入站内信并发出短信，出现在这里。"),
)
