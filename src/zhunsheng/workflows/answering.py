"""Answers of businesses and decisions of named persons: each is stored and told to judging as a fact."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.engine.library import open_library
from zhunsheng.foundation.accounts.actions import grants
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.judging.triggers.actions import enrolment, tasks, touches
from zhunsheng.judging.triggers.lifecycle import CONFIRMS, Step
from zhunsheng.sensing.signals import actions as signals
from zhunsheng.sensing.signals.new_facts import NewFact
from zhunsheng.workflows.assessing import assess
from zhunsheng.workflows.reviewing import follow
from zhunsheng.workflows.terms import clock_terms, trigger_policy

VIEWER = Viewer.bureau("answering")
# Whoever orders a correction or makes it a lead has handled the matter, and may not check it afterwards.
PARTS = {Step.FIXABLE: "INVESTIGATE", Step.SUSPECTED: "INVESTIGATE"}
PARTS |= {Step.RECHECK_PASSED: "REVIEW", Step.RECHECK_FAILED: "REVIEW"}


def take_answer(*, by: Actor, at: datetime, touch_id: int, answer: str, reason: str = "") -> None:
    """What the business answered, stored and told to judging in one transaction."""
    with transaction.atomic():
        fact = touches.answer(by=by, at=at, touch_id=touch_id, answer=answer, reason=reason)
        write(by, at, [fact], "enterprise_portal")
        follow([touch_id], at, by)


def take_decision(*, by: Actor, at: datetime, touch_id: int, step: Step, reason: str) -> None:
    """What a named person decided about a touch, stored and told to judging in one transaction."""
    with transaction.atomic():
        if step in PARTS:
            grants.take_part(by=by, at=at, matter=f"touch:{touch_id}", part=PARTS[step])
        facts = touches.decide(by=by, at=at, touch_id=touch_id, step=step, reason=reason)
        assess(by=by, at=at, touch_id=touch_id, step=step, reason=reason)
        if step in CONFIRMS:
            facts += _revoke(by, at, touch_id, reason)
        write(by, at, facts, "review")
        follow([touch_id], at, by)


def take_control(*, by: Actor, at: datetime, task_id: int, touch_id: int, approve: bool, reason: str) -> None:
    """Emergency control is approved or refused by somebody who has not handled the touch."""
    with transaction.atomic():
        grants.take_part(by=by, at=at, matter=f"touch:{touch_id}", part="REVIEW")
        terms = clock_terms()
        tasks.decide_control(by=by, at=at, task_id=task_id, approve=approve, reason=reason, terms=terms)


def _revoke(by: Actor, at: datetime, touch_id: int, reason: str) -> list[NewFact]:
    """A confirmed red touch costs the enrolment of its item for the set time."""
    touch = triggers.touch(viewer=VIEWER, touch_id=touch_id)
    if touch is None:
        return []
    policy = trigger_policy()
    return enrolment.revoke(
        by=by, at=at, subject=touch.subject, item=touch.item, reason=reason, policy=policy
    )


def write(by: Actor, at: datetime, facts: list[NewFact], source: str) -> None:
    """What became of a touch, as facts that judging reads."""
    if facts:
        contracts = open_library(settings.PACKS).contracts
        signals.record_facts(by=by, at=at, facts=facts, source=source, contracts=contracts)
