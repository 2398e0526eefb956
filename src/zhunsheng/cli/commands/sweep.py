"""`zhunsheng sweep`: one line of a trigger point at several values, and what each would have done."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click
from django.conf import settings
from django.utils.translation import gettext as _

from zhunsheng.cli.days import now
from zhunsheng.cli.exit_codes import CannotRunError
from zhunsheng.cli.output import Output, reporting
from zhunsheng.cli.selecting import selecting
from zhunsheng.core.actors import Viewer
from zhunsheng.core.packs.lines import lines_of
from zhunsheng.core.packs.nodes import PackError
from zhunsheng.core.reporting.profiles import Selection
from zhunsheng.engine.library import GENERAL
from zhunsheng.engine.packfiles import read_documents
from zhunsheng.workflows.impacting import asked_of
from zhunsheng.workflows.sweeping import Sweep, sweep

VIEWER = Viewer.bureau("sweep")
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


class Values(click.ParamType[tuple[int, ...]]):
    """3:8 (both included) or 3,5,8."""

    name = "values"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        """Whole numbers in ascending order, each once."""
        text = str(value)
        try:
            first, colon, last = text.partition(":")
            told = range(int(first), int(last) + 1) if colon else map(int, text.split(","))
            found = tuple(sorted(set(told)))
        except ValueError:
            self.fail(_("%(text)s 不是一组数，写成 3:8 或 3,5,8") % {"text": text}, param, ctx)
        return found or self.fail(_("%(text)s 里没有数") % {"text": text}, param, ctx)


@click.command(
    help=_("试移一条线：触发点的一个数取不同值，各会触及多少、要多少人日。只供参考，不改任何规则。")
)
@click.argument("point")
@click.argument("place")
@click.argument("values", type=Values())
@click.option("--pack", type=FOLDER, help=_("规则包目录，默认现行的。"))
@selecting
@reporting(
    {
        "schema": _("格式"),
        "point": _("触发点"),
        "place": _("移动的数在触发点里的位置"),
        "now": _("规则包里的值"),
        "from": _("起始时间"),
        "to": _("终止时间"),
        "known_at": _("按何时已知的结果"),
        "chosen": _("名录的哪一部分"),
        "register": _("参与的户数"),
        "facts_sha256": _("所读事实的散列值"),
        "policy_sha256": _("工作量口径的散列值"),
        "years_without_calendar": _("没有公布工作日的年份"),
        "rows": _(
            "逐值：value、hash、point_touches、touches、subjects、messages、officer_days_hundredths、left_minutes、precision"
        ),
        "suggested": _("属实的一个不漏而触线最少的值；没有结果时为空"),
    }
)
def command(
    out: Output,
    /,
    point: str,
    place: str,
    values: tuple[int, ...],
    pack: Path | None,
    start: dt.datetime,
    end: dt.datetime,
    known_at: dt.datetime | None,
    **chosen: tuple[str, ...],
) -> None:
    """Changes nothing: a suggestion is for a person."""
    try:
        documents = list(read_documents(pack or settings.PACKS / GENERAL))
        lines = lines_of(documents, point)
        if place not in lines:
            raise CannotRunError(
                _("%(point)s 可以移动的数：%(lines)s") % {"point": point, "lines": _said(lines)}
            )
        with out.progress(_("重放")) as progress:
            told = sweep(
                VIEWER,
                documents,
                Sweep(point, place, values),
                asked_of((start, end), known_at or now(), Selection(**chosen)),
                progress.advance,
            )
    except PackError as error:
        raise CannotRunError(str(error)) from error
    rows = [
        (
            f"{row['value']}{' ←' if row['value'] == told['now'] else ''}",
            *row["point_touches"],
            row["touches"],
            row["subjects"],
            f"{row['officer_days_hundredths'] / 100:.1f}",
        )
        for row in told["rows"]
    ]
    heads = (_("取值"), _("黄线"), _("红线"), _("安全红线"), _("全部触线"), _("触及主体"), _("所需人日"))
    out.table(heads, rows, title=f"{point} {place}")
    if told["suggested"] is not None:
        out.line(
            _("可以考虑 %(value)d：已知属实的一个不漏，触线最少。是否采用由人决定。")
            % {"value": told["suggested"]}
        )
    out.result(told)


def _said(lines: dict[str, int]) -> str:
    return "、".join(f"{name}={value}" for name, value in lines.items())
