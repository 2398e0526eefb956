"""What businesses, time and people do with touches."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.engine.judgement import Colour
from zhunsheng.foundation.evidence import actions as evidence
from zhunsheng.judging.triggers import facts as written
from zhunsheng.judging.triggers.actions.folding import take_step
from zhunsheng.judging.triggers.lifecycle import CONFIRMS, HUMAN, ForbiddenStepError, Step, TouchState
from zhunsheng.judging.triggers.memory import from_json
from zhunsheng.judging.triggers.models import AreaAlert, SubjectMemory, Touch, VisitEntry
from zhunsheng.judging.triggers.policies import TriggerPolicy
from zhunsheng.registers.registry import queries as registry
from zhunsheng.sensing.signals.new_facts import NewFact

ANSWERS = frozenset({"DONE", "DISAGREE", "HELP"})


class AnswerError(Exception):
    """An answer that cannot be taken; the text says why."""


def answer(*, by: Actor, at: datetime, touch_id: int, answer: str, reason: str = "") -> NewFact:
    """The business answers a touch that is still open; the fact to write."""
    with transaction.atomic():
        touch = Touch.objects.select_for_update().filter(id=touch_id).first()
        if touch is None or touch.state == TouchState.NORMAL:
            raise AnswerError("这条提醒已经办结，无需再答复")
        if answer not in ANSWERS:
            raise AnswerError("请选择：已处理、有不同意见、需要帮助")
        if answer == "DISAGREE" and not reason.strip():
            raise AnswerError("有不同意见时请写明理由")
        touch.answer, touch.answered_at = answer, at
        touch.save(update_fields=["answer", "answered_at"])
        detail = {"answer": answer, "why": reason}
        evidence.record(by=by, at=at, action="TOUCH_ANSWERED", target=f"touch:{touch_id}", detail=detail)
    return written.answered(touch, at)


def pass_reply_date(*, by: Actor, at: datetime, touch_id: int) -> list[NewFact]:
    """The reply date is over: without an answer the touch turns red and the miss becomes a fact."""
    with transaction.atomic():
        touch = Touch.objects.select_for_update().get(id=touch_id)
        if touch.state != TouchState.OBSERVING or touch.answer:
            return []
        take_step(by=by, at=at, touch=touch, step=Step.REPLY_MISSED)
    return [written.missed(touch, at)]


def end_observation(*, by: Actor, at: datetime, touch_id: int) -> list[NewFact]:
    """The observation period is over: still touched means not rectified, else the touch ends."""
    with transaction.atomic():
        touch = Touch.objects.select_for_update().get(id=touch_id)
        if touch.state != TouchState.OBSERVING:
            return []
        memory = SubjectMemory.objects.get(subject=touch.subject)
        state = from_json(memory.states).get((touch.point, touch.object))
        showing = state is not None and state.colour is not Colour.NONE
        step = Step.NOT_RECTIFIED if showing else Step.OBSERVED
        take_step(by=by, at=at, touch=touch, step=step)
    return [written.missed(touch, at)] if showing else [written.rectified(touch, at)]


def decide(*, by: Actor, at: datetime, touch_id: int, step: Step, reason: str) -> list[NewFact]:
    """A named person decides about a review, a correction or a recheck; a reason is required."""
    if step in HUMAN:
        by.require_person("触线研判")
    if not reason.strip():
        raise ForbiddenStepError(TouchState.OFFSITE_REVIEW, step)
    with transaction.atomic():
        touch = Touch.objects.select_for_update().get(id=touch_id)
        take_step(by=by, at=at, touch=touch, step=step, reason=reason)
    if step in CONFIRMS:
        return [written.confirmed(touch, at)]
    return [written.dismissed(touch, at)] if step in {Step.EXPLAINED, Step.FALSE_ALARM} else []


def suspend_all(*, by: Actor, at: datetime, subject: str, reason: str) -> int:
    """Every open touch of a subject rests: deregistered, dormant or under case; how many."""
    with transaction.atomic():
        rows = Touch.objects.select_for_update().filter(subject=subject)
        resting = {TouchState.NORMAL.value, TouchState.SUSPENDED.value}
        touches = list(rows.exclude(state__in=resting))
        for touch in touches:
            take_step(by=by, at=at, touch=touch, step=Step.SUSPEND, reason=reason)
    return len(touches)


def raise_area_alerts(*, by: Actor, at: datetime, points: set[str], policy: TriggerPolicy) -> int:
    """Alert where enough distinct firms of one trade and division touched a point lately; how many new."""
    viewer, raised = Viewer.bureau(by.key), 0
    since = at - timedelta(days=policy.area_days)
    with transaction.atomic():
        for point in sorted(points):
            rows = Touch.objects.filter(point=point, started_at__gt=since, started_at__lte=at)
            subjects = set(rows.values_list("subject", flat=True))
            groups: dict[str, set[str]] = {}
            for key, area in registry.areas(viewer=viewer, keys=subjects).items():
                groups.setdefault(area, set()).add(key)
            for area, firms in sorted(groups.items()):
                recent = AreaAlert.objects.filter(point=point, area=area, raised_at__gt=since).exists()
                if len(firms) >= policy.area_firms_min and not recent:
                    AreaAlert.objects.create(point=point, area=area, subjects=sorted(firms), raised_at=at)
                    detail = {"point": point, "area": area, "firms": len(firms)}
                    evidence.record(by=by, at=at, action="AREA_ALERT", target=f"area:{area}", detail=detail)
                    raised += 1
    return raised


def ask_for_visit(*, by: Actor, at: datetime, subject: str, reason: str) -> bool:
    """Put a subject on its station's visit list unless it waits there already."""
    with transaction.atomic():
        if VisitEntry.objects.filter(subject=subject, visited_at=None).exists():
            return False
        VisitEntry.objects.create(subject=subject, reason=reason, asked_at=at)
        detail = {"why": reason}
        evidence.record(by=by, at=at, action="VISIT_ASKED", target=f"subject:{subject}", detail=detail)
    return True
