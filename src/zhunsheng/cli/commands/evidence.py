"""`zhunsheng evidence`: packages for others, the log's keys, and what to do after a restore."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import click
from django.conf import settings
from django.utils.translation import gettext as _

from zhunsheng.cli.days import now
from zhunsheng.cli.exit_codes import CannotRunError
from zhunsheng.cli.output import Output, reporting
from zhunsheng.cli.people import BY, officer
from zhunsheng.core.actors import Actor
from zhunsheng.core.clock import instant
from zhunsheng.core.tlog.notes import NoteError
from zhunsheng.foundation.evidence import actions, others, signing
from zhunsheng.foundation.evidence.handing_out import NothingToProveError
from zhunsheng.foundation.evidence.keyring import known
from zhunsheng.foundation.evidence.keys import KeyFileError
from zhunsheng.foundation.evidence.witness import Witness, server
from zhunsheng.workflows import proving, sealing


def _written(_context: click.Context, _option: click.Parameter, why: str) -> str:
    """A reason of blanks is none."""
    if not why.strip():
        raise click.BadParameter(_("须写明理由"))
    return why


WHY = click.option("--why", required=True, callback=_written, help=_("理由。"))


@click.group(help=_("证据：出具证据包，签名密钥，恢复之后另起日志。"))
def command() -> None:
    """Evidence: packages, keys, another log."""


def _keeper(by: str) -> Actor:
    return officer(by, "log.keep")


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
        data = proving.package(by=officer(by, "audit.read"), at=now(), targets=targets, reason=why)
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
        signing.rotate(by=_keeper(by), home=settings.HOME, at=now(), reason=why)
    _told(out)


@command.command(help=_("在检查点上并列国密 SM2 签名。"))
@BY
@reporting({"keys": _("公钥"), "size": _("日志条数")})
def sm2(out: Output, by: str) -> None:
    """A key of its own; nothing to do when there is one."""
    with _refusals():
        signing.add_sm2(by=_keeper(by), home=settings.HOME, at=now())
    _told(out)


@command.command(help=_("按本人请求或期满清除其封存的个人信息：销毁密钥，此后恢复的备份也打不开。"))
@click.argument("person")
@BY
@WHY
@reporting({"person": _("人员编号"), "leaves": _("沉默的日志条目")})
def forget(out: Output, person: str, by: str, why: str) -> None:
    """Entries, leaves and proofs stay."""
    with _refusals():
        leaves = actions.forget(by=_keeper(by), at=now(), person=person, reason=why)
    out.line(f"{person}: {leaves}")
    out.result({"person": person, "leaves": leaves})


@command.command("begin-again", help=_("数据库从备份恢复之后另起日志，首批条目写明旧日志止于何处。"))
@BY
@WHY
@reporting({"keys": _("公钥"), "size": _("日志条数")})
def begin_again(out: Output, by: str, why: str) -> None:
    """The old proofs stay good."""
    with _refusals():
        signing.begin_again(by=_keeper(by), home=settings.HOME, at=now(), reason=why)
    _told(out)


@command.command("add-witness", help=_("增加一个见证人：此后每个检查点都请它共同签署。"))
@click.argument("vkey")
@click.argument("address")
@BY
@reporting({"witnesses": _("见证人的公钥与地址")})
def add_witness(out: Output, vkey: str, address: str, by: str) -> None:
    """Its key must come from the witness itself."""
    sealing.seal_log(now())
    try:
        others.add_witness(
            by=_keeper(by), home=settings.HOME, at=now(), vkey=vkey, address=address.rstrip("/")
        )
    except (NoteError, ValueError) as error:
        raise CannotRunError(str(error)) from error
    told = [[other.vkey, other.address] for other in others.witnesses(settings.HOME)]
    for words in told:
        out.line(" ".join(words))
    out.result({"witnesses": told})


@command.command("set-authority", help=_("设置可信时间戳机构（RFC 3161）与其根证书。"))
@click.argument("address")
@click.argument("roots", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@BY
@reporting({"address": _("时间戳机构的地址")})
def set_authority(out: Output, address: str, roots: Path, by: str) -> None:
    """One at a time; earlier stamps are checked under the new roots, so keep old roots in the file."""
    sealing.seal_log(now())
    try:
        others.set_authority(
            by=_keeper(by), home=settings.HOME, at=now(), address=address, roots=roots.read_bytes()
        )
    except ValueError as error:
        raise CannotRunError(str(error)) from error
    out.line(address)
    out.result({"address": address})


@command.command(help=_("为别的机关的日志作见证，直到按下 Ctrl+C；只需本目录，不用数据库。"))
@click.option("--name", required=True, help=_("见证人名称，如 hexia.example/witness。"))
@click.option("--know", "logs", multiple=True, help=_("要见证的日志的公钥，可多次给出，记住即可。"))
@click.option("--host", default="127.0.0.1", show_default=True, help=_("监听的地址。"))
@click.option(
    "--port", default=8700, show_default=True, type=click.IntRange(0, 65535), help=_("端口，0 为任选。")
)
@reporting({"key": _("见证人的公钥"), "address": _("见证人的地址")}, database=False)
def witness(out: Output, name: str, logs: tuple[str, ...], host: str, port: int) -> None:
    """The key is told first: it must reach the logs by another way than the network."""
    told = Witness(settings.HOME, name)
    for vkey in logs:
        told.know(vkey)
    made = server(told, host, port, lambda: instant(now()))
    address = f"http://{host}:{made.server_address[1]}"
    out.line(_("见证人公钥：%(key)s") % {"key": told.signer.vkey})
    out.line(_("地址：%(address)s （按 Ctrl+C 停止）") % {"address": address})
    out.result({"key": told.signer.vkey, "address": address})
    with suppress(KeyboardInterrupt), made:
        made.serve_forever()


def _told(out: Output) -> None:
    turn = sealing.seal_log(now())
    told = known(settings.HOME)
    out.line(_("日志 %(size)d 条；公钥：") % {"size": turn.size})
    for text in told:
        out.line(text)
    out.result({"keys": told, "size": turn.size})
