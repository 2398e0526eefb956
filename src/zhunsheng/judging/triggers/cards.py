"""Touches, tasks and what belongs to them as lists and pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from zhunsheng.judging.triggers.models import SupervisionTask, Touch


@dataclass(frozen=True, slots=True)
class TouchCard:
    """A touch as lists and pages show it."""

    id: int
    subject: str
    item: str
    point: str
    object: str
    colour: str
    state: str
    started_at: datetime
    reply_due_on: date | None
    reply_why: str
    observe_until_on: date | None
    answer: str
    answered_at: datetime | None
    answer_settled_at: datetime | None
    ended_at: datetime | None
    facts: tuple[str, ...]
    pack_version: str
    pack_hash: str


@dataclass(frozen=True, slots=True)
class StepCard:
    """One step of a touch: what, when, by whom, why."""

    step: str
    at: datetime
    by_name: str
    reason: str


@dataclass(frozen=True, slots=True)
class AnswerCard:
    """One answer of the business: what, when, by whom, and in which words."""

    answer: str
    at: datetime
    by_name: str
    reason: str


@dataclass(frozen=True, slots=True)
class TaskCard:
    """A task as a desk shows it; `scope` is what was touched and nothing beyond."""

    id: int
    touch: int
    subject: str
    kind: str
    state: str
    station: str
    holder: str
    scope: dict[str, Any]
    opened_at: datetime
    due_on: date
    due_why: str
    closed_at: datetime | None
    outcome: str


@dataclass(frozen=True, slots=True)
class EnrolmentCard:
    """Whether a business is enrolled for an item, since when, why not, and until when barred."""

    item: str
    state: str
    since_at: datetime
    reason: str
    barred_until_on: date | None


@dataclass(frozen=True, slots=True)
class AlertCard:
    """An area alert with its firms and what became of it."""

    id: int
    point: str
    area: str
    subjects: tuple[str, ...]
    raised_at: datetime
    state: str
    analysis: str
    closed_by: str
    closed_at: datetime | None


def touch_card(row: Touch) -> TouchCard:
    """A touch as lists and pages show it."""
    return TouchCard(
        row.id,
        row.subject,
        row.item,
        row.point,
        row.object,
        row.colour,
        row.state,
        row.started_at,
        row.reply_due_on,
        row.reply_why,
        row.observe_until_on,
        row.answer,
        row.answered_at,
        row.answer_settled_at,
        row.ended_at,
        tuple(row.facts),
        row.pack_version,
        row.pack_hash,
    )


def task_card(row: SupervisionTask) -> TaskCard:
    """A task with its touch as a desk shows it."""
    return TaskCard(
        row.id,
        row.touch_id,
        row.touch.subject,
        row.kind,
        row.state,
        row.station,
        row.holder,
        row.scope,
        row.opened_at,
        row.due_on,
        row.due_why,
        row.closed_at,
        row.outcome,
    )
