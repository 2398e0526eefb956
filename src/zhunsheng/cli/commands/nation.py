"""`zhunsheng nation`: facts as Parquet files, everybody judged from such files, how far a run has come."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from django.utils.translation import gettext as _

from zhunsheng.cli import packing, sparking
from zhunsheng.cli.days import Instant, now
from zhunsheng.cli.exit_codes import CannotRunError, ExitCode
from zhunsheng.cli.output import Output, reporting
from zhunsheng.core.clock import instant, moment
from zhunsheng.engine.nation.keeping import BusyError
from zhunsheng.engine.nation.layout import Layout, LayoutError, open_layout
from zhunsheng.engine.nation.raw import CannotCarryError
from zhunsheng.engine.nation.running import (
    OtherRunError,
    Question,
    Run,
    UnfinishedError,
    progress_of,
    question_of,
)
from zhunsheng.engine.spark.running import open_source
from zhunsheng.engine.spark.running import run as run_on_spark
from zhunsheng.foundation import replicas
from zhunsheng.workflows.exporting import export as export_facts

FOLDER = click.Path(file_okay=False, path_type=Path)
THERE = click.Path(exists=True, file_okay=False, path_type=Path)
TOTALS = {
    "shards": _("做完的文件数"),
    "subjects": _("主体数"),
    "facts": _("事实数"),
    "judged": _("重新研判的主体数"),
    "carried": _("沿用上次结果的主体数"),
    "classes": _("第一个模型各类别的户数"),
    "as_of": _("截至时间"),
    "known_at": _("所知时间"),
    "content_hash": _("规则包的散列值"),
}


@click.group(help=_("大规模研判：由 Parquet 文件研判，可随时中断、续做。"))
def command() -> None:
    """Export, judge, status."""


@command.command(
    help=_("把数据库中的事实写成 Parquet 文件；同样的事实得到同样的文件，中断后重复同一命令即续做。")
)
@click.option("--to", required=True, type=FOLDER, help=_("写到这个目录；已有的副本被替换。"))
@click.option("--known-at", type=Instant(), help=_("当时所知的时间，默认现在；续做时默认原来的时间。"))
@reporting(
    {
        "files": _("文件数"),
        "subjects": _("主体数"),
        "facts": _("事实数"),
        "known_at": _("所知时间"),
        "sha256": _("全部文件的散列值：同样的事实得到同样的值"),
        "resumed": _("原已做完、未重做的文件数"),
        "read_from": _("从何处读取：primary 为主库，replica 为备用库"),
    }
)
def export(out: Output, to: Path, known_at: dt.datetime | None) -> None:
    """Stream the facts into files."""
    try:
        with out.progress(_("导出")) as progress:
            (told, at), elsewhere = replicas.prefer(
                lambda: export_facts(to, known_at, now(), progress.advance)
            )
    except CannotCarryError as error:
        raise CannotRunError(_("%(what)s 写不进文件；请改正数值，或重做一次。") % {"what": error}) from error
    except BusyError as error:
        raise _busy(error) from error
    answer = asdict(told)
    out.line(_("%(files)s 个文件，%(subjects)s 家主体，%(facts)s 条事实") % answer)
    out.result({**answer, "known_at": at.isoformat(), "read_from": "replica" if elsewhere else "primary"})


def _busy(error: BusyError) -> CannotRunError:
    return CannotRunError(_("另一个进程正在写 %(folder)s，等它结束。") % {"folder": error})


def _known_at(told: Layout, as_of: int, wanted: dt.datetime | None) -> int:
    """What was known: as asked, else as of the instant, but no later than the files tell."""
    if wanted is None:
        return as_of if told.known_at is None else told.known_at if told.joined else min(as_of, told.known_at)
    at = instant(wanted)
    if told.known_at is not None and (at > told.known_at or (told.joined and at != told.known_at)):
        words = _("这份文件是按 %(at)s 所知导出的，请按那时研判，或另行导出。")
        raise CannotRunError(words % {"at": moment(told.known_at).isoformat()})
    return at


def _question(
    told: Layout, to: Path, folder: Path | None, as_of: dt.datetime | None, known_at: dt.datetime | None
) -> tuple[int, int, Any]:
    """Instants and pack; without instants those of the run that the folder holds already."""
    pack = packing.loaded(packing.folder_of(folder)).pack
    held = question_of(to)
    if as_of is None and known_at is None and held is not None:
        return int(held["as_of"]), int(held["known_at"]), pack
    at = instant(as_of or now())
    return at, _known_at(told, at, known_at), pack


@command.command(help=_("由 Parquet 文件研判所有主体，结果也写成 Parquet 文件；中断后重复同一命令即续做。"))
@click.option("--from", "source", required=True, type=THERE, help=_("事实所在目录，布局见 nation.md。"))
@click.option("--to", required=True, type=FOLDER, help=_("结果写到这个目录。"))
@click.option("--as-of", type=Instant(), help=_("截至的时间，默认现在；续做时默认原来的时间。"))
@click.option("--known-at", type=Instant(), help=_("当时所知的时间，默认与 --as-of 相同。"))
@click.option("--since", type=THERE, help=_("上次的结果目录：只重新研判有新事实或到期的主体。"))
@click.option("--peers", is_flag=True, help=_("先统计同业水平；否则用文件中已公布的。"))
@click.option("--pack", "folder", type=THERE, help=_("规则包目录，默认安装目录中的。"))
@sparking.options
@reporting({**TOTALS, "resumed": _("原已做完、未重做的文件数")}, database=False)
def judge(
    out: Output,
    source: Path,
    to: Path,
    as_of: dt.datetime | None,
    known_at: dt.datetime | None,
    since: Path | None,
    peers: bool,
    folder: Path | None,
    engine: str,
    cluster: sparking.Cluster,
) -> None:
    """Judge file after file; what is finished stays finished."""
    on_spark = engine == sparking.SPARK
    if on_spark and since is not None:
        raise click.UsageError(_("--since 不能与 --engine spark 同用。"))
    try:
        told = open_source(source) if on_spark else open_layout(source)
        at, known, pack = _question(told, to, folder, as_of, known_at)
        run = Run(told, to, Question(pack, at, known, peers), since)
        with out.progress(_("研判"), total=told.rows) as progress:
            if on_spark:
                with sparking.session(cluster) as spark:
                    totals = run_on_spark(spark, told, to, run.asked, cluster.partitions)
            else:
                totals = run.go(progress.advance)
    except LayoutError as error:
        raise CannotRunError(str(error)) from error
    except UnfinishedError as error:
        raise CannotRunError(_("--since：%(why)s。") % {"why": error}) from error
    except OtherRunError as error:
        words = _("%(folder)s 里是另一次研判（不同之处：%(what)s），请换一个目录。")
        raise CannotRunError(words % {"folder": to, "what": error}) from error
    except BusyError as error:
        raise _busy(error) from error
    answer = {**asdict(totals), **_instants(run.question())}
    _tell(out, answer)
    out.result(answer)


def _instants(question: dict[str, Any]) -> dict[str, object]:
    told = {name: moment(question[name]).isoformat() for name in ("as_of", "known_at")}
    return {**told, "content_hash": question["content_hash"]}


def _tell(out: Output, answer: dict[str, Any]) -> None:
    words = _("%(subjects)s 家主体，%(facts)s 条事实；研判 %(judged)s 家，沿用 %(carried)s 家")
    out.line(words % answer)
    out.table((_("类别"), _("户数")), sorted(answer["classes"].items()))


@command.command(help=_("一次大规模研判做到哪里；没有做完时退出码为 1。"))
@click.option("--to", required=True, type=THERE, help=_("结果所在目录。"))
@reporting({**TOTALS, "finished": _("已做完为真")}, database=False)
def status(out: Output, to: Path) -> ExitCode:
    """What is finished, from the marks alone."""
    question = question_of(to)
    if question is None:
        raise CannotRunError(_("%(folder)s 里没有研判结果。") % {"folder": to})
    finished, told = progress_of(to)
    totals = {k: v for k, v in asdict(told).items() if k != "resumed"}
    answer = {**totals, **_instants(question), "finished": finished}
    _tell(out, answer)
    out.line(_("已做完") if finished else _("没有做完：重复原来的命令即续做"))
    out.result(answer)
    return ExitCode.OK if finished else ExitCode.FOUND
