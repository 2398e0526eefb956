"""Captured files: what was handed in or taken, by whom, by what means, and whether it is still that."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from zhunsheng.core.actors import Viewer
from zhunsheng.core.clock import SHANGHAI
from zhunsheng.core.listing import Listed, Part
from zhunsheng.foundation.attachments import queries as attachments
from zhunsheng.foundation.attachments.queries import CaptureCard, FileFilter
from zhunsheng.portals.officer.lists.days import day_or_none
from zhunsheng.portals.officer.words import CAPTURE_METHODS, FILE_STATES, FILE_TONES
from zhunsheng.registers.registry import scoping
from zhunsheng.web.lists import Choice, Column, ListDefinition, Sort, Span, Words

BROKEN = "BROKEN"


def state_of(row: CaptureCard) -> str:
    """The one word for how a file stands."""
    if row.broken_at is not None:
        return BROKEN
    if row.withdrawn_at is not None:
        return "WITHDRAWN"
    return "SEALED" if row.card.sealed_at is not None else "KEPT"


def _rows(viewer: Viewer, chosen: Mapping[str, str], part: Part) -> Listed[CaptureCard]:
    since, until = day_or_none(chosen["received_from"]), day_or_none(chosen["received_to"])
    wanted = FileFilter(
        owner=chosen["owner"],
        subject=chosen["subject"],
        method=chosen["method"],
        sha256=chosen["sha256"],
        broken=chosen["state"] == BROKEN,
        since=datetime.combine(since, time(0), SHANGHAI) if since else None,
        until=datetime.combine(until, time(0), SHANGHAI) + timedelta(days=1) if until else None,
    )
    return attachments.listed(
        viewer=viewer,
        part=part,
        wanted=wanted,
        narrowed=lambda rows: scoping.within(rows, viewer, "shared_with"),
    )


FILES: ListDefinition[CaptureCard] = ListDefinition(
    key="files",
    title=_("证据"),
    power="subject.read",
    columns=(
        Column(
            "name",
            _("文件"),
            lambda row: row.card.name,
            lambda row: reverse("evidence:file", args=[row.card.id]),
        ),
        Column(
            "state",
            _("状态"),
            lambda row: FILE_STATES[state_of(row)],
            tone=lambda row: FILE_TONES.get(state_of(row), ""),
        ),
        Column("received", _("收到"), lambda row: f"{localtime(row.card.received_at):%Y-%m-%d %H:%M}"),
        Column("by", _("提交人"), lambda row: row.by_name),
        Column("method", _("采集方式"), lambda row: CAPTURE_METHODS[row.card.method]),
        Column("owner", _("所属事项"), lambda row: row.owner),
        Column("subject", _("主体"), lambda row: row.subject or "—"),
        Column("sha256", _("SHA-256"), lambda row: row.card.sha256[:16]),
        Column("digest", _("完整摘要"), lambda row: row.card.sha256, shown=False),
        Column("size", _("字节数"), lambda row: row.card.size_bytes, shown=False),
        Column("redacts", _("遮盖自"), lambda row: row.card.redacts or "—", shown=False),
    ),
    filters=(
        Choice("method", _("采集方式"), lambda: list(CAPTURE_METHODS.items())),
        Choice("state", _("状态"), lambda: [(BROKEN, FILE_STATES[BROKEN])]),
        Words("owner", _("所属事项"), _("如 touch:12")),
        Words("subject", _("主体代码"), _("完整代码")),
        Words("sha256", _("摘要"), _("SHA-256 的开头")),
        Span("received", _("收到日期")),
    ),
    sorts=(
        Sort("newest", _("最新在前"), "id"),
        Sort("oldest", _("最早在前"), "id", descending=False),
    ),
    rows=_rows,
    key_of=lambda row: str(row.card.id),
    empty=_("还没有采集的文件。企业答复时上传照片，或导入名册，原件连同摘要出现在这里。"),
    grows=False,
)
