"""Many tasks are taken or passed on, chosen in their list or on the board by touches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhunsheng.core.actors import PowerLackingError
from zhunsheng.core.listing import Part
from zhunsheng.foundation.accounts.acting import Acting, day
from zhunsheng.foundation.accounts.queries import access
from zhunsheng.foundation.desk import actions as desk
from zhunsheng.judging.triggers.actions import tasks
from zhunsheng.judging.triggers.queries import lists
from zhunsheng.portals.officer.batches.batch import Batch, BatchError, Moved, Text
from zhunsheng.portals.officer.lists.tasks import TaskRow, rows_of
from zhunsheng.web.clock import page_clock
from zhunsheng.web.fields import Field

DECIDE = "touch.decide"
STAYS = gettext_lazy("期限不变。办完后可以撤销，任务回到原来的承办人。")


class Tasks(Batch):
    """Tasks, chosen one by one."""

    name, here, back, power = "tasks", "tasks", "officer:tasks", DECIDE
    unit: ClassVar[Text] = gettext_lazy("项任务")
    acts: ClassVar[Mapping[str, Text]] = {"TAKE": gettext_lazy("领取"), "PASS": gettext_lazy("移交给同事")}
    heads = (
        gettext_lazy("主体"),
        gettext_lazy("触发点"),
        gettext_lazy("期限"),
        gettext_lazy("现在的承办人"),
    )
    undoable = frozenset({"TAKE", "PASS"})
    consequence = {"TAKE": STAYS, "PASS": STAYS}
    left_out: ClassVar[Text] = gettext_lazy("已在您手上，或不是您承办的")

    def rows(self, acting: Acting, ids: tuple[int, ...]) -> Sequence[TaskRow]:
        """The open ones among them."""
        return self._found(acting, lists.TaskFilter(ids=ids, open_only=True), len(ids))

    def _found(self, acting: Acting, wanted: lists.TaskFilter, rows_max: int) -> Sequence[TaskRow]:
        part = Part("due_on", descending=False, rows_max=rows_max)
        return rows_of(acting.viewer, lists.tasks(viewer=acting.viewer, wanted=wanted, part=part).rows)

    def fits(self, act: str, row: TaskRow, acting: Acting) -> bool:
        """Not mine is taken; mine, or anybody's by a head, is passed on."""
        mine = row.task.holder == acting.person
        return not mine if act == "TAKE" else mine or "work.hand_over" in acting.actor.powers

    def cells(self, row: TaskRow) -> tuple[int, tuple[object, ...]]:
        """Whose, what, until when, in whose hand."""
        return row.task.id, (row.name, row.point, row.task.due_on, row.holder or "—")

    def fields(self, act: str, acting: Acting) -> tuple[Field, ...]:
        """To whom and why."""
        if act == "TAKE":
            return ()
        today = day(page_clock().now())
        known = access.colleagues(viewer=acting.viewer, on=today, power=DECIDE)
        people = [(one.person, f"{one.name}，{one.unit}{one.role_zh}") for one in known]
        return (
            Field("to", gettext_lazy("接手的同事"), "select", choices=people),
            Field("reason", gettext_lazy("移交理由")),
        )

    def do(
        self, act: str, rows: Sequence[TaskRow], told: Mapping[str, str], acting: Acting, at: datetime
    ) -> Moved:
        """Taken in hand, or passed on with a notice to the colleague."""
        by, to = acting.actor, acting.person if act == "TAKE" else told["to"]
        try:
            for row in rows:
                if act == "TAKE":
                    tasks.take(by=by, at=at, task_id=row.task.id)
                else:
                    tasks.pass_on(by=by, at=at, task_id=row.task.id, to=to, reason=told["reason"])
        except (tasks.TaskError, PowerLackingError) as error:
            raise BatchError(str(error)) from error
        if act == "PASS":
            text = _("移交 %(n)d 项任务：%(reason)s") % {"n": len(rows), "reason": told["reason"]}
            where = reverse("officer:tasks") + "?holder=MINE"
            desk.send_notice(by=by, at=at, to=to, kind="HANDED", text=text, address=where)
        return [(str(row.task.id), row.task.holder, to) for row in rows]

    def put_back(self, moved: Moved, acting: Acting, at: datetime) -> None:
        """Every task that is still where the batch put it."""
        for key, before, after in moved:
            tasks.put_back(by=acting.actor, at=at, task_id=int(key), held=after, to=before)


class TasksOfTouches(Tasks):
    """The open tasks of touches that were chosen on the board."""

    back = "officer:board"
    acts: ClassVar[Mapping[str, Text]] = {
        "TAKE": gettext_lazy("领取其任务"),
        "PASS": gettext_lazy("移交其任务"),
    }

    def rows(self, acting: Acting, ids: tuple[int, ...]) -> Sequence[Any]:
        """Theirs."""
        return self._found(acting, lists.TaskFilter(touches=ids, open_only=True), len(ids))
