"""A blank self-check sheet for the printer, by the template of the bureau, neither issued nor numbered."""

from __future__ import annotations

from datetime import date, datetime

from zhunsheng.core.clock import day_of, instant
from zhunsheng.core.documents.composing import Content, Frame, accepted, compose
from zhunsheng.core.statutes.guidance import Sheet
from zhunsheng.registers.registry.queries import SubjectCard
from zhunsheng.workflows.drafting import organ_of
from zhunsheng.workflows.terms import document_terms

PAPER = "self_check"


def paper_of(*, subject: SubjectCard, sheet: Sheet, return_by: date, at: datetime) -> Content:
    """The blank sheet for the printer, by the bureau's document template; not issued, no number."""
    terms = document_terms()
    template = terms.template(PAPER, day_of(instant(at)))
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
