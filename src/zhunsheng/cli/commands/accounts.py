"""`zhunsheng accounts`: set up the first administrators, invite, close what nobody uses, hand work over."""

from __future__ import annotations

import click
from django.conf import settings
from django.utils.translation import gettext as _

from zhunsheng.cli.exit_codes import CannotRunError
from zhunsheng.cli.output import Output, reporting
from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.clock import SystemClock
from zhunsheng.foundation.accounts.actions import accounts, setting_up, work
from zhunsheng.foundation.accounts.actions.organisation import NewUnit
from zhunsheng.foundation.accounts.finding import NotFoundError
from zhunsheng.foundation.accounts.queries import logins

BY = Actor.service("shell")
ADMINISTRATORS = ("system_admin", "security_admin", "audit_admin")


@click.group(help=_("账号：首次启用、邀请、长期未用的账号、工作移交。"))
def command() -> None:
    """Accounts from the server's shell."""


def _link(token: str) -> str:
    return f"{settings.PUBLIC_ADDRESS}/sign-in/invitation/{token}/"


def _person(told: str) -> tuple[str, str]:
    key, _sign, name = told.partition("=")
    if not key.strip() or not name.strip():
        raise click.UsageError(_("%(text)s：写成 工号=姓名") % {"text": told})
    return key.strip(), name.strip()


@command.command("first-run", help=_("首次启用：设立市局与系统、安全、审计三名管理员，各得一个一次性链接。"))
@click.option("--system", required=True, help=_("系统管理员，工号=姓名。"))
@click.option("--security", required=True, help=_("安全管理员，工号=姓名。"))
@click.option("--audit", required=True, help=_("审计管理员，工号=姓名。"))
@click.option("--code", default="", help=_("本局的区划代码前四位，如 9801。"))
@reporting({"role": _("岗位"), "person": _("工号"), "link": _("一次性链接")})
def first_run(out: Output, system: str, security: str, audit: str, code: str) -> None:
    """Three people, three links; each link opens one account, once, within two days."""
    people = dict(zip(ADMINISTRATORS, map(_person, (system, security, audit)), strict=True))
    bureau = NewUnit(code or "bureau", settings.BUREAU_NAME, code or "bureau")
    try:
        links = setting_up.first_run(by=BY, at=SystemClock().now(), bureau=bureau, administrators=people)
    except setting_up.AlreadySetUpError as error:
        raise CannotRunError(str(error)) from error
    out.records({"role": r, "person": people[r][0], "link": _link(t)} for r, t in links.items())
    out.table(
        (_("岗位"), _("工号"), _("一次性链接")), [(r, people[r][0], _link(t)) for r, t in links.items()]
    )


@command.command(help=_("邀请一名人员开通账号，或重设密码；先前的链接随即作废。"))
@click.argument("person")
@reporting({"person": _("工号"), "link": _("一次性链接")})
def invite(out: Output, person: str) -> None:
    """One link for one person."""
    try:
        token = accounts.invite(by=BY, at=SystemClock().now(), person=person)
    except NotFoundError as error:
        raise CannotRunError(str(error)) from error
    out.line(_link(token))
    out.result({"person": person, "link": _link(token)})


@command.command(help=_("列出长期未使用的账号；加 --disable 则停用。"))
@click.option("--disable", is_flag=True, help=_("一并停用。"))
@reporting({"account": _("登录名"), "disabled": _("已停用")})
def dormant(out: Output, disable: bool) -> None:
    """Accounts nobody has used for the policy's days."""
    at = SystemClock().now()
    names = logins.dormant(viewer=Viewer.bureau(BY.key), at=at)
    if disable:
        names = accounts.disable_dormant(by=BY, at=at)
    out.records({"account": name, "disabled": disable} for name in names)
    for name in names:
        out.line(name)


@command.command("hand-over", help=_("把一名人员的全部未办结事项移交给另一名。"))
@click.argument("owner")
@click.argument("to")
@click.option("--reason", required=True, help=_("移交理由。"))
@reporting({"context": _("业务"), "moved": _("移交件数")})
def hand_over(out: Output, owner: str, to: str, reason: str) -> None:
    """Everything open, in one transaction."""
    try:
        moved = work.hand_over(by=BY, at=SystemClock().now(), owner=owner, to=to, reason=reason)
    except (NotFoundError, work.HandOverError) as error:
        raise CannotRunError(str(error)) from error
    out.records({"context": label, "moved": number} for label, number in moved.items())
    out.table((_("业务"), _("移交件数")), list(moved.items()))
