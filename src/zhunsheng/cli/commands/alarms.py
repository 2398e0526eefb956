"""`zhunsheng alarms`: what supervisors should look at, as of now or of an earlier day, and why."""

from __future__ import annotations

import datetime as dt

import click
from django.utils.translation import gettext as _

from zhunsheng.cli.commands.clock import said
from zhunsheng.cli.days import Instant, now
from zhunsheng.cli.exit_codes import ExitCode
from zhunsheng.cli.output import Output, reporting
from zhunsheng.core.actors import Viewer
from zhunsheng.workflows.alarming import alarms


@click.command(
    help=_("列出监督预警：久拖、屡次逾期、重复检查、各区处理不一、跨区办理；由记录现算，不改变任何记录。")
)
@click.option("--as-of", type=Instant(), default=None, help=_("以哪一时刻为准，默认现在。"))
@click.option("--kind", default="", help=_("只看某一种预警，如 overdue。"))
@reporting(
    {
        "key": _("预警"),
        "kind": _("种类"),
        "about": _("对何单位、人员或主体"),
        "name": _("名称"),
        "value": _("实有"),
        "line": _("预警线"),
        "why": _("为什么"),
        "rule": _("规则"),
        "version": _("依据版本"),
        "records": _("涉及记录：种类、编号、所属事项、说明"),
    }
)
def command(out: Output, as_of: dt.datetime | None, kind: str) -> ExitCode:
    """In the order of the lines, the worst first; FOUND when there is any."""
    told = [a for a in alarms(Viewer.bureau("alarms"), as_of or now()) if kind in {"", a.line.id}]
    for alarm in told:
        out.line(f"{alarm.line.name_zh}  {said(alarm.why)}")
        for record in alarm.records:
            out.line(f"    {record.kind.value}:{record.key}  {record.title}  {said(record.note)}")
    out.records(
        {
            "key": alarm.key,
            "kind": alarm.line.kind.value,
            "about": alarm.about,
            "name": alarm.name,
            "value": alarm.value,
            "line": alarm.line.at_least,
            "why": said(alarm.why),
            "rule": said(alarm.line.says()),
            "version": alarm.line.version,
            "records": [[r.kind.value, r.key, r.matter, said(r.note)] for r in alarm.records],
        }
        for alarm in told
    )
    return ExitCode.FOUND if told else ExitCode.OK
