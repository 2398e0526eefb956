"""`zhunsheng import signals FILE`: good rows kept, refused rows come back with an error column."""

from __future__ import annotations

from pathlib import Path

import click
from django.conf import settings
from django.utils.translation import gettext as _

from zhunsheng.cli.exit_codes import CannotRunError, ExitCode
from zhunsheng.cli.imports import batch_of
from zhunsheng.cli.output import Output, reporting
from zhunsheng.core.actors import Actor
from zhunsheng.core.clock import SystemClock
from zhunsheng.engine.packfiles import current_pack
from zhunsheng.foundation.tabular.limits import TableRefusedError
from zhunsheng.foundation.tabular.reading import read_table
from zhunsheng.foundation.tabular.writing import write_table
from zhunsheng.sensing.signals.rows import ERROR_COLUMN
from zhunsheng.workflows.intake import Told, take_signals

ROWS_SHOWN = 10


def write_errors(told: Told, path: Path) -> None:
    """The refused rows as they were, with one more column that says field, reason and cure."""
    names = list(
        dict.fromkeys(name for row, _refusals in told.refused for name in row.cells if name != ERROR_COLUMN)
    )
    lines = (
        [
            *(row.cells.get(name, "") for name in names),
            "；".join(f"{r.field}：{r.reason_zh}，{r.cure_zh}" for r in refusals),
        ]
        for row, refusals in told.refused
    )
    write_table(path, [*names, ERROR_COLUMN], lines)


@click.command(help=_("导入事实：合格的行收下，其余逐行说明原因与办法；重复导入不会重复计数。"))
@click.argument("kind", type=click.Choice(["signals"]))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--encoding", default="", help=_("文件编码；不写则按固定次序识别。"))
@click.option("--dry-run", is_flag=True, help=_("只检查，不入库。"))
@click.option("--errors", type=click.Path(path_type=Path), help=_("退回的行写到这个文件，xlsx 或 csv。"))
@reporting(
    {
        "accepted": _("收下的行数"),
        "rejected": _("退回的行数"),
        "duplicates": _("已有的行数"),
        "errors_file": _("写有退回原因的文件"),
    }
)
def command(
    out: Output, kind: str, file: Path, encoding: str, dry_run: bool, errors: Path | None
) -> ExitCode:
    """Read, take in, answer."""
    contracts = current_pack(settings.PACKS / "general").contracts
    batch = batch_of(file)
    told = Told()
    rows = (row for row in read_table(file, encoding=encoding))
    at, by = SystemClock().now(), Actor.service("import")
    try:
        with out.progress(_("导入")) as progress:
            for told in take_signals(rows, by=by, at=at, contracts=contracts, batch=batch, dry_run=dry_run):
                progress.reach(told.accepted + told.duplicates + len(told.refused))
    except TableRefusedError as error:
        raise CannotRunError(str(error)) from error
    for row, refusals in told.refused[:ROWS_SHOWN]:
        for r in refusals:
            out.line(f"{row.number}: {r.field} {r.reason_zh}。{r.cure_zh}")
    if errors is not None and told.refused:
        write_errors(told, errors)
    counts = {"accepted": told.accepted, "rejected": len(told.refused), "duplicates": told.duplicates}
    out.line(_("收下 %(accepted)d 行，已有 %(duplicates)d 行，退回 %(rejected)d 行。") % counts)
    out.result({**counts, "errors_file": str(errors) if errors and told.refused else None})
    return ExitCode.PARTLY_REFUSED if told.refused else ExitCode.OK
