"""Who may act for which business, in what, until when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from zhunsheng.core.actors import Viewer
from zhunsheng.core.listing import Listed, Part
from zhunsheng.portals.officer.words import MANDATE_TONES
from zhunsheng.registers.mandates import queries
from zhunsheng.registers.mandates.lifecycle import ACTS, KINDS, STATES
from zhunsheng.registers.mandates.queries import MandateCard, MandateFilter
from zhunsheng.web.clock import page_clock
from zhunsheng.web.lists import Choice, Column, ListDefinition, Sort, Words

SOON = timedelta(days=30)
CHOICES = [
    ("STANDING", _("有效")),
    ("ENDING", _("30 天内到期")),
    ("OFFERED", _("待接受")),
    ("EXPIRED", _("已到期")),
    ("ENDED", _("已收回、放弃或未接受")),
]


def _rows(viewer: Viewer, chosen: Mapping[str, str], part: Part) -> Listed[MandateCard]:
    wanted = MandateFilter(chosen["q"], chosen["name"], chosen["kind"], chosen["state"])
    return queries.listed(viewer=viewer, at=page_clock().now(), wanted=wanted, part=part, soon=SOON)


def scope_words(row: MandateCard) -> str:
    """What a mandate allows, in words."""
    return "、".join(str(ACTS.get(act, act)) for act in row.acts)


MANDATES: ListDefinition[MandateCard] = ListDefinition(
    key="mandates",
    title=_("企业授权"),
    power="subject.read",
    columns=(
        Column("name", _("人员"), lambda row: row.name, lambda row: reverse("mandates:one", args=[row.id])),
        Column(
            "subject",
            _("主体"),
            lambda row: row.subject_name,
            lambda row: reverse("officer:subject", args=[row.subject]),
        ),
        Column("kind", _("身份"), lambda row: KINDS.get(row.kind, row.kind)),
        Column("acts", _("可办事项"), scope_words),
        Column(
            "state",
            _("状态"),
            lambda row: STATES.get(row.state, row.state),
            tone=lambda row: MANDATE_TONES.get(row.state, ""),
        ),
        Column("since", _("自"), lambda row: row.valid_from),
        Column("until", _("至"), lambda row: row.valid_to or _("不定期")),
        Column("code", _("主体代码"), lambda row: row.subject, shown=False),
        Column("why", _("终止理由"), lambda row: row.end_reason or "—", shown=False),
        Column("number", _("编号"), lambda row: row.id, shown=False),
    ),
    filters=(
        Words("q", _("主体"), _("名称、首字母、代码")),
        Words("name", _("人员姓名"), _("从姓开始")),
        Choice("kind", _("身份"), lambda: list(KINDS.items())),
        Choice("state", _("状态"), lambda: CHOICES),
    ),
    sorts=(
        Sort("newest", _("最近授权在前"), "id"),
        Sort("oldest", _("最早授权在前"), "id", descending=False),
    ),
    rows=_rows,
    key_of=lambda row: str(row.id),
    empty=_("还没有授权。企业的登记联系人用短信链接认领主体、法定代表人再授权经办人后，出现在这里。"),
)
