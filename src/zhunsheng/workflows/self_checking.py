"""A self-check: the saved sheet becomes a fact with its photos, once.

What the business says counts for nothing against it: no rule may read `gaps` or what was told (M06, tested).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction

from zhunsheng.core.actors import Actor
from zhunsheng.core.clock import day_of, instant
from zhunsheng.core.facts import Scalar
from zhunsheng.core.statutes.guidance import Question, Sheet
from zhunsheng.foundation.attachments import actions as attachments
from zhunsheng.foundation.drafts import actions as drafts
from zhunsheng.sensing.signals.new_facts import NewFact
from zhunsheng.workflows.guiding import record, sheets_at, use

DONE = "SELF_CHECK_DONE"
ANSWERED = {"YES": "是", "NO": "否", "NA": "不适用"}


def owner_of(subject: str, code: str) -> str:
    """Under which name the draft and the photos of a sheet are kept."""
    return f"self:{subject}:{code}"


def send(*, by: Actor, at: datetime, subject: str, sheet: Sheet) -> bool:
    """Hand in the saved sheet; False when it was handed in already."""
    owner, day = owner_of(subject, sheet.code), day_of(instant(at))
    with transaction.atomic():
        told = drafts.take(by=by, at=at, owner=owner)
        if told is None:
            return False
        photos = attachments.seal(by=by, at=at, owner=owner)
        payload: dict[str, Scalar] = {
            "title": sheet.title,
            "questions": len(sheet.questions),
            "gaps": sum(told.get(one.id) == "NO" for one in sheet.questions),
            "told": "；".join(
                f"{one.ask}：{plain(one, told)}" for one in sheet.questions if one.type != "TEXT"
            ),
            "photos": len(photos),
            "next_on": (day + timedelta(days=sheet.again_after_days)).isoformat(),
        }
        words = "；".join(filter(None, (_words(one, told) for one in sheet.questions)))
        if words:
            payload["remarks"] = words
        record(by, at, NewFact(DONE, subject, at, payload, sheet.code))
        use(by, at, sheets_at(at).version, sheet.code, subject)
    return True


def plain(question: Question, told: Mapping[str, str]) -> str:
    """What was answered, as people read it."""
    value = told.get(question.id, "")
    if question.type == "YES_NO":
        return ANSWERED.get(value, "—")
    return f"{value}{question.unit if value else ''}" or "—"


def _words(question: Question, told: Mapping[str, str]) -> str:
    free = told.get(question.id, "") if question.type == "TEXT" else told.get(f"{question.id}.plan", "")
    return f"{question.ask}：{free}" if free else ""
