"""`zhunsheng verify`: the whole log put together again from its leaves, or a package checked."""

from __future__ import annotations

from pathlib import Path

import click
from django.conf import settings
from django.utils.translation import gettext as _

from zhunsheng.cli.exit_codes import CannotRunError, ExitCode
from zhunsheng.cli.output import Output, reporting
from zhunsheng.core.actors import Viewer
from zhunsheng.core.tlog.notes import NoteError, Verifier
from zhunsheng.foundation.attachments import queries as attachments
from zhunsheng.foundation.evidence import queries as evidence
from zhunsheng.foundation.evidence.keyring import verifier
from zhunsheng.foundation.evidence.others import authority, trusted
from zhunsheng.foundation.evidence.packages import PackageError, Told, check_package

VIEWER = Viewer.bureau("verify")
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def _trusted(keys: tuple[str, ...]) -> list[Verifier]:
    try:
        return [verifier(text) for text in keys] or trusted(settings.HOME)
    except (NoteError, ValueError) as error:
        raise CannotRunError(str(error)) from error


@click.command(help=_("核验证据日志：逐条重算并与签署的检查点比对；或核验一个证据包。不联网。"))
@click.option("--package", type=FILE, help=_("核验这个证据包，而不是本机的日志。"))
@click.option("--key", "keys", multiple=True, help=_("信任的公钥，可多次给出；默认为本机签署过的公钥。"))
@reporting(
    {
        "ok": _("全部成立为真"),
        "leaves": _("核对的条数"),
        "silent": _("个人信息已清除、只能证明存在的条数"),
        "waiting": _("已留痕、尚未进入日志的条数"),
        "checkpoints": _("核对的检查点数"),
        "cosignatures": _("核对的见证签名数"),
        "stamps": _("核对的时间戳数"),
        "files": _("证据包中的原件"),
        "faults": _("不成立之处"),
    }
)
def command(out: Output, package: Path | None, keys: tuple[str, ...]) -> ExitCode:
    """Everything is worked out anew; one fault makes the exit code FOUND."""
    answer = _package(package, _trusted(keys)) if package else _log(_trusted(keys))
    told = _(
        "核对 %(leaves)d 条、检查点 %(checkpoints)d 个；%(silent)d 条已清除个人信息，%(waiting)d 条待入日志"
    )
    out.line(told % answer)
    faults = answer["faults"]
    for fault in faults if isinstance(faults, list) else []:
        out.line(f"  ✘ {fault}")
    out.line(_("结论：成立") if answer["ok"] else _("结论：不成立"))
    out.result(answer)
    return ExitCode.OK if answer["ok"] else ExitCode.FOUND


def _log(trusted: list[Verifier]) -> dict[str, object]:
    told = evidence.check(viewer=VIEWER, verifiers=trusted, who=authority(settings.HOME))
    words = _("文件 %(name)s（%(sha256)s）与采集时的摘要不符")
    files = [
        words % {"name": card.name, "sha256": card.sha256[:12]} for card in attachments.unsound(viewer=VIEWER)
    ]
    return {
        "ok": not told.faults and not files,
        "leaves": told.leaves,
        "silent": told.silent,
        "waiting": told.waiting,
        "checkpoints": told.checkpoints,
        "cosignatures": told.cosignatures,
        "stamps": told.stamps,
        "files": [],
        "faults": told.faults + files,
    }


def _package(path: Path, trusted: list[Verifier]) -> dict[str, object]:
    faults: list[str] = []
    told = Told("", "")
    try:
        told = check_package(path.read_bytes(), trusted)
    except PackageError as error:
        faults.append(str(error))
    return {
        "ok": not faults,
        "leaves": len(told.entries),
        "silent": 0,
        "waiting": 0,
        "checkpoints": len({size for _, size, _ in told.entries}),
        "cosignatures": max(len(told.signers) - 1, 0),
        "stamps": len(told.stamped),
        "files": told.files,
        "faults": faults,
    }
