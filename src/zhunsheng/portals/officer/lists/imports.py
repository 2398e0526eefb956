"""Tables that were handed in: what, by whom, how far, how many rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from zhunsheng.core.actors import Viewer
from zhunsheng.core.clock import SHANGHAI
from zhunsheng.core.listing import Listed, Part
from zhunsheng.foundation.uploads import queries as uploads
from zhunsheng.foundation.uploads.queries import UploadCard
from zhunsheng.portals.officer.lists.days import day_or_none
from zhunsheng.portals.officer.words import TARGETS, UPLOAD_TONES, UPLOADS
from zhunsheng.web.lists import Choice, Column, ListDefinition, Sort, Span, Words


def _rows(viewer: Viewer, chosen: Mapping[str, str], part: Part) -> Listed[UploadCard]:
    since, until = day_or_none(chosen["received_from"]), day_or_none(chosen["received_to"])
    return uploads.listed(
        viewer=viewer,
        part=part,
        state=chosen["state"],
        target=chosen["target"],
        owner=chosen["owner"],
        since=datetime.combine(since, time(0), SHANGHAI) if since else None,
        until=datetime.combine(until, time(0), SHANGHAI) + timedelta(days=1) if until else None,
    )


IMPORTS: ListDefinition[UploadCard] = ListDefinition(
    key="imports",
    title=_("导入记录"),
    power="signal.import",
    columns=(
        Column("received", _("上传时间"), lambda row: f"{localtime(row.received_at):%Y-%m-%d %H:%M}"),
        Column("name", _("文件"), lambda row: row.name, lambda row: reverse("imports:upload", args=[row.id])),
        Column("target", _("种类"), lambda row: TARGETS.get(row.target, row.target)),
        Column(
            "state",
            _("状态"),
            lambda row: UPLOADS.get(row.state, row.state),
            tone=lambda row: UPLOAD_TONES.get(row.state, ""),
        ),
        Column("rows", _("行数"), lambda row: row.rows),
        Column("accepted", _("收下的行"), lambda row: row.accepted),
        Column("duplicates", _("已有"), lambda row: row.duplicates),
        Column("refused", _("退回的行"), lambda row: row.refused),
        Column("owner", _("上传人"), lambda row: row.owner_name),
    ),
    filters=(
        Choice("target", _("种类"), lambda: list(TARGETS.items())),
        Choice("state", _("状态"), lambda: list(UPLOADS.items())),
        Words("owner", _("上传人"), _("姓名")),
        Span("received", _("日期")),
    ),
    sorts=(
        Sort("newest", _("最新在前"), "id"),
        Sort("oldest", _("最早在前"), "id", descending=False),
    ),
    rows=_rows,
    key_of=lambda row: str(row.id),
    empty=_("还没有导入过文件。按“导入文件”选择种类，下载模板，填好后上传，记录出现在这里。"),
    grows=False,
)
