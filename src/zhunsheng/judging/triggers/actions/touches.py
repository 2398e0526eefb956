"""What businesses, time and people do with touches."""

from __future__ import annotations

from datetime import date, datetime, time

from django.db import transaction

from zhunsheng.core.actors import Actor
from zhunsheng.core.clock import SHANGHAI
from zhunsheng.engine.judgement import Colour
from zhunsheng.foundation.evidence import actions as evidence
from zhunsheng.judging.triggers import facts as written
from zhunsheng.judging.triggers.actions.folding import take_step
from zhunsheng.judging.triggers.lifecycle import (
    CONFIRMS,
    DECIDABLE,
    RESUMES,
    ForbiddenStepError,
    Step,
    TouchState,
)
from zhunsheng.judging.triggers.memory import from_json
from zhunsheng.judging.triggers.models import SubjectMemory, Touch, TouchAnswer
from zhunsheng.sensing.signals.new_facts import NewFact

ANSWERS = frozenset({"DONE", "DISAGREE", "HELP"})
REPLY = "REPLY"


class AnswerError(Exception):
    """An answer that cannot be taken; the text says why."""


def answer(*, by: Actor, at: datetime, touch_id: int, answer: str, reason: str = "") -> NewFact:
    """The business answers a touch that is still open; the fact to write.

    "Done" while a correction is due is the report of the correction: the recheck comes next.
    """
    with transaction.atomic():
        touch = Touch.objects.select_for_update().filter(id=touch_id).first()
        if touch is None or touch.state == TouchState.NORMAL:
            raise AnswerError("这条提醒已经办结，无需再答复")
        if answer not in ANSWERS:
            raise AnswerError("请选择：已处理、有不同意见、需要帮助")
        if answer == "DISAGREE" and not reason.strip():
            raise AnswerError("有不同意见时请写明理由")
        touch.answer, touch.answered_at, touch.answer_settled_at = answer, at, None
        touch.save(update_fields=["answer", "answered_at", "answer_settled_at"])
        TouchAnswer.objects.create(touch=touch, answer=answer, reason=reason, at=at, by_name=by.name)
        if touch.state == TouchState.CORRECTION and answer == "DONE":
            take_step(by=by, at=at, touch=touch, step=Step.CORRECTED, reason=reason)
        detail = {"answer": answer, "why": reason}
        evidence.record(by=by, at=at, action="TOUCH_ANSWERED", target=f"touch:{touch_id}", detail=detail)
    return written.answered(touch, at)


def reply(*, by: Actor, at: datetime, touch_id: int, text: str) -> int:
    """A named person has seen to the last answer and says what: kept beside it; the number of the reply."""
    by.require_person("回复企业", "touch.decide")
    with transaction.atomic():
        touch = Touch.objects.select_for_update().filter(id=touch_id).first()
        if touch is None or not touch.answer:
            raise AnswerError("企业还没有答复，无需回复")
        if not text.strip():
            raise AnswerError("请写明回复内容")
        touch.answer_settled_at = at
        touch.save(update_fields=["answer_settled_at"])
        made = TouchAnswer.objects.create(touch=touch, answer=REPLY, reason=text, at=at, by_name=by.name)
        detail = {"text": text}
        evidence.record(by=by, at=at, action="ANSWER_SETTLED", target=f"touch:{touch_id}", detail=detail)
    return made.id


def pass_reply_date(*, by: Actor, at: datetime, touch_id: int) -> list[NewFact]:
    """The reply date is over: without an answer the touch turns red and the miss becomes a fact."""
    with transaction.atomic():
        touch = Touch.objects.select_for_update().get(id=touch_id)
        if touch.state != TouchState.OBSERVING or touch.answer:
            return []
        take_step(by=by, at=at, touch=touch, step=Step.REPLY_MISSED)
    return [written.missed(touch, at)]


