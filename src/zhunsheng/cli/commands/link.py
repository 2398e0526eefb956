"""`zhunsheng link`: a dated, reversible relation between two subjects."""

from __future__ import annotations

import datetime as dt

import click
from django.utils.translation import gettext as _

from zhunsheng.cli.days import now
from zhunsheng.cli.exit_codes import CannotRunError
from zhunsheng.cli.output import Output, reporting
from zhunsheng.core.actors import Actor
from zhunsheng.registers.registry.actions import LinkError, UnknownSubjectError
from zhunsheng.workflows import linking

KINDS = ("MERGED_INTO", "SPLIT_FROM", "SUCCEEDS", "BRANCH_OF")


@click.command(
    help=_("登记两个主体的关联（并入、分立自、由其转型、分支机构），或用 --reverse 撤销；并入即合并研判。")
)
@click.argument("subject", default="")
@click.argument("other", default="")
@click.option("--kind", type=click.Choice(KINDS), help=_("关系：SUBJECT 对 OTHER。"))
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help=_("自哪一天起。"))
@click.option("--reverse", type=int, help=_("撤销这个编号的关联。"))
@click.option("--reason", required=True, help=_("理由。"))
@reporting({"link": _("关联编号"), "subjects": _("涉及的两个主体"), "reversed": _("是否为撤销")})
def command(
    out: Output,
    subject: str,
    other: str,
    kind: str | None,
    since: dt.datetime | None,
    reverse: int | None,
    reason: str,
) -> None:
    """Both subjects are judged again by the next turn of the loop."""
    by, at, both = Actor.service("link"), now(), (subject, other)
    try:
        if reverse is not None:
            link_id, both = reverse, linking.reverse(by=by, at=at, link_id=reverse, reason=reason)
        elif kind is None or since is None or not other:
            raise CannotRunError(
                _("请写明 SUBJECT、OTHER、--kind 和 --since，或用 --reverse 指明要撤销的关联")
            )
        else:
            link_id = linking.link(
                by=by, at=at, subject=subject, other=other, kind=kind, since_on=since.date(), reason=reason
            )
    except UnknownSubjectError as error:
        raise CannotRunError(_("登记名录中没有 %(key)s") % {"key": error}) from error
    except LinkError as error:
        raise CannotRunError(str(error)) from error
    told = _("已撤销关联 %(id)d") if reverse is not None else _("已登记关联 %(id)d")
    out.line(told % {"id": link_id})
    out.result({"link": link_id, "subjects": list(both), "reversed": reverse is not None})
