"""Access review: who has what, since when, given by whom and why, and when it was last used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zhunsheng.core.actors import Viewer
from zhunsheng.core.listing import Listed, Part
from zhunsheng.foundation.accounts.queries import access
from zhunsheng.foundation.accounts.queries.access import ReviewFilter, ReviewRow
from zhunsheng.foundation.accounts.roles import role_book
from zhunsheng.portals.officer.lists.people import address_of
from zhunsheng.web.clock import page_clock
from zhunsheng.web.lists import Choice, Column, ListDefinition, Sort, Text, Words

SOON = timedelta(days=30)


def _rows(viewer: Viewer, chosen: Mapping[str, str], part: Part) -> Listed[ReviewRow]:
    wanted = ReviewFilter(chosen["q"], chosen["role"], chosen["state"])
    return access.reviewed(viewer=viewer, part=part, wanted=wanted, at=page_clock().now(), soon=SOON)


def _roles() -> Sequence[tuple[str, Text]]:
    return [(role.id, role.name_zh) for role in role_book().roles.values()]


def term(row: ReviewRow) -> str:
    """From which day on, and until which."""
    if row.ended_at is not None:
        return gettext("%(since)s 起，%(day)s 收回") % {
            "since": row.valid_from,
            "day": f"{localtime(row.ended_at):%Y-%m-%d}",
        }
    if row.valid_to is None:
        return gettext("%(since)s 起") % {"since": row.valid_from}
    return gettext("%(since)s 至 %(until)s") % {"since": row.valid_from, "until": row.valid_to}


def last_use(row: ReviewRow) -> str:
    """When somebody last worked under it."""
    return f"{localtime(row.used_at):%Y-%m-%d %H:%M}" if row.used_at else gettext("没有用过")


GRANTS: ListDefinition[ReviewRow] = ListDefinition(
    key="grants",
    title=_("授权核查"),
    power="org.read",
    columns=(
        Column("name", _("姓名"), lambda row: row.name, lambda row: address_of(row.person)),
        Column("role", _("岗位"), lambda row: row.role_zh),
        Column("unit", _("单位"), lambda row: row.unit),
        Column("scope", _("数据范围"), lambda row: row.scope),
        Column("term", _("期限"), term),
        Column("used", _("最近使用"), last_use, tone=lambda row: "" if row.used_at else "warn"),
        Column("by", _("授予人"), lambda row: row.given_by),
        Column("why", _("理由"), lambda row: row.reason),
        Column("lent", _("受何人委托"), lambda row: row.lent_by or "—", shown=False),
        Column("key", _("工号"), lambda row: row.person, shown=False),
        Column("end", _("收回理由"), lambda row: row.end_reason or "—", shown=False),
    ),
    filters=(
        Words("q", _("姓名或工号")),
        Choice("role", _("岗位"), _roles),
        Choice(
            "state",
            _("情形"),
            lambda: [
                ("UNUSED", _("长期未使用")),
                ("LENT", _("受委托")),
                ("ENDING", _("30 天内到期")),
                ("ENDED", _("已收回、到期或未开始")),
            ],
        ),
    ),
    sorts=(Sort("newest", _("最新授予在前"), "id"), Sort("begun", _("按起始日"), "valid_from")),
    rows=_rows,
    key_of=lambda row: str(row.id),
    empty=_("还没有授权。安全管理员授予后出现在这里。"),
)
