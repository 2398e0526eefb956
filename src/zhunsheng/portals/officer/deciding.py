"""Next steps on a touch and its tasks, each one press through the action that keeps its rules."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from zhunsheng.core.actors import PowerLackingError
from zhunsheng.core.messages import MessageError
from zhunsheng.foundation.accounts.acting import Acting, day
from zhunsheng.foundation.accounts.actions.grants import ExcludedPartError
from zhunsheng.foundation.accounts.queries import access
from zhunsheng.foundation.desk import actions as desk
from zhunsheng.foundation.desk.actions import NoticeError
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.judging.triggers.actions import tasks, visits
from zhunsheng.judging.triggers.actions.tasks import TaskError
from zhunsheng.judging.triggers.actions.touches import AnswerError
from zhunsheng.judging.triggers.actions.visits import VisitError
from zhunsheng.judging.triggers.lifecycle import DECIDABLE, ForbiddenStepError, Step
from zhunsheng.judging.triggers.queries import TaskCard, TouchCard
from zhunsheng.portals.officer.board import touch_page
from zhunsheng.portals.officer.door import with_power
from zhunsheng.registers.registry import queries as registry
from zhunsheng.web.clock import page_clock
from zhunsheng.workflows import answering, helping, reviewing

Act = Callable[[HttpRequest, Acting, TouchCard], None]
REFUSALS = (
    AnswerError,
    ExcludedPartError,
    ForbiddenStepError,
    MessageError,
    NoticeError,
    PowerLackingError,
    TaskError,
)


def on_touch(power: str) -> Callable[[Act], Callable[..., HttpResponse]]:
    """A form on the page of a touch: done, and back to the page; refused, and the page says why."""

    def decorate(act: Act) -> Callable[..., HttpResponse]:
        @require_POST
        @with_power(power)
        def answer(request: HttpRequest, acting: Acting, number: int) -> HttpResponse:
            touch = triggers.touch(viewer=acting.viewer, touch_id=number)
            if touch is None:
                raise Http404
            try:
                act(request, acting, touch)
            except REFUSALS as refusal:
                return touch_page(request, acting, number, problem=_words(refusal))
            return HttpResponseRedirect(reverse("officer:touch", args=[number]))

        return answer

    return decorate


def _words(refusal: Exception) -> str:
    if isinstance(refusal, ForbiddenStepError):
        return _("请写明理由；若页面已过时，请按现在的状态重新选择。")
    return str(refusal)


@on_touch("touch.decide")
def decide(request: HttpRequest, acting: Acting, touch: TouchCard) -> None:
    """Explained, false alarm, to be corrected, a lead; corrected; recheck passed or failed."""
    told = request.POST.get("step", "")
    if told not in {step.value for step in DECIDABLE}:
        raise Http404
    answering.take_decision(
        by=acting.actor,
        at=page_clock().now(),
        touch_id=touch.id,
        step=Step(told),
        reason=request.POST.get("reason", ""),
    )


@on_touch("touch.decide")
def reply(request: HttpRequest, acting: Acting, touch: TouchCard) -> None:
    """Words of help, or to a disagreement, into the inbox of the business."""
    text = request.POST.get("text", "")
    helping.take_reply(by=acting.actor, at=page_clock().now(), touch_id=touch.id, text=text)


@on_touch("touch.read")
def copy(request: HttpRequest, acting: Acting, touch: TouchCard) -> None:
    """Lay the touch on a colleague's desk, with a sentence."""
    at, to = page_clock().now(), request.POST.get("to", "")
    known = {card.person for card in access.colleagues(viewer=acting.viewer, on=day(at), power="touch.read")}
    desk.send_notice(
        by=acting.actor,
        at=at,
        to=to if to in known else "",
        kind="COPY",
        text=request.POST.get("text", ""),
        address=reverse("officer:touch", args=[touch.id]),
    )


def _task(request: HttpRequest, acting: Acting, touch: TouchCard) -> TaskCard:
    """The task of this touch that the form names."""
    told = triggers.tasks(viewer=acting.viewer, touch_id=touch.id)
    found = next((task for task in told if str(task.id) == request.POST.get("task")), None)
    if found is None:
        raise Http404
    return found


@on_touch("touch.decide")
def task(request: HttpRequest, acting: Acting, touch: TouchCard) -> None:
    """Take a task, give it to a colleague, extend it, approve or refuse a proposal."""
    at, by, found = page_clock().now(), acting.actor, _task(request, acting, touch)
    reason, act = request.POST.get("reason", ""), request.POST.get("act", "")
    if act == "take":
        tasks.take(by=by, at=at, task_id=found.id)
    elif act == "pass":
        to = request.POST.get("to", "")
        known = {c.person for c in access.colleagues(viewer=acting.viewer, on=day(at), power="touch.decide")}
        tasks.pass_on(by=by, at=at, task_id=found.id, to=to if to in known else "", reason=reason)
        text = _("移交一项任务：%(reason)s") % {"reason": reason}
        where = reverse("officer:touch", args=[touch.id])
        desk.send_notice(by=by, at=at, to=to, kind="HANDED", text=text, address=where)
    elif act == "extend":
        reviewing.extend(by, at, found.id, reason)
    elif act in {"approve", "refuse"}:
        answering.take_control(
            by=by, at=at, task_id=found.id, touch_id=touch.id, approve=act == "approve", reason=reason
        )
    else:
        raise Http404


@require_POST
@with_power("touch.visit")
def note_visit(request: HttpRequest, acting: Acting, key: str) -> HttpResponse:
    """A visit was made: how the business can be reached."""
    if registry.get(viewer=acting.viewer, key=key) is None:
        raise Http404
    note = request.POST.get("note", "")
    try:
        visits.note_visit(by=acting.actor, at=page_clock().now(), subject=key, note=note)
    except VisitError as error:
        raise Http404 from error
    return HttpResponseRedirect(reverse("officer:work"))
