"""`zhunsheng runs`: the class runs; a held one is released or discarded by a named person."""

from __future__ import annotations

import click
from django.utils.translation import gettext as _

from zhunsheng.cli.days import now
from zhunsheng.cli.exit_codes import CannotRunError, ExitCode
from zhunsheng.cli.output import Output, reporting
from zhunsheng.cli.people import officer, whole_bureau
from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.judging.portraits import actions as portraits
from zhunsheng.judging.portraits import queries as classes
from zhunsheng.workflows import monthly


@click.command(help=_("列出分类运行；被熔断暂缓的，由具名人员放行或作废。"))
@click.option("--release", type=int, help=_("放行这个编号的运行。"))
@click.option("--discard", type=int, help=_("作废这个编号的运行。"))
@click.option("--by", help=_("决定人的工号；须有相应岗位授权。"))
@click.option("--reason", default="", help=_("理由。"))
@reporting(
    {
        "id": _("编号"),
        "cause": _("原因"),
        "as_of": _("截至时间"),
        "state": _("状态"),
        "subjects": _("户数"),
        "moved": _("变动户数"),
        "migration": _("类别迁移"),
    }
)
def command(
    out: Output, release: int | None, discard: int | None, by: str | None, reason: str
) -> ExitCode | None:
    """Newest first; a held run makes the exit code FOUND."""
    if (release is not None or discard is not None) and not (by and reason.strip()):
        raise click.UsageError(_("放行或作废须写明 --by 和 --reason"))
    try:
        if release is not None:
            monthly.release(_leader(by), now(), release, reason)
        if discard is not None:
            portraits.discard_run(by=_leader(by), at=now(), run_id=discard, reason=reason)
    except portraits.RunNotHeldError as error:
        raise CannotRunError(_("没有这个被暂缓的运行：%(why)s") % {"why": error}) from error
    rows = classes.runs(viewer=Viewer.bureau("runs"))
    out.records(
        {
            "id": r.id,
            "cause": r.cause,
            "as_of": r.as_of.isoformat(),
            "state": r.state,
            "subjects": r.subjects,
            "moved": r.moved,
            "migration": r.migration,
        }
        for r in rows
    )
    columns = (_("编号"), _("原因"), _("截至时间"), _("状态"), _("户数"), _("变动户数"))
    out.table(columns, [(r.id, r.cause, f"{r.as_of:%Y-%m-%d}", r.state, r.subjects, r.moved) for r in rows])
    return ExitCode.FOUND if any(r.state == "HELD" for r in rows) else None


def _leader(by: str | None) -> Actor:
    """A run is about every business, so only a scope of all of them will do."""
    return officer(by or "", "class.settle", whole_bureau)
