"""`zhunsheng evidence`: packages for others, the log's keys, and what to do after a restore."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from django.conf import settings
from django.utils.translation import gettext as _

from zhunsheng.cli.days import now
from zhunsheng.cli.exit_codes import CannotRunError
from zhunsheng.cli.output import Output, reporting
from zhunsheng.core.actors import Actor, ActorKind
from zhunsheng.foundation.evidence import signing
from zhunsheng.foundation.evidence.handing_out import NothingToProveError
from zhunsheng.foundation.evidence.keyring import known
from zhunsheng.foundation.evidence.keys import KeyFileError
from zhunsheng.workflows import proving, sealing

BY = click.option("--by", required=True, help=_("经办人姓名。"))
WHY = click.option("--why", required=True, help=_("理由。"))


@click.group(help=_("证据：出具证据包，签名密钥，恢复之后另起日志。"))
def command() -> None:
    """Evidence: packages, keys, another log."""


def _person(name: str) -> Actor:
    return Actor(ActorKind.PERSON, name, name)


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except (signing.RollbackError, KeyFileError, NothingToProveError) as error:
        raise CannotRunError(str(error)) from error


@command.command(help=_("出具一户（代码）或若干事项（如 touch:12）的证据包，供公证机构或法院核验。"))
@click.argument("about", nargs=-1, required=True)
@click.option("--to", type=click.Path(dir_okay=False, path_type=Path), required=True, help=_("写到此文件。"))
@BY
@WHY
@reporting({"file": _("证据包"), "bytes": _("字节数")})
def package(out: Output, about: tuple[str, ...], to: Path, by: str, why: str) -> None:
    """A code stands for the business and all its touches."""
    targets = [t for word in about for t in ([word] if ":" in word else proving.targets_of(word))]
    with _refusals():
        data = proving.package(by=_person(by), at=now(), targets=targets, reason=why)
    to.write_bytes(data)
    out.line(_("已写入 %(file)s，%(bytes)d 字节") % {"file": to, "bytes": len(data)})
    out.result({"file": str(to), "bytes": len(data)})


@command.command(help=_("列出日志用过的公钥，交给上级机关、公证机构与公众留存。"))
@reporting({"keys": _("公钥"), "size": _("日志条数"), "halted": _("停止签署的原因，正常为空")})
def keys(out: Output) -> None:
    """Public keys, after one turn of the log."""
    turn = sealing.seal_log(now())
    told = known(settings.HOME)
    for text in told:
        out.line(text)
    if turn.halted:
        out.note(turn.halted)
    out.result({"keys": told, "size": turn.size, "halted": turn.halted})


@command.command(help=_("更换签名密钥：新旧两把共同签署下一个检查点，旧私钥随后销毁。"))
@BY
@WHY
@reporting({"keys": _("公钥"), "size": _("日志条数")})
def rotate(out: Output, by: str, why: str) -> None:
    """Another key from the next checkpoint on, which is made at once."""
    with _refusals():
        signing.rotate(by=_person(by), home=settings.HOME, at=now(), reason=why)
    _told(out)


@command.command(help=_("在检查点上并列国密 SM2 签名。"))
@BY
@reporting({"keys": _("公钥"), "size": _("日志条数")})
def sm2(out: Output, by: str) -> None:
    """A key of its own; nothing to do when there is one."""
    with _refusals():
        signing.add_sm2(by=_person(by), home=settings.HOME, at=now())
    _told(out)


@command.command("begin-again", help=_("数据库从备份恢复之后另起日志，首批条目写明旧日志止于何处。"))
@BY
@WHY
@reporting({"keys": _("公钥"), "size": _("日志条数")})
def begin_again(out: Output, by: str, why: str) -> None:
    """The old proofs stay good."""
    with _refusals():
        signing.begin_again(by=_person(by), home=settings.HOME, at=now(), reason=why)
    _told(out)


def _told(out: Output) -> None:
    turn = sealing.seal_log(now())
    told = known(settings.HOME)
    out.line(_("日志 %(size)d 条；公钥：") % {"size": turn.size})
    for text in told:
        out.line(text)
    out.result({"keys": told, "size": turn.size})