def end_observation(
    *, by: Actor, at: datetime, touch_id: int, lasting: bool, deciding: frozenset[str]
) -> list[NewFact]:
    """The observation period is over: not put right means red, else the touch ends.

    A `lasting` line (a state) is not put right while it still shows. A line about what happened is not put
    right when something happened again: when facts decide it now (`deciding`) that the touch did not
    begin with. What merely stays in its window costs nothing (M5: expiry leads back to normal).
    """
    with transaction.atomic():
        touch = Touch.objects.select_for_update().get(id=touch_id)
        if touch.state != TouchState.OBSERVING:
            return []
        memory = SubjectMemory.objects.get(subject=touch.subject)
        state = from_json(memory.states).get((touch.point, touch.object))
        showing = state is not None and state.colour is not Colour.NONE
        again = bool(deciding - set(touch.facts))
        failed = showing and (lasting or again)
        take_step(by=by, at=at, touch=touch, step=Step.NOT_RECTIFIED if failed else Step.OBSERVED)
    return [written.missed(touch, at)] if failed else [written.rectified(touch, at)]


def decide(*, by: Actor, at: datetime, touch_id: int, step: Step, reason: str) -> list[NewFact]:
    """A named person decides about a review, a correction or a recheck; a reason is required."""
    by.require_person("触线研判", "touch.decide")
    with transaction.atomic():
        touch = Touch.objects.select_for_update().get(id=touch_id)
        if step not in DECIDABLE or not reason.strip():
            raise ForbiddenStepError(TouchState(touch.state), step)
        take_step(by=by, at=at, touch=touch, step=step, reason=reason)
    if step in CONFIRMS:
        return [written.confirmed(touch, at)]
    return [written.dismissed(touch, at)] if step in {Step.EXPLAINED, Step.FALSE_ALARM} else []


def suspend_all(
    *, by: Actor, at: datetime, subject: str, reason: str, started_since: date | None = None
) -> list[int]:
    """Every open touch of a subject rests: deregistered, dormant or under case. Their ids.

    With `started_since` only those that began on that day or later.
    """
    with transaction.atomic():
        rows = Touch.objects.select_for_update().filter(subject=subject)
        if started_since is not None:
            rows = rows.filter(started_at__gte=datetime.combine(started_since, time(0), SHANGHAI))
        resting = {TouchState.NORMAL.value, TouchState.SUSPENDED.value}
        touches = list(rows.exclude(state__in=resting))
        for touch in touches:
            touch.rested_from, touch.rested_at = touch.state, at
            take_step(by=by, at=at, touch=touch, step=Step.SUSPEND, reason=reason)
    return [touch.id for touch in touches]


def resume_all(*, by: Actor, at: datetime, subject: str, reason: str) -> list[int]:
    """Every suspended touch goes on where it stood; its observation moves by the days it rested. Their ids.

    When its answer is due is told by its deadline (`move_reply_date`).
    """
    with transaction.atomic():
        rows = Touch.objects.select_for_update().filter(subject=subject, state=TouchState.SUSPENDED.value)
        touches = list(rows)
        for touch in touches:
            rested = touch.rested_at or at
            days = at.astimezone(SHANGHAI).date() - rested.astimezone(SHANGHAI).date()
            if touch.observe_until_on is not None:
                touch.observe_until_on += days
            step = RESUMES[TouchState(touch.rested_from)]
            touch.rested_from, touch.rested_at = "", None
            touch.save(update_fields=["observe_until_on"])
            take_step(by=by, at=at, touch=touch, step=step, reason=reason)
    return [touch.id for touch in touches]


def move_reply_date(*, by: Actor, at: datetime, touch_id: int, due_on: date) -> None:
    """The deadline of the answer ends on another day."""
    with transaction.atomic():
        Touch.objects.filter(id=touch_id).update(reply_due_on=due_on)
        detail = {"due_on": str(due_on)}
        evidence.record(by=by, at=at, action="REPLY_DATE_MOVED", target=f"touch:{touch_id}", detail=detail)
