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
from zhunsheng.foundation.evidence import queries as evidence
from zhunsheng.foundation.evidence.keyring import known, verifier
from zhunsheng.foundation.evidence.packages import PackageError, check_package

VIEWER = Viewer.bureau("verify")
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def _trusted(keys: tuple[str, ...]) -> list[Verifier]:
    try:
        return [verifier(text) for text in keys or known(settings.HOME)]
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
    told = evidence.check(viewer=VIEWER, verifiers=trusted)
    return {
        "ok": not told.faults,
        "leaves": told.leaves,
        "silent": told.silent,
        "waiting": told.waiting,
        "checkpoints": told.checkpoints,
        "files": [],
        "faults": told.faults,
    }


def _package(path: Path, trusted: list[Verifier]) -> dict[str, object]:
    faults: list[str] = []
    entries, files = 0, list[str]()
    try:
        told = check_package(path.read_bytes(), trusted)
        entries, files = len(told.entries), told.files
    except PackageError as error:
        faults.append(str(error))
    return {
        "ok": not faults,
        "leaves": entries,
        "silent": 0,
        "waiting": 0,
        "checkpoints": len({size for _, size, _ in told.entries}) if not faults else 0,
        "files": files,
        "faults": faults,
    }
