"""Sentences of a trace: Chinese in the code, said in another language by whoever has a catalogue."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Translate = Callable[[str], str]


def _(text: str) -> str:
    """Marks a text for the catalogue; core has no language."""
    return text


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the catalogue inside a sentence."""

    text: str


@dataclass(frozen=True, slots=True)
class Name:
    """A name that the data give in both languages."""

    zh: str
    en: str


@dataclass(frozen=True)
class Words:
    """Several words of the catalogue, one after another."""

    texts: tuple[str, ...]


Value = str | int | dt.date | Word | Words | Name


@dataclass(frozen=True, slots=True)
class Sentence:
    """A pattern of the catalogue with its values."""

    pattern: str
    values: Mapping[str, Value] = field(default_factory=dict)

    def zh(self) -> str:
        """As it stands in the code."""
        return self.say(lambda text: text, english=False)

    def say(self, translate: Translate, *, english: bool) -> str:
        """In the language of `translate`; names from the data in English where asked and given."""

        def told(value: Value) -> str | int:
            match value:
                case Word(text):
                    return translate(text)
                case Words(texts):
                    return translate(_("、")).join(map(translate, texts))
                case Name(zh, en):
                    return (en or zh) if english else zh
                case int():
                    return value
                case _:
                    return str(value)

        return translate(self.pattern) % {key: told(value) for key, value in self.values.items()}


WEEKDAYS = (_("星期一"), _("星期二"), _("星期三"), _("星期四"), _("星期五"), _("星期六"), _("星期日"))
BASIS = _("依据：%(law)s %(article)s（%(status)s）")
REGIME_BY = _("按%(by)s（%(day)s）确定适用 %(since)s 起施行的规定")
STARTED = _("起算：%(start)s（%(day)s）；开始的当日不计算在内")
STARTED_HOURS = _("起算：%(start)s（%(moment)s）；开始的时刻不计算在内")
BEFORE = _("以%(start)s（%(day)s）为准向前计算；当日不计算在内，不顺延")
COUNTED_BY = _("%(law)s %(article)s规定，该法所称“%(days)d日”是工作日，不含法定节假日")
LENGTHS = {
    "WORKDAYS": _("期限：%(number)d 个工作日"),
    "DAYS": _("期限：%(number)d 日（自然日）"),
    "MONTHS": _("期限：%(number)d 个月，到期月的对应日为最后一日，没有对应日的为月末日"),
    "YEARS": _("期限：%(number)d 年"),
    "HOURS": _("期限：%(number)d 小时，按实际经过的时间计算，不顺延"),
}
SEASON = _("每年 %(first)s 至 %(last)s 办理")
EXTENDED = _("延长：%(authority)s于 %(day)s 批准延长 %(number)d（同一单位），理由：%(reason)s")
PAUSED = _("暂停：%(first)s 至 %(last)s（%(reason)s），其间 %(number)d 日不计入")
PAUSED_OPEN = _("暂停：自 %(first)s 起（%(reason)s），尚未恢复，届满日待恢复后确定")
SKIPPED = _("跳过休息日、节假日 %(number)d 天")
MADE_UP = _("调休上班日计为工作日：%(days)s")
ROLLED = _("最后一日 %(day)s（%(weekday)s）是休息日或者法定节假日，顺延至其后第一个工作日 %(to)s")
NOT_ANNOUNCED = _("%(year)s 年放假安排尚未公布，最后一日是否顺延待公布后确定")
UNKNOWN_YEAR = _("%(year)s 年放假安排尚未公布或者未导入，届满日待公布后确定；不会早于 %(day)s")
ENDS = _("届满：%(day)s（%(weekday)s）24时")
ENDS_HOURS = _("届满：%(moment)s")
EARLIEST = _("须满 %(day)s（%(weekday)s）24时，此前不得视为期满")
EFFECT = _("期满后果：%(effect)s")
WORDS = {
    "VERIFIED": _("已核对原文"),
    "EXCERPT": _("据摘录"),
    "UNVERIFIED": _("未核实"),
    "TESTING": _("检测、检验、检疫、鉴定期间"),
    "HEARING": _("听证期间"),
    "ANNOUNCEMENT": _("公告期间"),
    "SUSPENSION": _("中止期间"),
    "REMEDIES": _("复议、诉讼期间"),
    "LEADER": _("负责人"),
    "COLLECTIVE": _("负责人集体讨论"),
    "REVIEWING_ORGAN": _("复议机关"),
}


def weekday(day: dt.date) -> Word:
    """The name of the day of the week."""
    return Word(WEEKDAYS[day.weekday()])
