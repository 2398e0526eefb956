"""Official documents within the scope, the newest first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from zhunsheng.core.actors import Viewer
from zhunsheng.core.clock import SHANGHAI
from zhunsheng.core.listing import Listed, Part
from zhunsheng.foundation.documents.queries import documents as queries
from zhunsheng.foundation.documents.queries.documents import DocumentCard, DocumentFilter
from zhunsheng.portals.officer.lists.days import day_or_none
from zhunsheng.portals.officer.words import DOCUMENT_STATES, DOCUMENT_TONES
from zhunsheng.registers.registry import queries as registry
from zhunsheng.web.lists import Choice, Column, ListDefinition, Sort, Span, Words
from zhunsheng.workflows.terms import document_terms

FOUND_MAX = 200


def _rows(viewer: Viewer, chosen: Mapping[str, str], part: Part) -> Listed[DocumentCard]:
    since, until = day_or_none(chosen["opened_from"]), day_or_none(chosen["opened_to"])
    found = registry.find(viewer=viewer, text=chosen["q"], rows_max=FOUND_MAX) if chosen["q"] else None
    wanted = DocumentFilter(
        state=chosen["state"],
        kind=chosen["kind"],
        recipients=None if found is None else {card.key for card, _met in found},
        serial=chosen["serial"],
        author=chosen["author"],
        since=datetime.combine(since, time(0), SHANGHAI) if since else None,
        until=datetime.combine(until, time(0), SHANGHAI) + timedelta(days=1) if until else None,
    )
    return queries.listed(viewer=viewer, part=part, wanted=wanted)


def _kinds() -> list[tuple[str, str]]:
    return [(one.id, one.name_zh) for one in document_terms().catalogue.templates.values()]


DOCUMENTS: ListDefinition[DocumentCard] = ListDefinition(
    key="documents",
    title=_("文书"),
    power="document.read",
    columns=(
        Column(
            "title", _("文书"), lambda row: row.title, lambda row: reverse("officer:document", args=[row.id])
        ),
        Column("serial", _("文号"), lambda row: row.serial or "—"),
        Column("recipient", _("当事人"), lambda row: row.recipient),
        Column(
            "state",
            _("状态"),
            lambda row: DOCUMENT_STATES[row.state],
            tone=lambda row: DOCUMENT_TONES.get(row.state, ""),
        ),
        Column("author", _("起草人"), lambda row: row.author),
        Column("opened", _("起草时间"), lambda row: f"{localtime(row.opened_at):%Y-%m-%d %H:%M}"),
        Column("served", _("送达日期"), lambda row: row.served_on or "—"),
        Column("reviewer", _("审核人"), lambda row: row.reviewer or "—", shown=False),
        Column("issuer", _("签发人"), lambda row: row.issuer or "—", shown=False),
        Column(
            "issued",
            _("签发时间"),
            lambda row: f"{localtime(row.issued_at):%Y-%m-%d %H:%M}" if row.issued_at else "—",
            shown=False,
        ),
        Column("version", _("正文版本"), lambda row: row.version, shown=False),
        Column("owner", _("所属事项"), lambda row: row.owner, shown=False),
        Column("code", _("主体代码"), lambda row: row.shared_with or "—", shown=False),
        Column("sha256", _("SHA-256"), lambda row: row.content_hash or "—", shown=False),
        Column("number", _("编号"), lambda row: row.id, shown=False),
    ),
    filters=(
        Choice("state", _("状态"), lambda: list(DOCUMENT_STATES.items())),
        Choice("kind", _("种类"), _kinds),
        Words("q", _("当事人"), _("名称、首字母、代码")),
        Words("serial", _("文号"), _("文号的开头")),
        Words("author", _("起草人"), _("从姓开始")),
        Span("opened", _("起草日期")),
    ),
    sorts=(
        Sort("newest", _("最新在前"), "id"),
        Sort("oldest", _("最早在前"), "id", descending=False),
    ),
    rows=_rows,
    key_of=lambda row: str(row.id),
    empty=_("还没有文书。提醒发出、研判作出或者起草后，出现在这里。"),
)
