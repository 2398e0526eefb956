"""Who saw or did what, when, why, under which version: for those who audit, with the place in the log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from zhunsheng.core.actors import Viewer
from zhunsheng.core.clock import SHANGHAI
from zhunsheng.core.listing import Listed, Part
from zhunsheng.foundation.evidence import queries as evidence
from zhunsheng.foundation.evidence.queries import AuditFilter, AuditRow
from zhunsheng.portals.officer.acts import ACTS
from zhunsheng.portals.officer.lists.days import day_or_none
from zhunsheng.web.lists import Choice, Column, ListDefinition, Sort, Span, Words

LOOKS = "LOOKS"


def _rows(viewer: Viewer, chosen: Mapping[str, str], part: Part) -> Listed[AuditRow]:
    since, until = day_or_none(chosen["at_from"]), day_or_none(chosen["at_to"])
    wanted = AuditFilter(
        actor=chosen["actor"],
        target=chosen["target"],
        action="" if chosen["action"] == LOOKS else chosen["action"],
        looks=chosen["action"] == LOOKS,
        since=datetime.combine(since, time(0), SHANGHAI) if since else None,
        until=datetime.combine(until, time(0), SHANGHAI) + timedelta(days=1) if until else None,
    )
    return evidence.listed(viewer=viewer, part=part, wanted=wanted)


AUDIT: ListDefinition[AuditRow] = ListDefinition(
    key="audit",
    title=_("留痕"),
    power="audit.read",
    columns=(
        Column("at", _("时间"), lambda row: f"{localtime(row.at):%Y-%m-%d %H:%M:%S}"),
        Column("actor", _("何人"), lambda row: row.actor),
        Column("action", _("何事"), lambda row: ACTS.get(row.action, row.action)),
        Column("target", _("对何事项"), lambda row: row.target),
        Column("why", _("理由或用途"), lambda row: row.why or "—"),
        Column("version", _("依据版本"), lambda row: row.version or "—"),
        Column(
            "leaf",
            _("日志序号"),
            lambda row: "—" if row.leaf is None else row.leaf,
            lambda row: reverse("evidence:act", args=[row.id]),
        ),
        Column("kind", _("身份"), lambda row: row.actor_kind, shown=False),
        Column("key", _("人员编号"), lambda row: row.actor_key, shown=False),
        Column("detail", _("全部内容"), lambda row: row.told, shown=False),
    ),
    filters=(
        Words("actor", _("何人"), _("姓名或人员编号")),
        Words("target", _("事项"), _("如 touch:12、subject:代码")),
        Choice("action", _("何事"), lambda: [(LOOKS, _("查看与对外提供")), *ACTS.items()]),
        Span("at", _("日期")),
    ),
    sorts=(
        Sort("newest", _("最新在前"), "id"),
        Sort("oldest", _("最早在前（逐步回放）"), "id", descending=False),
    ),
    rows=_rows,
    key_of=lambda row: str(row.id),
    empty=_("还没有留痕。每一项决定、状态变化、查看与导出都会自动记在这里。"),
)
