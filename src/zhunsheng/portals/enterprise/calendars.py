"""The dates of a reminder as a calendar file (RFC 5545)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.utils.translation import gettext as _

from zhunsheng.portals.enterprise.visiting import Opened

FOLD_OCTETS = 73


def dates_of(opened: Opened) -> list[tuple[str, dt.date, str]]:
    """(name, day, title) of what lies ahead."""
    told = []
    if opened.touch.reply_due_on is not None and not opened.touch.answer:
        told.append(("reply", opened.touch.reply_due_on, _("答复市场监管提醒的最后一天")))
    if opened.touch.observe_until_on is not None:
        told.append(("observe", opened.touch.observe_until_on, _("市场监管提醒的观察期结束")))
    return told


def calendar(opened: Opened, address: str) -> str:
    """All-day entries with an alarm on the morning before; lines end with CR LF."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//zhunsheng//reminder//ZH", "METHOD:PUBLISH"]
    for name, day, title in dates_of(opened):
        lines += [
            "BEGIN:VEVENT",
            f"UID:{name}-{opened.touch.id}@zhunsheng",
            f"DTSTAMP:{opened.at.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}",
            f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
            f"DTEND;VALUE=DATE:{day + dt.timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{_escaped(title)}",
            f"DESCRIPTION:{_escaped(address)}",
            "BEGIN:VALARM",
            "ACTION:DISPLAY",
            f"DESCRIPTION:{_escaped(title)}",
            "TRIGGER:-PT15H",
            "END:VALARM",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _escaped(text: str) -> str:
    for mark in ("\\", ";", ","):
        text = text.replace(mark, "\\" + mark)
    return text.replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """At most 75 octets a line, and no character cut in two."""
    part, lead = "", ""
    for character in line:
        if len((lead + part + character).encode()) > FOLD_OCTETS:
            yield lead + part
            part, lead = "", " "
        part += character
    yield lead + part
