"""`zhunsheng calendar`: which years are known, and recording one that was announced since."""

from __future__ import annotations

from pathlib import Path

import click
import yaml
from django.conf import settings
from django.utils.translation import gettext as _

from zhunsheng.cli.days import now
from zhunsheng.cli.exit_codes import CannotRunError
from zhunsheng.cli.output import Output, reporting
from zhunsheng.cli.people import BY, officer
from zhunsheng.core.actors import Viewer
from zhunsheng.core.deadlines import WorkCalendar
from zhunsheng.engine.library import open_library
from zhunsheng.foundation.schedule import queries as clocks
from zhunsheng.foundation.schedule.actions import years

VIEWER = Viewer.bureau("calendar")


@click.group(help=_("工作日历：已有哪些年份；记录新公布的放假安排。"))
def command() -> None:
    """Calendar: show, announce."""


@command.command(help=_("列出已有放假安排的年份。"))
@reporting({"year": _("年份"), "holidays": _("放假日"), "make_up": _("调休上班日")})
def show(out: Output) -> None:
    """Years of the package and of the bureau together."""
    calendar = clocks.terms(viewer=VIEWER, base=open_library(settings.PACKS).clocks).calendar
    rows = []
    for year in sorted(calendar.years):
        holidays = sorted(str(day) for day in calendar.holidays if day.year == year)
        make_up = sorted(str(day) for day in calendar.make_up if day.year == year)
        rows.append({"year": year, "holidays": holidays, "make_up": make_up})
        out.line(f"{year}  {len(holidays)} / {len(make_up)}")
    out.records(rows)


@command.command(help=_("记录一年的放假安排（zhunsheng.calendar/1 文件），并重算未办结的期限。"))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@BY
@reporting({"year": _("年份"), "moved": _("届满日因此改变的期限数")})
def announce(out: Output, file: Path, by: str) -> None:
    """A person records it; the package's year, if there is one, gives way."""
    person = officer(by, "connector.manage")
    try:
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
        told = WorkCalendar.read([document])
        (year,) = told.years
        moved = years.announce_year(
            by=person,
            at=now(),
            year=year,
            holidays=told.holidays,
            make_up=told.make_up,
            source=str(document["source"]),
            terms=clocks.terms(viewer=VIEWER, base=open_library(settings.PACKS).clocks),
        )
    except (KeyError, TypeError, ValueError, yaml.YAMLError) as error:
        raise CannotRunError(_("放假安排有误：%(why)s") % {"why": error}) from error
    out.line(_("已记录 %(year)d 年，%(moved)d 个期限改变") % {"year": year, "moved": moved})
    out.result({"year": year, "moved": moved})
