"""`zhunsheng outbox`: what waits for a person, and what that person says about it."""

from __future__ import annotations

import click
from django.utils.translation import gettext as _

from zhunsheng.cli.days import now
from zhunsheng.cli.exit_codes import CannotRunError, ExitCode
from zhunsheng.cli.output import Output, reporting
from zhunsheng.cli.people import BY, Opens, officer, subject, whole_bureau
from zhunsheng.core.actors import Viewer
from zhunsheng.foundation.outbox import actions as outbox
from zhunsheng.foundation.outbox import queries
from zhunsheng.foundation.outbox.lifecycle import Finding
from zhunsheng.foundation.outreach import queries as messages
from zhunsheng.foundation.outreach.actions import SMS_TOPIC

VIEWER = Viewer.bureau("outbox")
FINDINGS = {finding.value.lower().replace("_", "-"): finding for finding in Finding}


@click.group(help=_("发件：列出结果不明和未能送出的事项，由具名人员处置。"))
def command() -> None:
    """The outbox: what a person must look at."""


@command.command(name="list", help=_("列出结果不明（UNKNOWN）和未能送出（DEAD）的事项，最早的在前。"))
@click.option("--owner", default="", help=_("只列这个经办人的。"))
@reporting(
    {
        "id": _("编号，处置时用"),
        "topic": _("事项种类"),
        "key": _("幂等键"),
        "state": _("UNKNOWN 或 DEAD"),
        "owner": _("经办人"),
        "since_at": _("从何时起"),
        "attempts": _("尝试次数"),
        "note": _("已知情况"),
    }
)
def list_(out: Output, owner: str) -> ExitCode:
    """FOUND when something waits."""
    rows = queries.for_a_person(viewer=VIEWER, owner=owner)
    out.records(
        {
            "id": r.id,
            "topic": r.topic,
            "key": r.key,
            "state": r.state,
            "owner": r.owner,
            "since_at": r.since_at.isoformat(),
            "attempts": r.attempts,
            "note": r.note,
        }
        for r in rows
    )
    columns = (_("编号"), _("种类"), _("键"), _("状态"), _("经办人"), _("从何时起"), _("已知情况"))
    out.table(columns, [(r.id, r.topic, r.key, r.state, r.owner, r.since_at, r.note) for r in rows])
    return ExitCode.FOUND if rows else ExitCode.OK


@command.command(help=_("处置一件：已送达、确未送达须重发、放弃；须具名并写明理由。"))
@click.argument("row", type=int)
@click.option("--finding", type=click.Choice(list(FINDINGS)), required=True, help=_("查明的情况。"))
@click.option("--reason", required=True, help=_("怎样查明的。"))
@BY
@reporting({"id": _("编号"), "state": _("处置后的状态")})
def settle(out: Output, row: int, finding: str, reason: str, by: str) -> None:
    """Only a person can know what a gateway cannot say; of the bureau, and in charge of whom it is about."""
    if not reason.strip():
        raise click.UsageError(_("须写明理由"))
    person = officer(by, outbox.SETTLE, _about(row))
    try:
        after = outbox.settle(by=person, at=now(), row_id=row, finding=FINDINGS[finding], reason=reason)
    except outbox.NothingToSettleError as error:
        raise CannotRunError(str(error)) from error
    out.line(_("发件 %(row)d 现为 %(state)s") % {"row": row, "state": after})
    out.result({"id": row, "state": after.value})


def _about(row: int) -> Opens:
    """A message is about a business; what else waits concerns the whole bureau."""
    key = queries.key_of(viewer=VIEWER, row_id=row, topic=SMS_TOPIC)
    found = messages.of_keys(viewer=VIEWER, keys=[key])
    return subject(found[0].subject) if found and found[0].subject else whole_bureau


@command.command(help=_("列出网关报来、而本系统没有发过的短信状态：他人的短信、恢复过的数据库，或有人在猜。"))
@reporting(
    {
        "key": _("网关报来的编号"),
        "told": _("报来的状态"),
        "received_at": _("收到时间"),
        "note": _("网关的说明"),
    }
)
def strangers(out: Output) -> None:
    """Statements about messages that are not ours; none is thrown away."""
    rows = messages.strange_receipts(viewer=VIEWER)
    out.records(
        {"key": key, "told": r.told, "received_at": r.received_at.isoformat(), "note": r.note}
        for key, r in rows
    )
    columns = (_("网关报来的编号"), _("报来的状态"), _("收到时间"), _("网关的说明"))
    out.table(columns, [(key, r.told, r.received_at, r.note) for key, r in rows])
