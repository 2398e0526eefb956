"""The board: touches by item, colour, state, answer, station and age."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from zhunsheng.core.actors import Viewer
from zhunsheng.core.listing import Listed, Part
from zhunsheng.judging.triggers.queries import TouchCard
from zhunsheng.judging.triggers.queries import lists as triggers
from zhunsheng.portals.officer.lists.days import day_or_none
from zhunsheng.portals.officer.words import ANSWERS, COLOURS, STATES, TONES
from zhunsheng.registers.registry import queries as registry
from zhunsheng.web.clock import page_clock
from zhunsheng.web.lists import Choice, Column, ListDefinition, Sort, Span, Words
from zhunsheng.workflows.ruling import points_at, rules_at


@dataclass(frozen=True, slots=True)
class TouchRow:
    """A touch with what its codes are called."""

    touch: TouchCard
    name: str
    point: str

    @property
    def address(self) -> str:
        """Its page."""
        return reverse("officer:touch", args=[self.touch.id])


def rows_of(viewer: Viewer, touches: tuple[TouchCard, ...]) -> tuple[TouchRow, ...]:
    """Touches with the names of their subjects and points."""
    names = registry.names(viewer=viewer, keys={touch.subject for touch in touches})
    points = points_at(page_clock().now())
    return tuple(
        TouchRow(
            touch,
            names.get(touch.subject, touch.subject),
            points[touch.point].name_zh if touch.point in points else touch.point,
        )
        for touch in touches
    )


def _rows(viewer: Viewer, chosen: Mapping[str, str], part: Part) -> Listed[TouchRow]:
    wanted = triggers.TouchFilter(
        item=chosen["item"],
        colour=chosen["colour"],
        state=chosen["state"],
        answer=chosen["answer"],
        station=chosen["station"],
        begun_from=day_or_none(chosen["begun_from"]),
        begun_to=day_or_none(chosen["begun_to"]),
        due_from=day_or_none(chosen["due_from"]),
        due_to=day_or_none(chosen["due_to"]),
    )
    told = triggers.touches(viewer=viewer, wanted=wanted, part=part)
    return Listed(rows_of(viewer, told.rows), told.next, told.previous)


def _items() -> list[tuple[str, str]]:
    return [(item.id, f"{item.id} {item.name_zh}") for item in rules_at(page_clock().now()).pack.items]


TOUCHES: ListDefinition[TouchRow] = ListDefinition(
    key="touches",
    title=_("触线"),
    power="touch.read",
    columns=(
        Column(
            "colour",
            _("颜色"),
            lambda row: COLOURS.get(row.touch.colour, row.touch.colour),
            tone=lambda row: TONES.get(row.touch.colour, ""),
        ),
        Column(
            "subject",
            _("主体"),
            lambda row: row.name,
            lambda row: reverse("officer:subject", args=[row.touch.subject]),
        ),
        Column(
            "point", _("事项与触发点"), lambda row: f"{row.touch.point} {row.point}", lambda row: row.address
        ),
        Column("object", _("对象"), lambda row: row.touch.object or "—"),
        Column("state", _("状态"), lambda row: STATES.get(row.touch.state, row.touch.state)),
        Column("answer", _("答复"), lambda row: ANSWERS.get(row.touch.answer, row.touch.answer) or "—"),
        Column("begun", _("触线时间"), lambda row: f"{localtime(row.touch.started_at):%Y-%m-%d %H:%M}"),
        Column("due", _("答复期限"), lambda row: row.touch.reply_due_on or "—"),
        Column("number", _("触线编号"), lambda row: row.touch.id, shown=False),
        Column("code", _("主体代码"), lambda row: row.touch.subject, shown=False),
        Column("observed", _("观察期至"), lambda row: row.touch.observe_until_on or "—", shown=False),
        Column("pack", _("规则包版本"), lambda row: row.touch.pack_version, shown=False),
    ),
    filters=(
        Choice("item", _("事项"), _items),
        Choice("colour", _("颜色"), lambda: list(COLOURS.items())),
        Choice("state", _("状态"), lambda: list(STATES.items())),
        Choice("answer", _("答复"), lambda: list(ANSWERS.items())),
        Words("station", _("监管所"), _("所的全称")),
        Span("begun", _("触线日期")),
        Span("due", _("答复期限")),
    ),
    sorts=(
        Sort("newest", _("最新触线在前"), "id"),
        Sort("oldest", _("最早触线在前"), "id", descending=False),
        Sort("due", _("答复期限近的在前（只列有期限的）"), "reply_due_on", descending=False),
    ),
    rows=_rows,
    key_of=lambda row: str(row.touch.id),
    empty=_("还没有触线。新的事实触到公布的线时出现；已有事实可用 zhunsheng judge 逐户研判。"),
)
