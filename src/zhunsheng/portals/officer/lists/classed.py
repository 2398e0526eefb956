"""Who is behind a number of a credit status report: for whoever may read the report, nobody else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from zhunsheng.core.actors import Viewer
from zhunsheng.core.listing import Listed, Part
from zhunsheng.core.reporting.credit import DISCOVERY, TREND, Classed
from zhunsheng.judging.portraits import queries as portraits
from zhunsheng.registers.registry import queries as registry
from zhunsheng.web.lists import Choice, Column, ListDefinition, Sort, Words
from zhunsheng.workflows import reported

NUMBER_DIGITS_MAX = 18
TABLES = {
    "area": _("各区域的类别分布"),
    "industry": _("各行业的类别分布"),
    "size": _("各规模的类别分布"),
    "age": _("各年龄的类别分布"),
    TREND: _("历次分类的变化"),
    "migration": _("与上一次相比的类别迁移"),
    "sufficiency": _("数据充分度"),
    DISCOVERY: _("检查发现问题"),
}


@dataclass(frozen=True, slots=True)
class ClassedRow:
    """A business as a report counted it, with its name of today."""

    subject: str
    name: str
    counted: Classed


def _rows(viewer: Viewer, chosen: Mapping[str, str], part: Part) -> Listed[ClassedRow]:
    number = chosen["report"]
    if not number.isascii() or not number.isdigit() or len(number) > NUMBER_DIGITS_MAX:
        return Listed()
    card = portraits.report(viewer=viewer, report_id=int(number))
    if card is None or not chosen["table"] or "bands" not in card.content:
        return Listed()
    cell = reported.Cell(chosen["table"], chosen["row"], chosen["column"])
    told = reported.behind(viewer, card, cell, part)
    names = registry.names(viewer=viewer, keys={subject for subject, _row in told.rows})
    rows = tuple(ClassedRow(subject, names.get(subject, subject), row) for subject, row in told.rows)
    return Listed(rows, told.next, told.previous)


CLASSED: ListDefinition[ClassedRow] = ListDefinition(
    key="classed",
    title=_("报告名单"),
    power="subject.read",
    columns=(
        Column(
            "name",
            _("名称"),
            lambda row: row.name,
            lambda row: reverse("officer:subject", args=[row.subject]),
        ),
        Column("code", _("代码"), lambda row: row.subject),
        Column("class", _("类别"), lambda row: row.counted.class_name),
        Column("before", _("上一次的类别"), lambda row: row.counted.before or "—"),
        Column("division", _("区划"), lambda row: row.counted.division or "—"),
        Column("industry", _("行业"), lambda row: row.counted.industry or "—"),
        Column("founded", _("成立日期"), lambda row: row.counted.established_on or "—"),
        Column("staff", _("从业人数"), lambda row: "—" if row.counted.staff is None else row.counted.staff),
        Column(
            "sufficiency",
            _("数据充分度"),
            lambda row: f"{row.counted.sufficiency_permille / 10:.1f}%",
            shown=False,
        ),
    ),
    filters=(
        Words("report", _("报告编号"), _("从报告的图表点入即已填好")),
        Choice("table", _("图表"), lambda: list(TABLES.items())),
        Words("row", _("行"), _("与图表的行名完全一致")),
        Words("column", _("类别或列"), _("不填为整行")),
    ),
    sorts=(Sort("code", _("按代码"), "subject", descending=False),),
    rows=_rows,
    key_of=lambda row: row.subject,
    grows=False,
    empty=_("没有选定图表中的数。请从信用状况报告的图或表点一个数进入。"),
)
