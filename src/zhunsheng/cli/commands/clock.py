"""`zhunsheng clock`: when a statutory period ends, and why this date."""

from __future__ import annotations

import datetime as dt

import click
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhunsheng.cli.days import Instant
from zhunsheng.cli.exit_codes import ExitCode
from zhunsheng.cli.output import Output, reporting
from zhunsheng.core.actors import Viewer
from zhunsheng.core.clock import day_of, instant
from zhunsheng.core.deadlines.deadline import Deadline, start
from zhunsheng.core.deadlines.regimes import (
    ClockRow,
    PauseReason,
    UnknownClockError,
    UnlawfulClockError,
)
from zhunsheng.core.deadlines.sentences import Sentence
from zhunsheng.engine.library import open_library
from zhunsheng.foundation.schedule import queries as clocks

REASONS = "|".join(reason.value for reason in PauseReason)


def said(sentence: Sentence) -> str:
    """A line of a trace in the language of the shell."""
    return sentence.say(_, english=(get_language() or "").startswith("en"))


def _pause(text: str) -> tuple[PauseReason, dt.date, dt.date | None]:
    try:
        days, reason = text.split(":", 1)
        first, last = days.split("..", 1)
        end = dt.date.fromisoformat(last) if last else None
        return PauseReason(reason.upper()), dt.date.fromisoformat(first), end
    except ValueError as error:
        form = _("%(text)s 不是暂停，写成 2026-08-17..2026-08-28:TESTING；事由：%(reasons)s")
        raise click.UsageError(form % {"text": text, "reasons": REASONS}) from error


def _list(out: Output, rows: dict[str, ClockRow]) -> ExitCode:
    for row in rows.values():
        laws = "；".join(f"{r.law} {r.article}" for r in row.regimes)
        out.line(f"{row.key:26} {row.name_zh}（{laws}）")
    keys = sorted(rows)
    out.result({"clock": None, "due_on": None, "due_at": None, "provisional": False, "trace": keys})
    return ExitCode.OK


@click.command(help=_("计算法定期限何时届满，并逐步说明理由；不写编号时列出全部期限。"))
@click.argument("row", required=False)
@click.option("--start", "started_at", type=Instant(), help=_("起算事件的日期或者时刻。"))
@click.option("--law-of", type=Instant(), help=_("按哪一天确定适用的规定，默认为起算日。"))
@click.option(
    "--pause", "pauses", multiple=True, metavar="FROM..TO:REASON", help=_("不计入的期间，可写多次。")
)
@reporting(
    {
        "clock": _("期限编号"),
        "due_on": _("届满日；不能确定时为空"),
        "due_at": _("届满的最后一秒"),
        "provisional": _("是否顺延待放假安排公布"),
        "trace": _("逐步理由"),
    }
)
def command(
    out: Output,
    row: str | None,
    started_at: dt.datetime | None,
    law_of: dt.datetime | None,
    pauses: tuple[str, ...],
) -> ExitCode:
    """Counts, and says every step; FOUND when the end cannot be known yet."""
    terms = clocks.terms(viewer=Viewer.bureau("clock"), base=open_library(settings.PACKS).clocks)
    if row is None:
        return _list(out, dict(terms.book.rows))
    if started_at is None:
        raise click.UsageError(_("请用 --start 写明起算日"))
    try:
        regime_on = day_of(instant(law_of)) if law_of else None
        deadline: Deadline = start(terms.book, row, started_at, regime_on=regime_on)
        for text in pauses:
            deadline = deadline.paused(*_pause(text))
    except (UnknownClockError, UnlawfulClockError) as error:
        raise click.UsageError(str(error)) from error
    reckoned = terms.reckon(deadline)
    trace = [said(sentence) for sentence in reckoned.trace]
    for number, line in enumerate(trace, 1):
        out.line(f"{number}. {line}")
    out.result(
        {
            "clock": row,
            "due_on": reckoned.due_on,
            "due_at": reckoned.due_at.isoformat() if reckoned.due_at else None,
            "provisional": reckoned.provisional,
            "trace": trace,
        }
    )
    return ExitCode.OK if reckoned.due_on else ExitCode.FOUND
