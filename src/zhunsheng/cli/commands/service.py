"""`zhunsheng service`: documents are served, receipts recorded, confirmed addresses kept."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click
from django.utils.translation import gettext as _

from zhunsheng.cli.days import Instant, now
from zhunsheng.cli.output import Output, reporting
from zhunsheng.cli.papers import SET, VALUES, refusals, values_of, writer
from zhunsheng.cli.people import BY, VIEWER, officer
from zhunsheng.cli.people import subject as about
from zhunsheng.core.clock import day_of, instant
from zhunsheng.foundation.documents.actions import addresses, serving
from zhunsheng.foundation.documents.queries import registers
from zhunsheng.workflows.terms import document_terms

SERVE = "document.serve"


@click.group(help=_("送达：开始送达、登记回证、送达地址确认书；短信不是送达。"))
def command() -> None:
    """Service: start, receipt, address."""


@command.command(help=_("登记当事人签署的送达地址确认书：方式为 POSTAL、INBOX、EMAIL 或 FAX。"))
@click.argument("subject")
@click.argument("channel")
@click.argument("address")
@click.option("--signed-by", required=True, help=_("签署人。"))
@click.option("--signed-on", type=Instant(), required=True, help=_("签署日期。"))
@click.option("--proof", required=True, help=_("确认书存放处。"))
@BY
@reporting({"address": _("地址记录的编号")})
def address(
    out: Output,
    subject: str,
    channel: str,
    address: str,
    signed_by: str,
    signed_on: dt.datetime,
    proof: str,
    by: str,
) -> None:
    """What a signed confirmation says."""
    with refusals():
        told = addresses.confirm_address(
            by=officer(by, SERVE, about(subject)),
            at=now(),
            recipient=subject,
            channel=channel,
            address=address,
            signed_by=signed_by,
            signed_on=day_of(instant(signed_on)),
            proof=proof,
            terms=document_terms(),
        )
    out.line(_("已登记 %(channel)s %(address)s") % {"channel": channel, "address": address})
    out.result({"address": told})


@command.command(help=_("开始送达：方式为 DIRECT、LEFT、ELECTRONIC、POSTAL、ENTRUSTED 或 ANNOUNCEMENT。"))
@click.argument("method")
@click.argument("numbers", nargs=-1, type=int, required=True)
@VALUES
@SET
@BY
@reporting({"service": _("送达的编号")})
def start(
    out: Output, method: str, numbers: tuple[int, ...], file: Path | None, pairs: tuple[str, ...], by: str
) -> None:
    """One or several documents together."""
    with refusals():
        told = serving.start(
            by=writer(by, SERVE, *numbers),
            at=now(),
            documents=numbers,
            method=method,
            values=values_of(file, pairs),
            terms=document_terms(),
        )
    out.line(_("送达 %(service)d 已开始") % {"service": told})
    out.result({"service": told})


@command.command(help=_("登记送达回证，或以 --failed 登记未能送达的经过。"))
@click.argument("service", type=int)
@VALUES
@SET
@click.option("--failed", default="", help=_("未能送达的原因和经过。"))
@BY
@reporting({"served_on": _("送达日期；未成为空")})
def receipt(
    out: Output, service: int, file: Path | None, pairs: tuple[str, ...], failed: str, by: str
) -> None:
    """The day of service, and what starts with it."""
    numbers = registers.served_together(viewer=VIEWER, service_id=service)
    person = writer(by, SERVE, *numbers)
    with refusals():
        if failed:
            serving.fail(by=person, at=now(), service_id=service, text=failed, terms=document_terms())
            out.line(_("已登记未成"))
            out.result({"served_on": ""})
            return
        day = serving.complete(
            by=person,
            at=now(),
            service_id=service,
            receipt=values_of(file, pairs),
            terms=document_terms(),
        )
    out.line(_("送达日期 %(day)s") % {"day": day})
    out.result({"served_on": str(day)})
