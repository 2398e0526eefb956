"""`zhunsheng tokens`: bearer tokens for programs: issue, list, revoke."""

from __future__ import annotations

from datetime import timedelta

import click
from django.conf import settings
from django.utils.translation import gettext as _

from zhunsheng.cli.days import now
from zhunsheng.cli.exit_codes import CannotRunError
from zhunsheng.cli.output import Output, reporting
from zhunsheng.cli.people import BY, officer
from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.engine.packfiles import current_pack
from zhunsheng.foundation.tokens import actions as tokens
from zhunsheng.foundation.tokens import queries
from zhunsheng.foundation.tokens.purposes import Purpose
from zhunsheng.workflows.receiving import offered

PURPOSES = {purpose.value.lower().replace("_", "-"): purpose for purpose in Purpose}


@click.group(help=_("令牌：程序以此证明身份；签发、列出、撤销。"))
def command() -> None:
    """Tokens: issue, list, revoke."""


def _person(by: str) -> Actor:
    return officer(by, "connector.manage")


@command.command(help=_("签发一个令牌；全文只显示这一次。"))
@click.option("--purpose", type=click.Choice(list(PURPOSES)), required=True, help=_("用途。"))
@click.option("--source", default="", help=_("持有者以此来源报送，名称见事实契约。"))
@click.option("--days", type=click.IntRange(1, 1_000), default=365, show_default=True, help=_("有效天数。"))
@BY
@reporting(
    {
        "prefix": _("可公开的前缀，撤销时用"),
        "token": _("令牌全文，只显示这一次"),
        "expires_at": _("到期时间"),
    }
)
def issue(out: Output, purpose: str, source: str, days: int, by: str) -> None:
    """A sending token needs a source that some contract names."""
    contracts = current_pack(settings.PACKS / "general").contracts
    chosen = PURPOSES[purpose]
    if chosen is Purpose.SEND_EVENTS and not any(
        offered(kind, source, contracts) for kind in contracts.kinds
    ):
        raise CannotRunError(
            _("没有事实契约写明来源 %(source)s，或只有本系统能以它报送") % {"source": source}
        )
    at = now()
    until = at + timedelta(days=days)
    prefix, text = tokens.issue(by=_person(by), at=at, purpose=chosen, source=source, expires_at=until)
    out.line(
        _("令牌 %(prefix)s，到 %(until)s 为止。请立即保存，不会再次显示：")
        % {"prefix": prefix, "until": until}
    )
    out.line(text)
    out.result({"prefix": prefix, "token": text, "expires_at": until.isoformat()})


@command.command(name="list", help=_("列出全部令牌，含已到期和已撤销的；不显示全文。"))
@reporting(
    {
        "prefix": _("前缀"),
        "purpose": _("用途"),
        "source": _("来源"),
        "issued_at": _("签发时间"),
        "expires_at": _("到期时间"),
        "last_used_at": _("最近使用，精确到分钟"),
        "revoked_at": _("撤销时间"),
    }
)
def list_(out: Output) -> None:
    """Oldest first."""
    cards = queries.tokens(viewer=Viewer.bureau("tokens"))

    def moments(card: queries.TokenCard) -> dict[str, str | None]:
        told = (card.issued_at, card.expires_at, card.last_used_at, card.revoked_at)
        names = ("issued_at", "expires_at", "last_used_at", "revoked_at")
        return {name: at.isoformat() if at else None for name, at in zip(names, told, strict=True)}

    out.records({"prefix": c.prefix, "purpose": c.purpose, "source": c.source, **moments(c)} for c in cards)
    columns = (_("前缀"), _("用途"), _("来源"), _("签发时间"), _("到期时间"), _("最近使用"), _("撤销时间"))
    rows = [(c.prefix, c.purpose, c.source, *((at or "")[:16] for at in moments(c).values())) for c in cards]
    out.table(columns, rows)


@command.command(help=_("撤销一个令牌，立即生效。"))
@click.argument("prefix")
@BY
@reporting({"revoked": _("被撤销的令牌前缀")})
def revoke(out: Output, prefix: str, by: str) -> None:
    """By its prefix; twice is an error."""
    try:
        tokens.revoke(by=_person(by), at=now(), prefix=prefix)
    except tokens.UnknownTokenError as error:
        raise CannotRunError(_("没有这个令牌，或已经撤销：%(prefix)s") % {"prefix": prefix}) from error
    out.line(_("令牌 %(prefix)s 已撤销") % {"prefix": prefix})
    out.result({"revoked": prefix})
