"""What a reminder may say, how long it is, and when it may be sent. The policy is data.

Source: common rules of notification: who, what to check, where to read, contact; no allegation, no conclusion
of law, no third party's data; quiet hours; one identical reminder in a day.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from zhunsheng.core.clock import SHANGHAI

GSM7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
BLANK = re.compile(r"\{([a-z_]+)\}")
PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
IDENTITY_NUMBER = re.compile(r"(?<![0-9A-Za-z])\d{17}[0-9Xx](?![0-9A-Za-z])")
CREDIT_CODE = re.compile(r"(?<![0-9A-Z])[0-9A-HJ-NPQRTUWXY]{18}(?![0-9A-Z])")


class MessageError(ValueError):
    """A template or a text that may not be sent; the text says why and what to change."""


@dataclass(frozen=True, slots=True)
class MessagePolicy:
    """How reminders are held back. Hours are of Asia/Shanghai; `forbidden` are words of allegation."""

    repeat_hours: int
    quiet_from: time
    quiet_to: time
    failures_max: int
    daily_max: int
    link_days: int
    forbidden: tuple[str, ...]

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> MessagePolicy:
        """From a `zhunsheng.message-policy/1` document."""
        quiet = document["quiet_hours"]
        return cls(
            int(document["repeat_hours"]),
            time.fromisoformat(quiet["from"]),
            time.fromisoformat(quiet["to"]),
            int(document["failures_max"]),
            int(document["daily_max"]),
            int(document["link_days"]),
            tuple(document["forbidden_words"]),
        )


@dataclass(frozen=True, slots=True)
class Template:
    """A text with {blanks}. `needs` are the blanks without which the reader is left in the dark."""

    id: str
    version: str
    zh: str
    en: str
    needs: tuple[str, ...]

    @classmethod
    def read(cls, document: Mapping[str, Any], policy: MessagePolicy) -> Template:
        """From a `zhunsheng.message/1` document; a template that breaks the policy is refused."""
        made = cls(
            document["id"], str(document["version"]), document["zh"], document["en"], tuple(document["needs"])
        )
        for text in (made.zh, made.en):
            missing = sorted(set(made.needs) - set(BLANK.findall(text)))
            if missing:
                raise MessageError(f"{made.id}: 缺少空格 {missing}（谁、查什么、在哪看、找谁问）")
        _refuse_words(made.zh, policy)
        return made


def fill(template: Template, values: Mapping[str, str], policy: MessagePolicy, *, own: frozenset[str]) -> str:
    """The Chinese text with its blanks filled; `own` are numbers the recipient may be told (its own)."""
    missing = sorted(set(BLANK.findall(template.zh)) - set(values))
    if missing:
        raise MessageError(f"{template.id}: 空格 {missing} 没有内容")
    text = BLANK.sub(lambda found: values[found.group(1)], template.zh)
    check_text(text, policy, own=own, where=template.id)
    return text


def check_text(text: str, policy: MessagePolicy, *, own: frozenset[str], where: str) -> None:
    """Refuse an allegation and another's numbers, whoever wrote the text."""
    _refuse_words(text, policy)
    for pattern, what in ((PHONE, "手机号"), (IDENTITY_NUMBER, "身份证号"), (CREDIT_CODE, "信用代码")):
        strangers = sorted(set(pattern.findall(text)) - own)
        if strangers:
            raise MessageError(f"{where}: 文本含有他人的{what}，请删去")


def _refuse_words(text: str, policy: MessagePolicy) -> None:
    found = [word for word in policy.forbidden if word in text]
    if found:
        raise MessageError(f"提醒不作指控、不下结论：请改写 {'、'.join(found)}")


@dataclass(frozen=True, slots=True)
class Length:
    """How long a short message is: the alphabet it needs, its units in that alphabet, and the segments.

    A segment alone holds `single` units, each of several one holds `joined`.
    """

    alphabet: str
    units: int
    single: int
    joined: int

    @property
    def segments(self) -> int:
        """How many are sent and paid."""
        return 1 if self.units <= self.single else -(-self.units // self.joined)


def length(text: str) -> Length:
    """160/153 characters in GSM-7, else 70/67 UTF-16 units (UCS-2)."""
    if all(character in GSM7 for character in text):
        return Length("GSM-7", len(text), 160, 153)
    return Length("UCS-2", len(text.encode("utf-16-be")) // 2, 70, 67)


def segments(text: str) -> int:
    """How many short messages a text takes."""
    return length(text).segments


@dataclass(frozen=True, slots=True)
class Prices:
    """What a segment costs from which day on, in thousandths of a yuan (厘), the newest day first."""

    since: tuple[tuple[date, int], ...]
    source: str
    status: str

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Prices:
        """From a `zhunsheng.message-price-policy/1` document."""
        told = [(date.fromisoformat(str(p["from"])), int(p["li_a_segment"])) for p in document["prices"]]
        return cls(
            tuple(sorted(told, reverse=True)), str(document["source"]), str(document.get("status", ""))
        )

    def on(self, day: date) -> tuple[date, int] | None:
        """(since, 厘 a segment) in force on a day; None before the first."""
        return next((one for one in self.since if one[0] <= day), None)


def not_before(at: datetime, policy: MessagePolicy) -> datetime:
    """`at` itself, or the end of the quiet hours that hold it; nothing is lost, it waits."""
    at = at.astimezone(SHANGHAI)
    local = at.time()
    start, end = policy.quiet_from, policy.quiet_to
    quiet = start <= local or local < end if start > end else start <= local < end
    if not quiet:
        return at
    morning = at.replace(hour=end.hour, minute=end.minute, second=0, microsecond=0)
    return morning if morning > at else morning + timedelta(days=1)
