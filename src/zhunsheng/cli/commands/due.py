"""`zhunsheng due`: what is overdue, due today, this week, later, and why; also as a calendar file."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click
from django.conf import settings
from django.utils.translation import gettext as _

from zhunsheng.cli.commands.clock import said
from zhunsheng.cli.days import Instant, now
from zhunsheng.cli.exit_codes import ExitCode
from zhunsheng.cli.output import Output, reporting
from zhunsheng.core.actors import Viewer
from zhunsheng.core.deadlines.icalendar import CalendarEntry, icalendar
from zhunsheng.core.deadlines.nearness import Nearness
from zhunsheng.engine.library import open_library
from zhunsheng.foundation.schedule import queries as clocks
from zhunsheng.foundation.schedule.queries import DueCard

HOST = "zhunsheng.invalid"


def _titles() -> dict[Nearness, str]:
    return {
        Nearness.OVERDUE: _("已逾期"),
        Nearness.TODAY: _("今日到期"),
        Nearness.THIS_WEEK: _("本周到期"),
        Nearness.LATER: _("以后到期"),
        Nearness.UNKNOWN: _("到期日待定"),
    }


def _entries(cards: list[DueCard]) -> list[CalendarEntry]:
    return [
        CalendarEntry(card.key, card.due_on, card.title, "\n".join(said(s) for s in card.trace))
        for card in cards
        if card.due_on is not None
    ]


@click.command(help=_("列出未办结的法定期限：已逾期、今日、本周、以后，逐项说明为何是这一天。"))
@click.option("--at", "as_of", type=Instant(), default=None, help=_("以哪一时刻为准，默认现在。"))
@click.option("--handler", default="", help=_("只看某一经办人。"))
@click.option("--why", is_flag=True, help=_("逐项写出理由。"))
@click.option("--ics", type=click.Path(dir_okay=False, path_type=Path), help=_("另存为 iCalendar 文件。"))
@reporting(
    {
        "key": _("期限"),
        "matter": _("事项"),
        "clock": _("期限编号"),
        "title": _("名称"),
        "handler": _("经办人"),
        "state": _("状态"),
        "level": _("已到达的级别"),
        "told": _("已告知的岗位"),
        "nearness": _("临近程度：OVERDUE、TODAY、THIS_WEEK、LATER、UNKNOWN"),
        "due_on": _("届满日；不能确定时为空"),
        "trace": _("逐步理由"),
    }
)
def command(out: Output, as_of: dt.datetime | None, handler: str, why: bool, ics: Path | None) -> ExitCode:
    """Most pressing first; FOUND when something is overdue."""
    viewer, at = Viewer.bureau("due"), as_of or now()
    terms = clocks.terms(viewer=viewer, base=open_library(settings.PACKS).clocks)
    cards = clocks.due_list(viewer=viewer, at=at, terms=terms, handler=handler)
    titles, shown = _titles(), None
    for card in cards:
        if card.nearness is not shown:
            shown = card.nearness
            out.line(titles[shown])
        out.line(f"  {card.due_on or '—'}  {card.title}（{card.key}，{card.handler}）")
        if why:
            for sentence in card.trace:
                out.line(f"      {said(sentence)}")
    out.records(
        {
            "key": card.key,
            "matter": card.matter,
            "clock": card.clock,
            "title": card.title,
            "handler": card.handler,
            "state": card.state.value,
            "level": card.level,
            "told": list(card.told),
            "nearness": card.nearness.value,
            "due_on": card.due_on,
            "trace": [said(sentence) for sentence in card.trace],
        }
        for card in cards
    )
    if ics is not None:
        ics.write_text(icalendar(_entries(cards), stamped_at=at, host=HOST), encoding="utf-8", newline="")
        out.note(_("已写入 %(path)s") % {"path": ics})
    return ExitCode.FOUND if any(c.nearness is Nearness.OVERDUE for c in cards) else ExitCode.OK
