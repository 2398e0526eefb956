"""Tasks follow their touch: opened, rested and finished with it, moved from desk to desk, never forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import transaction
from django.db.models import QuerySet

from zhunsheng.core.actors import Actor
from zhunsheng.core.clock import SHANGHAI
from zhunsheng.core.deadlines.deadline import start
from zhunsheng.core.deadlines.regimes import Authority, PauseReason, UnlawfulClockError
from zhunsheng.core.deadlines.terms import ClockTerms
from zhunsheng.foundation.evidence import actions as evidence
from zhunsheng.foundation.schedule.actions import deadlines
from zhunsheng.foundation.schedule.actions.deadlines import Matter
from zhunsheng.judging.triggers.lifecycle import (
    FINAL,
    TASK_TRANSITIONS,
    TURNS_RED,
    Step,
    TaskState,
    TouchState,
)
from zhunsheng.judging.triggers.models import SupervisionTask, TaskChange, TaskKind, TaskStep, Touch
from zhunsheng.judging.triggers.policies import TriggerPolicy

WORK: dict[str, TaskKind] = {
    TouchState.OFFSITE_REVIEW: TaskKind.REVIEW,
    TouchState.CORRECTION: TaskKind.CORRECTION_DUE,
    TouchState.RECHECK: TaskKind.RECHECK_DUE,
    TouchState.LEAD: TaskKind.LEAD_DUE,
}
APPROVED, REFUSED = "APPROVED", "REFUSED"


class TaskError(Exception):
    """A task that cannot be moved this way; the text says why."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What opening a task needs besides the touch: whose, about whom, by which clocks and policy."""

    station: str
    name: str
    terms: ClockTerms
    policy: TriggerPolicy
    red_measures: tuple[str, ...]


def follow(*, by: Actor, at: datetime, touch_id: int, desk: Desk) -> None:
    """Bring the tasks of a touch in step with its state.

    Doing it again changes nothing. A red touch that is critical and may need immediate control also
    opens a proposal, which only a named person may approve.
    """
    with transaction.atomic():
        touch = Touch.objects.select_for_update().get(id=touch_id)
        tasks = {t.kind: t for t in _open_tasks().filter(touch=touch).select_for_update()}
        if touch.state == TouchState.SUSPENDED:
            for task in tasks.values():
                _rest(by, at, task, desk.terms)
            return
        wanted = WORK.get(touch.state)
        for task in tasks.values():
            _resume(by, at, task, desk.terms)
        for kind, task in tasks.items():
            if kind == TaskKind.EMERGENCY_CONTROL:
                if touch.state == TouchState.NORMAL:
                    _finish(by, at, task, TaskState.WITHDRAWN, _last_step(touch), desk.terms)
            elif kind != wanted:
                _finish(by, at, task, TaskState.DONE, _last_step(touch), desk.terms)
        if wanted is not None and wanted not in tasks:
            _open(by, at, touch, wanted, desk)
        urgent = touch.colour == "CRITICAL" and bool(desk.policy.control_measures & set(desk.red_measures))
        control = TaskKind.EMERGENCY_CONTROL
        if (
            urgent
            and touch.state == TouchState.OFFSITE_REVIEW
            and not touch.tasks.filter(kind=control).exists()
        ):
            _open(by, at, touch, control, desk)


def _open_tasks() -> QuerySet[SupervisionTask]:
    return SupervisionTask.objects.exclude(state__in=FINAL)


def _last_step(touch: Touch) -> str:
    row = touch.steps.order_by("-id").first()
    return row.step if row else ""


def _open(by: Actor, at: datetime, touch: Touch, kind: TaskKind, desk: Desk) -> None:
    critical = kind is TaskKind.REVIEW and touch.colour == "CRITICAL"
    clock = f"task.{kind.value.lower()}{'_critical' if critical else ''}"
    since = datetime.combine(_discovered_on(touch), time(), SHANGHAI) if kind is TaskKind.LEAD_DUE else at
    reckoned = desk.terms.reckon(start(desk.terms.book, clock, since))
    task = SupervisionTask.objects.create(
        touch=touch,
        kind=kind,
        station=desk.station,
        scope={"item": touch.item, "point": touch.point, "object": touch.object, "facts": touch.facts},
        opened_at=at,
        due_on=reckoned.due_on or reckoned.not_before_on,
        due_why=reckoned.why_zh(),
    )
    title = f"{desk.terms.book.row(clock).name_zh} {touch.point} {desk.name}".strip()
    of = Matter(_key_of(task.id), f"touch:{touch.id}", title, desk.station, touch.subject)
    deadlines.open_deadline(by=by, at=at, of=of, clock=clock, started_at=since, terms=desk.terms)
    _note(by, at, task, TaskChange.OPENED, desk.station)


