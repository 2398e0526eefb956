"""The people of the bureau with posts, account and number of grants, for the three administrators."""

from __future__ import annotations

from collections.abc import Mapping

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from zhunsheng.core.actors import Viewer
from zhunsheng.core.listing import Listed, Part
from zhunsheng.foundation.accounts.acting import day
from zhunsheng.foundation.accounts.queries import people
from zhunsheng.foundation.accounts.queries.people import PersonFilter, PersonRow
from zhunsheng.portals.officer.words import ACCOUNT_STATES, ACCOUNT_TONES
from zhunsheng.web.clock import page_clock
from zhunsheng.web.lists import Choice, Column, ListDefinition, Sort, Words

GONE = "GONE"


def _rows(viewer: Viewer, chosen: Mapping[str, str], part: Part) -> Listed[PersonRow]:
    wanted = PersonFilter(chosen["q"], chosen["unit"], chosen["account"], chosen["here"] == GONE)
    return people.listed_people(viewer=viewer, part=part, wanted=wanted, on=day(page_clock().now()))


def address_of(person: str) -> str:
    """The page of one person."""
    return f"{reverse('org:person')}?{urlencode({'person': person})}"


PEOPLE: ListDefinition[PersonRow] = ListDefinition(
    key="people",
    title=_("人员"),
    power="org.read",
    columns=(
        Column("name", _("姓名"), lambda row: row.name, lambda row: address_of(row.key)),
        Column("key", _("工号"), lambda row: row.key),
        Column("posts", _("现任职务"), lambda row: row.posts or "—"),
        Column("grants", _("有效授权"), lambda row: row.grants),
        Column(
            "account",
            _("账号"),
            lambda row: ACCOUNT_STATES.get(row.account_state, row.account_state),
            tone=lambda row: ACCOUNT_TONES.get(row.account_state, ""),
        ),
        Column("log_in", _("登录名"), lambda row: row.account or "—"),
        Column("joined", _("到岗日期"), lambda row: row.joined_on, shown=False),
        Column("left", _("离职日期"), lambda row: row.left_on or "—", shown=False),
    ),
    filters=(
        Words("q", _("姓名或工号")),
        Words("unit", _("单位"), _("名称的一部分")),
        Choice("account", _("账号"), lambda: list(ACCOUNT_STATES.items())),
        Choice("here", _("在岗"), lambda: [(GONE, _("已离职"))]),
    ),
    sorts=(
        Sort("key", _("按工号"), "key", descending=False),
        Sort("joined", _("新到岗在前"), "joined_on"),
    ),
    rows=_rows,
    key_of=lambda row: row.key,
    grows=False,
    empty=_("还没有人员。系统管理员登记后出现在这里。"),
)
