"""A self-check: the saved sheet becomes a fact with its photos, once; a blank one is drawn for paper.

What the business says counts for nothing against it: no rule may read `gaps` or what was told (M06, tested).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.clock import day_of, instant
from zhunsheng.core.documents.composing import Content, Frame, accepted, compose
from zhunsheng.core.facts import Fact, Scalar
from zhunsheng.core.statutes.guidance import Question, Sheet
from zhunsheng.foundation.attachments import actions as attachments
from zhunsheng.foundation.drafts import actions as drafts
from zhunsheng.registers.registry.queries import SubjectCard
from zhunsheng.sensing.signals import queries as stored
from zhunsheng.sensing.signals.new_facts import NewFact
from zhunsheng.workflows.drafting import organ_of
from zhunsheng.workflows.guiding import record, sheets_at, use
from zhunsheng.workflows.terms import document_terms

VIEWER = Viewer.bureau("self-checking")
DONE, PAPER = "SELF_CHECK_DONE", "self_check"
ANSWERED = {"YES": "是", "NO": "否", "NA": "不适用"}


@dataclass(frozen=True, slots=True)
class Handed:
    """A self-check that was handed in: its number, when, the next proposed day, what was told."""

    number: str
    at: int
    next_on: date
    told: str


def owner_of(subject: str, code: str) -> str:
    """Under which name the draft and the photos of a sheet are kept."""
    return f"self:{subject}:{code}"


def handed_in(subject: str, code: str) -> Handed | None:
    """The last self-check of a sheet."""
    told = stored.timeline(viewer=VIEWER, subject=subject)
    rows = [fact for fact in told if fact.kind == DONE and fact.object == code]
    return _handed(max(rows, key=lambda fact: fact.order)) if rows else None


def _handed(fact: Fact) -> Handed:
    payload = fact.payload
    day = f"{day_of(fact.occurred_at):%Y%m%d}"
    number = f"{day}-{fact.fact_id.replace('-', '')[:6].upper()}"
    return Handed(
        number,
        fact.occurred_at,
        date.fromisoformat(str(payload["next_on"])),
        str(payload["told"]),
    )


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


def paper_of(*, subject: SubjectCard, sheet: Sheet, return_by: date, at: datetime) -> Content:
    """The blank sheet for the printer, by the bureau's document template; not issued, no number."""
    terms = document_terms()
    template = terms.catalogue.template(PAPER)
    asked = [f"{one.ask}{f'（{one.unit}）' if one.unit else ''}" for one in sheet.questions]
    values = accepted(
        template, {"matter": sheet.title, "questions": asked, "return_by": return_by.isoformat()}
    )
    frame = Frame(
        organ=terms.organ_name(organ_of(subject.key, terms)),
        contact=terms.contact,
        recipient=subject.name,
        recipient_code=subject.key,
        issued_on=day_of(instant(at)),
    )
    return compose(template, values, {}, frame)
