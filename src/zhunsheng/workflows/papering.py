"""What the loop says is on paper too: a reminder is an issued document, drawn when somebody asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.clock import day_of, instant
from zhunsheng.core.rules.tree import TriggerPoint
from zhunsheng.foundation.documents.actions import issuing
from zhunsheng.foundation.documents.actions.drafting import NewDocument
from zhunsheng.foundation.documents.queries import documents
from zhunsheng.judging.triggers.queries import TouchCard
from zhunsheng.workflows.citing import LawOfTheDay
from zhunsheng.workflows.drafting import organ_of, recipient_of
from zhunsheng.workflows.keeping import point_of
from zhunsheng.workflows.terms import document_terms

BY = Actor.service("paper")
VIEWER = Viewer.bureau(BY.key)
REMINDER = "reminder"
READ = frozenset({"VERIFIED"})


def law_of_the_day(at: datetime) -> LawOfTheDay:
    """What the papers of one batch cite."""
    return LawOfTheDay(day_of(instant(at)), document_terms())


def remind(touch: TouchCard, subject: str, law: LawOfTheDay, at: datetime) -> None:
    """The reminder as an issued document, once a touch; its pages are drawn when somebody asks for them."""
    if documents.listing(viewer=VIEWER, owner=owner_of(touch.id), kind=REMINDER, rows_max=1):
        return
    _, point = point_of(touch.point, touch.pack_hash)
    values = {
        "matter": matter_of(touch, point),
        "risk": point.risk_zh,
        "reply_by": touch.reply_due_on,
        "why": touch.reply_why,
        "basis": read_law(point),
    }
    issue_paper(REMINDER, touch, subject, values, law, at)


def owner_of(touch_id: int) -> str:
    """Under which name the papers of a touch are kept."""
    return f"touch:{touch_id}"


def matter_of(touch: TouchCard, point: TriggerPoint) -> str:
    """What the touch is about, as letters name it."""
    return f"{point.name_zh}{f'（{touch.object}）' if touch.object else ''}"


def read_law(point: TriggerPoint) -> list[dict[str, str]]:
    """Only law that somebody has read goes into a document."""
    return [{"law": b.law, "article": b.article} for b in point.basis if b.status in READ]


def issue_paper(
    kind: str, touch: TouchCard, subject: str, values: Mapping[str, object], law: LawOfTheDay, at: datetime
) -> None:
    """An automatic document about a touch, in one go."""
    terms, owner = law.terms, owner_of(touch.id)
    clauses = law.clauses_of(terms.template(kind, law.on), values)
    new = NewDocument(kind, organ_of(subject, terms), owner, recipient_of(subject), values, law.on)
    issuing.issue_new(by=BY, at=at, new=new, clauses=clauses, terms=terms)
