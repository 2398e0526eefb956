"""Tasks of the bureau about red touches: whose, until when, what came of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from zhunsheng.core.actors import Viewer
from zhunsheng.core.listing import Listed, Part
from zhunsheng.foundation.accounts.queries import organisation
from zhunsheng.judging.triggers.queries import TaskCard
from zhunsheng.judging.triggers.queries import lists as triggers
from zhunsheng.portals.officer.lists.days import day_or_none
from zhunsheng.portals.officer.words import STEPS, TASK_KINDS, TASK_STATES, TASK_TONES
from zhunsheng.registers.registry import queries as registry
from zhunsheng.web.clock import page_clock
from zhunsheng.web.lists import Choice, Column, ListDefinition, Sort, Span, Words
from zhunsheng.workflows.ruling import points_at

MINE, NOBODYS = "MINE", "NOBODY"
OPEN, CLOSED = "ANY_OPEN", "ANY_CLOSED"


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task with what its codes are called."""

    task: TaskCard
    name: str
    point: str
    holder: str

    @property
    def address(self) -> str:
        """The page of its touch, where it is worked on."""
        return reverse("officer:touch", args=[self.task.touch])


def rows_of(viewer: Viewer, tasks: tuple[TaskCard, ...]) -> tuple[TaskRow, ...]:
    """Tasks with the names of subjects, points and holders."""
    names = registry.names(viewer=viewer, keys={task.subject for task in tasks})
    people = organisation.person_names(viewer=viewer, keys={task.holder for task in tasks if task.holder})
    points = points_at(page_clock().now())
    told = []
    for task in tasks:
        key = str(task.scope.get("point", ""))
        point = f"{key} {points[key].name_zh}" if key in points else key
        name = names.get(task.subject, task.subject)
        told.append(TaskRow(task, name, point, people.get(task.holder, task.holder)))
    return tuple(told)


def _rows(viewer: Viewer, chosen: Mapping[str, str], part: Part) -> Listed[TaskRow]:
    state = chosen["state"]
    wanted = triggers.TaskFilter(
        kind=chosen["kind"],
        state="" if state in {OPEN, CLOSED} else state,
        station=chosen["station"],
        holder={MINE: viewer.key, NOBODYS: triggers.NOBODY}.get(chosen["holder"], ""),
        due_from=day_or_none(chosen["due_from"]),
        due_to=day_or_none(chosen["due_to"]),
        open_only=state == OPEN,
        closed_only=state == CLOSED,
    )
    told = triggers.tasks(viewer=viewer, wanted=wanted, part=part)
    return Listed(rows_of(viewer, told.rows), told.next, told.previous)


TASKS: ListDefinition[TaskRow] = ListDefinition(
    key="tasks",
    title=_("核查任务"),
    power="touch.read",
    columns=(
        Column(
            "kind",
            _("任务"),
            lambda row: TASK_KINDS.get(row.task.kind, row.task.kind),
            lambda row: row.address,
        ),
        Column(
            "subject",
            _("主体"),
            lambda row: row.name,
            lambda row: reverse("officer:subject", args=[row.task.subject]),
        ),
        Column("point", _("触发点"), lambda row: row.point),
        Column(
            "state",
            _("状态"),
            lambda row: TASK_STATES.get(row.task.state, row.task.state),
            tone=lambda row: TASK_TONES.get(row.task.state, ""),
        ),
        Column("due", _("期限"), lambda row: row.task.due_on),
        Column("holder", _("承办人"), lambda row: row.holder or "—"),
        Column("station", _("监管所"), lambda row: row.task.station or "—"),
        Column("why", _("期限依据"), lambda row: row.task.due_why, shown=False),
        Column(
            "opened",
            _("设立时间"),
            lambda row: f"{localtime(row.task.opened_at):%Y-%m-%d %H:%M}",
            shown=False,
        ),
        Column(
            "closed",
            _("办结时间"),
            lambda row: f"{localtime(row.task.closed_at):%Y-%m-%d %H:%M}" if row.task.closed_at else "—",
            shown=False,
        ),
        Column(
            "outcome",
            _("结果"),
            lambda row: STEPS.get(row.task.outcome, row.task.outcome) or "—",
            shown=False,
        ),
        Column("number", _("任务编号"), lambda row: row.task.id, shown=False),
    ),
    filters=(
        Choice(
            "state", _("状态"), lambda: [(OPEN, _("未办结")), (CLOSED, _("已办结")), *TASK_STATES.items()]
        ),
        Choice("kind", _("任务"), lambda: list(TASK_KINDS.items())),
        Choice("holder", _("承办人"), lambda: [(MINE, _("我承办的")), (NOBODYS, _("无人领取"))]),
        Words("station", _("监管所"), _("所的全称")),
        Span("due", _("期限")),
    ),
    sorts=(
        Sort("due", _("期限近的在前"), "due_on", descending=False),
        Sort("newest", _("最新设立在前"), "id"),
    ),
    rows=_rows,
    key_of=lambda row: str(row.task.id),
    empty=_("还没有任务。红色触线设立非现场核查任务；黄色触线逾期未答复也会转为核查。"),
)
