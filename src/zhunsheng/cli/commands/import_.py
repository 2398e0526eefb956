"""`zhunsheng import KIND FILE`: good rows kept, refused rows come back with an error column."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click
from django.conf import settings
from django.utils.translation import gettext as _

from zhunsheng.cli.exit_codes import CannotRunError, ExitCode
from zhunsheng.cli.output import Output, reporting
from zhunsheng.core.actors import Actor
from zhunsheng.core.clock import SystemClock
from zhunsheng.core.packs.nodes import PackError
from zhunsheng.core.presets.targets import Target
from zhunsheng.engine.packfiles import current_pack
from zhunsheng.foundation.tabular.limits import TableRefusedError
from zhunsheng.foundation.tabular.reading import read_table
from zhunsheng.workflows import choosing, importing, returning
from zhunsheng.workflows.tallying import Terms, Told

ROWS_SHOWN = 10


class ImportCommand(click.Command):
    """Names the installed presets at the end of its help."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """One line a preset."""
        known = choosing.presets(current_pack(settings.PACKS / "general").contracts)
        with formatter.section(_("预设")):
            formatter.write_dl([(p.id, f"{p.target}  {p.name_zh}") for p in known.values()])


def _unknown(error: choosing.PresetUnknownError, target: str) -> str:
    known = "、".join(error.known)
    if error.name:
        message = _("没有导入 %(target)s 的预设 %(name)s；可用：%(known)s")
        return message % {"target": target, "name": error.name, "known": known}
    return _("从表头认不出唯一的预设，请用 --preset 指明：%(known)s") % {"known": known}


@click.command(
    cls=ImportCommand,
    help=_(
        "导入主体、许可、场所、网店、设备或事实：合格的行收下，其余逐行说明原因与办法；重复导入不会重复计数。"
    ),
)
@click.argument("kind", type=click.Choice([target.value for target in Target]))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--preset", default="", help=_("按哪个预设读列；auto 由表头认出（登记类导入不写即为 auto）。"))
@click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d"]), help=_("表是哪一天的情况；行内有日期的以行内为准。")
)
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
    out: Output,
    kind: str,
    file: Path,
    preset: str,
    as_of: dt.datetime | None,
    encoding: str,
    dry_run: bool,
    errors: Path | None,
) -> ExitCode:
    """Read, take in, answer."""
    contracts = current_pack(settings.PACKS / "general").contracts
    at, by, batch, told = (
        SystemClock().now(),
        Actor.service("import"),
        importing.open_batch(importing.batch_of(file)),
        Told(),
    )
    try:
        rows = read_table(file, encoding=encoding)
        chosen, rows = choosing.choose(preset, Target(kind), rows, contracts)
        terms = Terms(by, at, contracts, batch, dry_run)
        parts = importing.take(rows, preset=chosen, day=as_of.date() if as_of else None, terms=terms)
        with out.progress(_("导入")) as progress:
            for told in parts:
                progress.reach(told.accepted + told.duplicates + len(told.refused))
    except (PackError, TableRefusedError) as error:
        raise CannotRunError(str(error)) from error
    except choosing.PresetUnknownError as error:
        raise CannotRunError(_unknown(error, kind)) from error
    for row, refusals in told.refused[:ROWS_SHOWN]:
        for r in refusals:
            out.line(f"{row.number}: {r.field} {r.reason_zh}。{r.cure_zh}")
    if errors is not None and told.refused:
        returned, wrong = [row for row, _ in told.refused], {row.number: r for row, r in told.refused}
        names = returning.own_columns(returned)
        returning.write_returned(errors, names, returned, wrong, all_rows=False)
    counts = {"accepted": told.accepted, "rejected": len(told.refused), "duplicates": told.duplicates}
    out.line(_("收下 %(accepted)d 行，已有 %(duplicates)d 行，退回 %(rejected)d 行。") % counts)
    out.result({**counts, "errors_file": str(errors) if errors and told.refused else None})
    return ExitCode.PARTLY_REFUSED if told.refused else ExitCode.OK
