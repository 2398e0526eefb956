"""Dates of reminders as a calendar file (RFC 5545)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from zhunsheng.judging.triggers.queries import TouchCard

FOLD_OCTETS = 73


@dataclass(frozen=True, slots=True)
class Entry:
    """One all-day entry: what keeps it apart from all others, the day, the title, where to read more."""

    name: str
    on: dt.date
    title: str
    address: str


def dates_of(touch: TouchCard, address: str = "") -> list[Entry]:
    """What lies ahead in one reminder."""
    told = []
    if touch.reply_due_on is not None and not touch.answer:
        title = _("答复市场监管提醒的最后一天")
        told.append(Entry(f"reply-{touch.id}", touch.reply_due_on, title, address))
    if touch.observe_until_on is not None:
        title = _("市场监管提醒的观察期结束")
        told.append(Entry(f"observe-{touch.id}", touch.observe_until_on, title, address))
    return told


def calendar(entries: Iterable[Entry], at: dt.datetime) -> str:
    """All-day entries with an alarm on the morning before; lines end with CR LF."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//zhunsheng//reminder//ZH", "METHOD:PUBLISH"]
    for entry in entries:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{entry.name}@zhunsheng",
            f"DTSTAMP:{at.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}",
            f"DTSTART;VALUE=DATE:{entry.on:%Y%m%d}",
            f"DTEND;VALUE=DATE:{entry.on + dt.timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{_escaped(entry.title)}",
            f"DESCRIPTION:{_escaped(entry.address)}",
            "BEGIN:VALARM",
            "ACTION:DISPLAY",
            f"DESCRIPTION:{_escaped(entry.title)}",
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
