"""Deadlines as an iCalendar file (RFC 5545): one all-day event each, for any calendar program."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from zhunsheng.core.deadlines.calendars import DAY

LINE_OCTETS_MAX = 75
PRODUCT = "-//Zhunsheng//Deadlines//ZH"


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """One last day. `key` is stable, so that a later export replaces the entry."""

    key: str
    on: dt.date
    title: str
    text: str
    done: bool = False


def icalendar(entries: Iterable[CalendarEntry], *, stamped_at: dt.datetime, host: str) -> str:
    """The whole file with CRLF line ends; equal entries at an equal instant give equal bytes."""
    stamp = f"{stamped_at.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"]
    for entry in sorted(entries, key=lambda e: (e.on, e.key)):
        lines += [
            "BEGIN:VEVENT",
            f"UID:{_escaped(entry.key)}@{host}",
            f"DTSTAMP:{stamp}",
            f"DTSTART;VALUE=DATE:{entry.on:%Y%m%d}",
            f"DTEND;VALUE=DATE:{entry.on + DAY:%Y%m%d}",
            f"SUMMARY:{_escaped(entry.title)}",
            f"DESCRIPTION:{_escaped(entry.text)}",
            f"STATUS:{'CANCELLED' if entry.done else 'CONFIRMED'}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _escaped(text: str) -> str:
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\r\n", "\\n").replace("\n", "\\n")


def _folded(line: str) -> str:
    """Lines of at most 75 octets; a character is never cut in two."""
    parts: list[bytes] = []
    current = b""
    for character in line:
        octets = character.encode()
        if len(current) + len(octets) > LINE_OCTETS_MAX - (1 if parts else 0):
            parts.append(current)
            current = b""
        current += octets
    parts.append(current)
    return "\r\n ".join(part.decode() for part in parts)
