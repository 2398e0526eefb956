"""One act on many tasks: chosen in their list, or on the board by touches; looked over, done, undone."""

from __future__ import annotations

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from zhunsheng.core.actors import PowerLackingError
from zhunsheng.core.listing import Part
from zhunsheng.foundation.accounts.acting import Acting, day
from zhunsheng.foundation.accounts.queries import access
from zhunsheng.foundation.desk import actions as desk
from zhunsheng.foundation.desk import queries as kept
from zhunsheng.judging.triggers.actions import tasks
from zhunsheng.judging.triggers.queries import lists
from zhunsheng.portals.officer.door import with_power
from zhunsheng.portals.officer.lists.tasks import TaskRow, rows_of
from zhunsheng.web.clock import page_clock

DECIDE = "touch.decide"
ROWS_MAX, DIGITS_MAX = 50, 18
ACTS: dict[str, str | Promise] = {"TAKE": gettext_lazy("领取"), "PASS": gettext_lazy("移交给同事")}


BY_TOUCH: dict[str, str | Promise] = {
    "TAKE": gettext_lazy("领取其任务"),
    "PASS": gettext_lazy("移交其任务"),
}


def _chosen(request: HttpRequest, acting: Acting) -> tuple[TaskRow, ...]:
    """The open tasks that the form names, or those of the touches that it names, within scope."""
    told = [text for text in request.POST.getlist("row") if text.isascii() and text.isdigit()]
    ids = tuple(int(text) for text in told[:ROWS_MAX] if len(text) <= DIGITS_MAX)
    if not ids:
        return ()
    by_touch = request.POST.get("list") == "touches"
    wanted = lists.TaskFilter(ids=() if by_touch else ids, touches=ids if by_touch else (), open_only=True)
    part = Part("due_on", descending=False, rows_max=ROWS_MAX)
    return rows_of(acting.viewer, lists.tasks(viewer=acting.viewer, wanted=wanted, part=part).rows)


@require_POST
@with_power(DECIDE)
def preview(request: HttpRequest, acting: Acting) -> HttpResponse:
    """What will happen to which tasks; with `confirm` it does."""
    act, rows = request.POST.get("act", ""), _chosen(request, acting)
    if act not in ACTS:
        raise Http404
    fit = tuple(row for row in rows if _fits(act, row, acting))
    problem = ""
    if request.POST.get("confirm"):
        try:
            return _do(request, acting, act, fit)
        except (tasks.TaskError, PowerLackingError) as error:
            problem = str(error)
    words = {
        "here": "tasks",
        "act": act,
        "act_words": ACTS[act],
        "rows": fit,
        "left_out": len(rows) - len(fit),
        "colleagues": access.colleagues(viewer=acting.viewer, on=day(page_clock().now()), power=DECIDE),
        "errors": {"reason": problem} if problem else {},
        "back": reverse("officer:board" if request.POST.get("list") == "touches" else "officer:tasks"),
    }
    return render(request, "officer/batch.html", words)


def _fits(act: str, row: TaskRow, acting: Acting) -> bool:
    mine = row.task.holder == acting.person
    return not mine if act == "TAKE" else mine or "work.hand_over" in acting.actor.powers


def _do(request: HttpRequest, acting: Acting, act: str, rows: tuple[TaskRow, ...]) -> HttpResponse:
    at, by, reason = page_clock().now(), acting.actor, request.POST.get("reason", "")
    to = acting.person if act == "TAKE" else request.POST.get("to", "")
    known = {c.person for c in access.colleagues(viewer=acting.viewer, on=day(at), power=DECIDE)}
    if not rows or to not in {acting.person, *known}:
        raise tasks.TaskError(_("没有可办的任务，或没有选择接手的同事"))
    with transaction.atomic():
        for row in rows:
            if act == "TAKE":
                tasks.take(by=by, at=at, task_id=row.task.id)
            else:
                tasks.pass_on(by=by, at=at, task_id=row.task.id, to=to, reason=reason)
        moved = [(str(row.task.id), row.task.holder, to) for row in rows]
        number = desk.note_batch(by=by, at=at, list_name="tasks", act=act, rows=moved)
        if act == "PASS":
            text = _("移交 %(n)d 项任务：%(reason)s") % {"n": len(rows), "reason": reason}
            where = reverse("officer:tasks") + "?holder=MINE"
            desk.send_notice(by=by, at=at, to=to, kind="HANDED", text=text, address=where)
    return HttpResponseRedirect(reverse("officer:batch-done", args=[number]))


@require_safe
@with_power(DECIDE)
def done(request: HttpRequest, acting: Acting, number: int) -> HttpResponse:
    """What an own batch did, and the way back."""
    batch = kept.batch(viewer=acting.viewer, batch_id=number)
    if batch is None:
        raise Http404
    words = {"here": "tasks", "batch": batch, "act_words": ACTS.get(batch.act, batch.act)}
    return render(request, "officer/batch_done.html", words)


@require_POST
@with_power(DECIDE)
def undo(request: HttpRequest, acting: Acting, number: int) -> HttpResponse:
    """Put every task back that is still where the batch put it."""
    at, by = page_clock().now(), acting.actor
    with transaction.atomic():
        moved = desk.take_batch_back(by=by, at=at, batch_id=number)
        if not moved:
            raise Http404
        for key, before, after in moved:
            tasks.put_back(by=by, at=at, task_id=int(key), held=after, to=before)
    return HttpResponseRedirect(reverse("officer:batch-done", args=[number]))
