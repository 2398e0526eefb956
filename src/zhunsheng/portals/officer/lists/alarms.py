"""What supervisors are told of, as of a day: worked out from the records each time it is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from zhunsheng.core.actors import Viewer
from zhunsheng.core.alarms.finding import Alarm
from zhunsheng.core.alarms.rules import AlarmLine
from zhunsheng.core.clock import day_end, moment
from zhunsheng.core.deadlines.sentences import Sentence
from zhunsheng.core.listing import Listed, Part, cut
from zhunsheng.engine.alarmfiles import open_alarms
from zhunsheng.portals.officer.lists.days import day_or_none
from zhunsheng.web.clock import page_clock
from zhunsheng.web.lists import Choice, Column, Day, ListDefinition, Sort, Words
from zhunsheng.workflows.alarming import alarms

READ = "alarm.read"


def in_english() -> bool:
    """Whether the page is shown in English."""
    return (get_language() or "").startswith("en")


def said(sentence: Sentence) -> str:
    """A sentence of an alarm in the language of the page."""
    return sentence.say(_, english=in_english())


def instant_of(day: str) -> datetime:
    """The end of a day; now for today, for no day and for days to come, which nobody knows yet."""
    now, on = page_clock().now(), day_or_none(day)
    return now if on is None else min(now, moment(day_end(on)))


def name_of(alarm: Alarm) -> str:
    """What an alarm is called."""
    return alarm.line.name_en if in_english() else alarm.line.name_zh


def _kinds() -> list[tuple[str, str | Promise]]:
    return [(line.id, line.name_en if in_english() else line.name_zh) for line in _newest().values()]


def _newest() -> dict[str, AlarmLine]:
    return {line.id: line for line in open_alarms(settings.PACKS)}


def _rows(viewer: Viewer, chosen: Mapping[str, str], part: Part) -> Listed[tuple[Alarm, str]]:
    words, day = chosen["q"].casefold(), chosen["on"]
    told = [
        (alarm, day)
        for alarm in alarms(viewer, instant_of(day))
        if chosen["kind"] in {"", alarm.line.id}
        and words in " ".join([alarm.name, *(record.title for record in alarm.records)]).casefold()
    ]
    if part.field == "value":
        told.sort(key=lambda row: row[0].value, reverse=part.descending)
    return cut(told, part, lambda row: row[0].key)


def _page_of(row: tuple[Alarm, str]) -> str:
    alarm, day = row
    return f"{reverse('officer:alarm')}?{urlencode({'key': alarm.key, 'on': day})}"


ALARMS: ListDefinition[tuple[Alarm, str]] = ListDefinition(
    key="alarms",
    title=gettext_lazy("监督预警"),
    power=READ,
    columns=(
        Column("kind", gettext_lazy("预警"), lambda row: name_of(row[0]), _page_of),
        Column("about", gettext_lazy("对何单位、人员或主体"), lambda row: row[0].name),
        Column("value", gettext_lazy("实有"), lambda row: row[0].value),
        Column("line", gettext_lazy("预警线"), lambda row: row[0].line.at_least),
        Column("why", gettext_lazy("为什么"), lambda row: said(row[0].why)),
        Column("records", gettext_lazy("涉及记录"), lambda row: len(row[0].records)),
        Column("version", gettext_lazy("依据版本"), lambda row: row[0].line.version),
        Column("rule", gettext_lazy("预警规则"), lambda row: said(row[0].line.says()), shown=False),
        Column(
            "keys",
            gettext_lazy("记录编号"),
            lambda row: "、".join(record.key for record in row[0].records),
            shown=False,
        ),
    ),
    filters=(
        Choice("kind", gettext_lazy("预警"), _kinds),
        Words("q", gettext_lazy("关键词"), gettext_lazy("单位、人员、主体或事项")),
        Day("on", gettext_lazy("以哪一日为准")),
    ),
    sorts=(
        Sort("kind", gettext_lazy("按种类"), "kind", descending=False),
        Sort("most", gettext_lazy("数值大的在前"), "value"),
    ),
    rows=_rows,
    key_of=lambda row: row[0].key,
    empty=gettext_lazy(
        "没有预警。期限久拖、屡次逾期、重复检查、各区处理不一或跨区办理达到预警线时，列在这里。"
    ),
    grows=False,
)
