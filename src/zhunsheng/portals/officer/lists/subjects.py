"""Subjects by name, code, state, kind, trade and place."""

from __future__ import annotations

from collections.abc import Mapping

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from zhunsheng.core.actors import Viewer
from zhunsheng.core.listing import Listed, Part
from zhunsheng.portals.officer.words import SUBJECT_KINDS, SUBJECT_STATES
from zhunsheng.registers.registry import queries as registry
from zhunsheng.registers.registry.queries import SubjectCard, SubjectFilter
from zhunsheng.web.lists import Choice, Column, ListDefinition, Sort, Words

MINE = "MINE"


def _rows(viewer: Viewer, chosen: Mapping[str, str], part: Part) -> Listed[SubjectCard]:
    wanted = SubjectFilter(
        text=chosen["q"],
        state=chosen["state"],
        kind=chosen["kind"],
        division=chosen["division"],
        industry=chosen["industry"],
        station=chosen["station"],
        officer=viewer.key if chosen["officer"] == MINE else "",
    )
    return registry.listed(viewer=viewer, wanted=wanted, part=part)


SUBJECTS: ListDefinition[SubjectCard] = ListDefinition(
    key="subjects",
    title=_("主体"),
    power="subject.read",
    columns=(
        Column(
            "name", _("名称"), lambda row: row.name, lambda row: reverse("officer:subject", args=[row.key])
        ),
        Column("code", _("代码"), lambda row: row.key),
        Column("state", _("状态"), lambda row: SUBJECT_STATES.get(row.state, row.state)),
        Column("station", _("监管所"), lambda row: row.station or "—"),
        Column("industry", _("行业"), lambda row: row.industry),
        Column("founded", _("成立日期"), lambda row: row.established_on),
        Column("kind", _("类型"), lambda row: SUBJECT_KINDS.get(row.kind, row.kind), shown=False),
        Column("division", _("区划"), lambda row: row.division, shown=False),
        Column("phone", _("联系电话"), lambda row: row.phone or "—", shown=False),
        Column("officer", _("责任监管人员"), lambda row: row.officer or "—", shown=False),
    ),
    filters=(
        Words("q", _("关键字"), _("名称、首字母、代码")),
        Choice("state", _("状态"), lambda: list(SUBJECT_STATES.items())),
        Choice("kind", _("类型"), lambda: list(SUBJECT_KINDS.items())),
        Words("division", _("区划代码"), _("六位数字")),
        Words("industry", _("行业代码"), _("可只写前几位")),
        Words("station", _("监管所"), _("所的全称")),
        Choice("officer", _("责任人"), lambda: [(MINE, _("我负责的"))]),
    ),
    sorts=(
        Sort("code", _("按代码"), "key", descending=False),
        Sort("recorded", _("最近登记变更在前"), "recorded_at"),
        Sort("young", _("新成立在前"), "established_on"),
    ),
    rows=_rows,
    key_of=lambda row: row.key,
    grows=False,
    empty=_("还没有主体。从登记系统导出名录后，用 zhunsheng import subjects 导入。"),
)