def _key_of(task_id: int) -> str:
    """The key of a task's deadline in the queue."""
    return f"task:{task_id}"


def _discovered_on(touch: Touch) -> date:
    """The day from which a lead's clock runs: when the red was there, not when somebody opened it (M3).

    A lead after a failed recheck runs from the recheck.
    """
    rows = list(touch.steps.order_by("id").values_list("step", "at"))
    failed = [when for step, when in rows if step == Step.RECHECK_FAILED]
    red = [when for step, when in rows if step in TURNS_RED]
    when = failed[-1] if failed else red[0] if red else touch.started_at
    return when.astimezone(SHANGHAI).date()


def _move(task: SupervisionTask, to: TaskState) -> None:
    if to not in TASK_TRANSITIONS[TaskState(task.state)]:
        raise TaskError(f"任务处于 {task.state}，不能变为 {to}")
    task.state = to.value


def _note(by: Actor, at: datetime, task: SupervisionTask, change: TaskChange, note: str = "") -> None:
    TaskStep.objects.create(task=task, change=change, at=at, by_name=by.name, note=note)
    detail = {"task": task.id, "kind": task.kind, "state": task.state, "note": note}
    evidence.record(by=by, at=at, action=f"TASK_{change}", target=f"touch:{task.touch_id}", detail=detail)


def _finish(
    by: Actor, at: datetime, task: SupervisionTask, state: TaskState, outcome: str, terms: ClockTerms
) -> None:
    if task.state == TaskState.RESTING:
        state = TaskState.WITHDRAWN
    _move(task, state)
    task.closed_at, task.closed_by, task.outcome = at, by.name, outcome
    task.save()
    if state is TaskState.DONE:
        deadlines.meet(by=by, at=at, key=_key_of(task.id), met_at=at, terms=terms)
    else:
        deadlines.lift(by=by, at=at, key=_key_of(task.id), reason=outcome)
    _note(by, at, task, TaskChange.FINISHED, outcome)


def _rest(by: Actor, at: datetime, task: SupervisionTask, terms: ClockTerms) -> None:
    if task.state != TaskState.RESTING:
        _move(task, TaskState.RESTING)
        task.save(update_fields=["state"])
        today, reason = at.astimezone(SHANGHAI).date(), PauseReason.SUSPENSION
        deadlines.pause(by=by, at=at, key=_key_of(task.id), reason=reason, first_on=today, terms=terms)
        _note(by, at, task, TaskChange.RESTED)


def _resume(by: Actor, at: datetime, task: SupervisionTask, terms: ClockTerms) -> None:
    """Take a rested task up again; the days of the rest do not count."""
    if task.state != TaskState.RESTING:
        return
    _move(task, TaskState.OPEN)
    task.due_on = deadlines.go_on(by=by, at=at, key=_key_of(task.id), terms=terms) or task.due_on
    task.save(update_fields=["state", "due_on"])
    _note(by, at, task, TaskChange.RESUMED, str(task.due_on))


def pass_due(*, by: Actor, at: datetime, task_id: int) -> bool:
    """The due date is over: an open task is overdue from now on, in sight of the next level."""
    with transaction.atomic():
        task = SupervisionTask.objects.select_for_update().get(id=task_id)
        day = at.astimezone(SHANGHAI).date()
        if task.state != TaskState.OPEN or day < task.due_on:
            return False
        _move(task, TaskState.OVERDUE)
        task.save(update_fields=["state"])
        _note(by, at, task, TaskChange.PASSED_DUE, str(task.due_on))
    return True


def extend(*, by: Actor, at: datetime, task_id: int, reason: str, terms: ClockTerms) -> date:
    """A named person gives an open task the extension that its clock allows; the new due date."""
    by.require_person("延长期限", "touch.decide")
    with transaction.atomic():
        task = SupervisionTask.objects.select_for_update().get(id=task_id)
        refused = "该任务不能延期：未写明理由、已延期过、已逾期，或依据不允许"
        if task.state != TaskState.OPEN:
            raise TaskError(refused)
        today = at.astimezone(SHANGHAI).date()
        try:
            told = deadlines.extend(
                by=by,
                at=at,
                key=_key_of(task_id),
                authority=Authority.LEADER,
                decided_on=today,
                reason=reason,
                terms=terms,
            )
        except UnlawfulClockError as error:
            raise TaskError(refused) from error
        task.due_on, task.extended = told.due_on or told.not_before_on, True
        task.due_why = told.why_zh()
        task.save(update_fields=["due_on", "due_why", "extended"])
        _note(by, at, task, TaskChange.EXTENDED, f"{task.due_on}：{reason}")
    return task.due_on


