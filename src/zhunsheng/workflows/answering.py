"""Replies and their clocks: an answer is a fact, a missed date turns yellow to red, and so does no change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.engine.library import open_library
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.judging.triggers.actions import enrolment, touches
from zhunsheng.judging.triggers.lifecycle import CONFIRMS, Step
from zhunsheng.judging.triggers.policies import TriggerPolicy
from zhunsheng.sensing.signals import actions as signals
from zhunsheng.sensing.signals.new_facts import NewFact

BY = Actor.service("clock")


def take_answer(*, by: Actor, at: datetime, touch_id: int, answer: str, reason: str = "") -> None:
    """What the business answered, stored and told to judging in one transaction."""
    with transaction.atomic():
        fact = touches.answer(by=by, at=at, touch_id=touch_id, answer=answer, reason=reason)
        _write(by, at, [fact], "enterprise_portal")


def take_decision(*, by: Actor, at: datetime, touch_id: int, step: Step, reason: str) -> None:
    """What a named person decided about a touch, stored and told to judging in one transaction."""
    with transaction.atomic():
        facts = touches.decide(by=by, at=at, touch_id=touch_id, step=step, reason=reason)
        if step in CONFIRMS:
            facts += _revoke(by, at, touch_id, reason)
        _write(by, at, facts, "review")


def _revoke(by: Actor, at: datetime, touch_id: int, reason: str) -> list[NewFact]:
    """A confirmed red touch costs the enrolment of its item for the set time."""
    touch = triggers.touch(viewer=Viewer.bureau(by.key), touch_id=touch_id)
    if touch is None:
        return []
    policy = TriggerPolicy.read(open_library(settings.PACKS).policy("zhunsheng.trigger-policy/1"))
    return enrolment.revoke(
        by=by, at=at, subject=touch.subject, item=touch.item, reason=reason, policy=policy
    )


def _write(by: Actor, at: datetime, facts: list[NewFact], source: str) -> None:
    if facts:
        contracts = open_library(settings.PACKS).contracts
        signals.record_facts(by=by, at=at, facts=facts, source=source, contracts=contracts)


def on_reply_date(payload: Mapping[str, Any], at: datetime) -> None:
    """The last second of the reply date has passed."""
    due = datetime.fromisoformat(payload["due_at"])
    _write(BY, at, touches.pass_reply_date(by=BY, at=due, touch_id=int(payload["key"])), "judging")


def on_observation_end(payload: Mapping[str, Any], at: datetime) -> None:
    """The last second of the observation period has passed."""
    due = datetime.fromisoformat(payload["due_at"])
    _write(BY, at, touches.end_observation(by=BY, at=due, touch_id=int(payload["key"])), "judging")


HANDLES = {"due.touch.reply": on_reply_date, "due.touch.observe": on_observation_end}
