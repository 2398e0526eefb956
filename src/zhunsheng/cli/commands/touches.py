"""`zhunsheng touches`: the touches, filtered."""

from __future__ import annotations

import click
from django.utils.translation import gettext as _

from zhunsheng.cli.output import Output, reporting
from zhunsheng.core.actors import Viewer
from zhunsheng.judging.triggers import queries as triggers

COLOURS = click.Choice(["YELLOW", "RED", "CRITICAL"])


@click.command(help=_("列出触线：按颜色、事项、主体、状态筛选。"))
@click.option("--colour", type=COLOURS, default=None, help=_("颜色。"))
@click.option("--item", default="", help=_("事项编号，如 T01。"))
@click.option("--subject", default="", help=_("主体代码。"))
@click.option("--state", default="", help=_("状态，如 OBSERVING。"))
@click.option("--open", "open_only", is_flag=True, help=_("只看未办结的。"))
@reporting(
    {
        "id": _("编号"),
        "subject": _("主体"),
        "item": _("事项"),
        "point": _("触发点"),
        "object": _("对象"),
        "colour": _("颜色"),
        "state": _("状态"),
        "started_at": _("触线时间"),
        "reply_due_on": _("答复截止日"),
        "answer": _("答复"),
    }
)
def command(out: Output, colour: str | None, item: str, subject: str, state: str, open_only: bool) -> None:
    """Newest first."""
    rows = triggers.touches(
        viewer=Viewer.bureau("touches"),
        colour=colour or "",
        item=item,
        subject=subject,
        state=state,
        open_only=open_only,
    )
    out.records(
        {
            "id": t.id,
            "subject": t.subject,
            "item": t.item,
            "point": t.point,
            "object": t.object,
            "colour": t.colour,
            "state": t.state,
            "started_at": t.started_at.isoformat(),
            "reply_due_on": str(t.reply_due_on) if t.reply_due_on else None,
            "answer": t.answer,
        }
        for t in rows
    )
    columns = (_("编号"), _("主体"), _("触发点"), _("对象"), _("颜色"), _("状态"), _("答复截止日"))
    out.table(
        columns,
        [(t.id, t.subject, t.point, t.object, t.colour, t.state, t.reply_due_on or "") for t in rows],
    )