def decide_control(
    *, by: Actor, at: datetime, task_id: int, approve: bool, reason: str, terms: ClockTerms
) -> None:
    """A named person approves or refuses a proposal of emergency control; the software never does."""
    by.require_person("紧急控制", "touch.decide")
    with transaction.atomic():
        task = SupervisionTask.objects.select_for_update().get(id=task_id)
        if task.kind != TaskKind.EMERGENCY_CONTROL or not reason.strip():
            raise TaskError("只能对紧急控制建议作出决定，并须写明理由")
        _finish(by, at, task, TaskState.DONE, APPROVED if approve else REFUSED, terms)
        detail = {"task": task_id, "approve": approve, "why": reason}
        evidence.record(
            by=by, at=at, action="CONTROL_DECIDED", target=f"touch:{task.touch_id}", detail=detail
        )


def hand_over(
    *,
    by: Actor,
    at: datetime,
    reason: str,
    station: tuple[str, str] | None = None,
    holder: tuple[str, str] | None = None,
) -> list[int]:
    """Move every open task from one station or person to another (from, to), history and clocks kept.

    A station that merges, a person who leaves: nothing is closed or opened again, no due date moves.
    """
    by.require_person("移交任务", "work.hand_over")
    if not reason.strip() or (station is None) == (holder is None):
        raise TaskError("移交须写明理由，并且只移交所或人中的一项")
    field, (old, new) = ("station", station) if station is not None else ("holder", holder or ("", ""))
    return move_open(by=by, at=at, field=field, old=old, new=new, reason=reason)


def move_open(*, by: Actor, at: datetime, field: str, old: str, new: str, reason: str) -> list[int]:
    """The move itself, for whoever has made sure that it may be made; ids of what moved."""
    moved = []
    with transaction.atomic():
        for task in _open_tasks().filter(**{field: old}).select_for_update():
            setattr(task, field, new)
            task.save(update_fields=[field])
            _assign(by, at, task)
            _note(by, at, task, TaskChange.HANDED_OVER, f"{old} → {new}：{reason}")
            moved.append(task.id)
    return moved


def _assign(by: Actor, at: datetime, task: SupervisionTask) -> None:
    deadlines.assign(by=by, at=at, key=_key_of(task.id), handler=task.holder or task.station)


def take(*, by: Actor, at: datetime, task_id: int) -> None:
    """A named person takes a task into hand."""
    by.require_person("领取任务", "touch.decide")
    with transaction.atomic():
        task = SupervisionTask.objects.select_for_update().get(id=task_id)
        if task.state in FINAL:
            raise TaskError("任务已办结")
        old, task.holder = task.holder, by.key
        task.save(update_fields=["holder"])
        _assign(by, at, task)
        _note(by, at, task, TaskChange.HANDED_OVER, f"{old} → {by.key} {by.name}")


def pass_on(*, by: Actor, at: datetime, task_id: int, to: str, reason: str) -> None:
    """Give an open task to a colleague: the own one, or any with `work.hand_over`; its clock runs on."""
    by.require_person("移交任务", "touch.decide")
    with transaction.atomic():
        task = SupervisionTask.objects.select_for_update().get(id=task_id)
        if task.holder != by.key:
            by.require_power("work.hand_over")
        if task.state in FINAL or not to.strip() or not reason.strip() or to == task.holder:
            raise TaskError("任务已办结，或没有写明接手人和理由")
        old, task.holder = task.holder, to
        task.save(update_fields=["holder"])
        _assign(by, at, task)
        _note(by, at, task, TaskChange.HANDED_OVER, f"{old} → {to}：{reason}")


def put_back(*, by: Actor, at: datetime, task_id: int, held: str, to: str) -> bool:
    """Undo an own move of a task: only while it is open and still in the hand in which it was put."""
    by.require_person("撤销移交", "touch.decide")
    with transaction.atomic():
        task = SupervisionTask.objects.select_for_update().get(id=task_id)
        if task.state in FINAL or task.holder != held:
            return False
        task.holder = to
        task.save(update_fields=["holder"])
        _assign(by, at, task)
        _note(by, at, task, TaskChange.HANDED_OVER, f"{held} → {to}：撤销批量办理")
    return True
