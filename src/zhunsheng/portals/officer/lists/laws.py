"""The laws of the installed base, as they stand today."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from zhunsheng.core.actors import Viewer
from zhunsheng.core.listing import Listed, Part
from zhunsheng.portals.officer.words import DATE_SOURCES, LAW_STATES, LAW_TONES
from zhunsheng.registers.statutes.queries import browsing
from zhunsheng.registers.statutes.queries.browsing import LawCard
from zhunsheng.web.clock import page_clock
from zhunsheng.web.lists import Choice, Column, ListDefinition, Sort, Words


def today() -> date:
    """The day on which the pages stand."""
    return localtime(page_clock().now()).date()


def _rows(viewer: Viewer, chosen: Mapping[str, str], part: Part) -> Listed[LawCard]:
    return browsing.listed(viewer=viewer, part=part, on=today(), words=chosen["name"], state=chosen["state"])


LAWS: ListDefinition[LawCard] = ListDefinition(
    key="laws",
    title=_("法律库"),
    power="subject.read",
    columns=(
        Column("name", _("法律"), lambda row: row.name, lambda row: reverse("laws:law", args=[row.id])),
        Column(
            "state",
            _("效力"),
            lambda row: LAW_STATES[row.state],
            tone=lambda row: LAW_TONES[row.state],
        ),
        Column("since", _("现行文本施行"), lambda row: row.since or "—"),
        Column("dated", _("日期来源"), lambda row: DATE_SOURCES.get(row.date_source, "—")),
        Column("texts", _("文本数"), lambda row: row.texts),
        Column("repealed", _("废止"), lambda row: row.repealed_on or "—", shown=False),
        Column("source", _("来源文件"), lambda row: row.source or "—"),
    ),
    filters=(
        Words("name", _("名称"), _("名称中的字样")),
        Choice("state", _("效力"), lambda: list(LAW_STATES.items())),
    ),
    sorts=(
        Sort("name", _("按名称"), "name", descending=False),
        Sort("newest", _("最新导入在前"), "id"),
    ),
    rows=_rows,
    key_of=lambda row: str(row.id),
    empty=_(
        "法律库还是空的。把公开的法律文本（Markdown）放进一个文件夹，运行 zhunsheng law import 文件夹，"
        "法律出现在这里；文本由本局导入，本系统不附带。"
    ),
    grows=False,
)
