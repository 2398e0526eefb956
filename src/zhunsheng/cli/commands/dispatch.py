"""`zhunsheng dispatch`: one or many turns of the loop: what is due, what waits, what goes out."""

from __future__ import annotations

import time
from datetime import timedelta
from importlib import import_module

import click
from django.conf import settings
from django.utils.translation import gettext as _

from zhunsheng.cli.exit_codes import ExitCode
from zhunsheng.cli.output import Output, reporting
from zhunsheng.core.clock import SystemClock
from zhunsheng.engine.library import open_library
from zhunsheng.foundation.outbox.connectors import Connector
from zhunsheng.foundation.outbox.lifecycle import RowState
from zhunsheng.workflows import handlers, posting, running, sealing

GATEWAYS = "zhunsheng.foundation.outreach.gateways"
PAUSE_SECONDS = 5
# A stream of facts that does not stop would keep messages and the evidence log waiting.
TURN = timedelta(seconds=2)


def connector() -> Connector | None:
    """The gateway named in the settings; None while no address is set."""
    if not settings.SMS_GATEWAY_ADDRESS:
        return None
    made: Connector = import_module(f"{GATEWAYS}.{settings.SMS_GATEWAY}.connector").connect(
        settings.SMS_GATEWAY_ADDRESS
    )
    return made


@click.command(help=_("办理到期事项、内部事件与待发短信。"))
@click.option("--once", is_flag=True, help=_("只办理一轮；否则一直办理，直到按下 Ctrl+C。"))
@reporting(
    {
        "handled": _("办理的内部事件数"),
        "sent": _("网关受理数"),
        "unknown": _("说不清是否送出、等人处理的数"),
        "refused": _("网关拒收数"),
        "wary": _("数据库像是从备份恢复的，处于只对账状态"),
        "log_size": _("证据日志的条数"),
        "log_halted": _("证据日志停止签署或见证人拒绝的原因，正常为空"),
    }
)
def command(out: Output, once: bool) -> ExitCode:
    """Turns of the loop; unclear messages or a halted log make the exit code FOUND."""
    clock, gateway = SystemClock(), connector()
    policy = open_library(settings.PACKS).message_policy
    wary = running.begin_outside(settings.HOME)
    if wary:
        out.note(_("数据库落后于发件记录，像是从备份恢复的：先逐条对账，不重发。"))
    if gateway is None:
        out.note(_("没有设置短信网关地址（ZHUNSHENG_SMS_GATEWAY_ADDRESS），短信先不发送。"))
    if running.on_trial():
        out.note(_("短信试运行中：只记录，不交给网关。"))
    halted = ""
    while True:
        handled = running.turn_inside(clock, handlers(), None if once else TURN)
        told = running.turn_outside(gateway, clock, policy, wary=wary) if gateway is not None else {}
        # During a trial nothing is sent and nothing is reconciled either.
        if wary and gateway is not None and not told and not running.on_trial():
            running.settle_outside()
            wary = False
        log = sealing.vouched_turn(clock.now())
        posting.turn(clock, wary=wary)
        answer = {
            "handled": handled,
            "sent": told.get(RowState.DONE, 0),
            "unknown": told.get(RowState.UNKNOWN, 0),
            "refused": told.get(RowState.REFUSED, 0),
            "wary": wary,
            "log_size": log.size,
            "log_halted": log.halted or "；".join(log.alarms),
        }
        if answer["log_halted"] and answer["log_halted"] != halted:
            message = _("证据日志不可信：%(why)s。请运行 zhunsheng verify。")
            out.note(message % {"why": answer["log_halted"]})
        halted = str(answer["log_halted"])
        if once:
            out.line(_("办理 %(handled)d 件，送出 %(sent)d 条，待人处理 %(unknown)d 条") % answer)
            out.result(answer)
            return ExitCode.FOUND if answer["unknown"] or halted else ExitCode.OK
        if not handled:
            time.sleep(PAUSE_SECONDS)
