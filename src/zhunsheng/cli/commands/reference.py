"""`zhunsheng reference`: dated division codes and industry classes, by edition and by day."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click
from django.utils.translation import gettext as _

from zhunsheng.cli.days import now
from zhunsheng.cli.exit_codes import CannotRunError, ExitCode
from zhunsheng.cli.output import Output, reporting
from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.clock import SHANGHAI
from zhunsheng.core.packs.nodes import PackError
from zhunsheng.core.reference import DIVISIONS, INDUSTRIES, Entry
from zhunsheng.foundation.tabular.limits import Row, TableRefusedError
from zhunsheng.foundation.tabular.reading import read_table
from zhunsheng.registers.registry import actions, queries

VIEWER = Viewer.bureau("reference")
COLUMNS = {
    "code": ("code", "代码", "区划代码", "行业代码"),
    "name": ("name", "名称", "区划名称", "行业名称"),
    "parent": ("parent", "上级代码"),
    "valid_from": ("valid_from", "启用日期"),
    "valid_to": ("valid_to", "停用日期"),
    "successors": ("successors", "承接代码"),
}
DAY = click.DateTime(["%Y-%m-%d"])


@click.group(help=_("参考表：区划代码、行业分类，按版本载入，按日查用。"))
def command() -> None:
    """Reference tables: load, show."""


def _node(row: Row) -> dict[str, object]:
    if row.reason_zh:
        raise CannotRunError(f"{row.number}: {row.reason_zh}。{row.cure_zh}")
    told = {
        key: next((row.cells[n] for n in names if row.cells.get(n)), "") for key, names in COLUMNS.items()
    }
    node: dict[str, object] = {key: text.strip() for key, text in told.items() if text.strip()}
    if "successors" in node:
        node["successors"] = str(node["successors"]).replace(",", "、").replace(" ", "、").split("、")
    return node


@command.command(
    help=_("载入官方表（CSV、XLSX；列：代码、名称，可有上级代码、启用日期、停用日期、承接代码）。")
)
@click.argument("kind", type=click.Choice([DIVISIONS, INDUSTRIES]))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--edition", required=True, help=_("版本名，如 2025 年版。"))
@click.option(
    "--valid-from", "start", type=DAY, required=True, help=_("自哪一天起施行；较早版本止于前一天。")
)
@click.option("--source", default="", help=_("来源：发布机关与文号。"))
@reporting({"edition": _("版本"), "entries": _("代码数")})
def load(out: Output, kind: str, file: Path, edition: str, start: dt.datetime, source: str) -> None:
    """Nothing is overwritten; a later edition speaks for the parts that it names, from its day on."""
    try:
        entries = [_node(row) for row in read_table(file)]
        document = {"edition": edition, "source": source or file.name, "valid_from": start.date().isoformat()}
        read = actions.load_edition(
            by=Actor.service("reference"),
            at=now(),
            kind=kind,
            document={**document, "entries": entries},
            known=queries.reference_table(viewer=VIEWER, kind=kind),
        )
    except (PackError, TableRefusedError, actions.EditionError) as error:
        raise CannotRunError(str(error)) from error
    out.line(_("已载入 %(edition)s，%(n)d 个代码。") % {"edition": edition, "n": len(read.entries)})
    out.result({"edition": edition, "entries": len(read.entries)})


def _record(entry: Entry) -> dict[str, object]:
    return {
        "code": entry.code,
        "name": entry.name,
        "parent": entry.parent,
        "valid_from": str(entry.valid_from),
        "valid_to": str(entry.valid_to) if entry.valid_to else None,
        "successors": list(entry.successors),
        "edition": entry.edition,
        "source": entry.source,
    }


@command.command(help=_("查一个代码在某日是什么；已停用的给出承接者。"))
@click.argument("code")
@click.option("--on", "day", type=DAY, help=_("哪一天，默认今天。"))
@reporting(
    {
        "code": _("代码"),
        "on": _("查的哪一天"),
        "in_force": _("当日的条目：code、name、parent、valid_from、valid_to、successors、edition、source"),
        "resolved": _("当日承接它的条目；不止一个时由人选定"),
        "history": _("各段历史"),
    }
)
def show(out: Output, code: str, day: dt.datetime | None) -> ExitCode:
    """Six digits and two digits of a province are divisions; other lengths, or what is none, industries."""
    on = day.date() if day else now().astimezone(SHANGHAI).date()
    tables = [queries.reference_table(viewer=VIEWER, kind=kind) for kind in (DIVISIONS, INDUSTRIES)]
    told = [(table, table.by_code[code]) for table in tables if code in table.by_code]
    if not told:
        raise CannotRunError(_("%(code)s 不在已载入的参考表中") % {"code": code})
    entries = [e for table, _history in told if (e := table.in_force(code, on)) is not None]
    resolved = [entry for table, _history in told for entry in table.resolve(code, on)]
    history = [entry for _table, stretches in told for entry in stretches]
    head = (_("代码"), _("名称"), _("启用"), _("停用"), _("承接"), _("版本"))
    rows = [
        (e.code, e.name, e.valid_from, e.valid_to or "", "、".join(e.successors), e.edition) for e in history
    ]
    out.table(head, rows)
    for entry in resolved:
        out.line(_("%(on)s：%(code)s %(name)s") % {"on": on, "code": entry.code, "name": entry.name})
    out.result(
        {
            "code": code,
            "on": str(on),
            "in_force": [_record(e) for e in entries],
            "resolved": [_record(e) for e in resolved],
            "history": [_record(e) for e in history],
        }
    )
    return ExitCode.OK if resolved else ExitCode.FOUND
