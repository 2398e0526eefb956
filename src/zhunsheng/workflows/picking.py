"""An officer picks a clause for a draft: the reference is bound to the text of the day of the act."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.conf import settings

from zhunsheng.core.actors import Actor
from zhunsheng.core.clock import day_of, instant
from zhunsheng.core.documents.clauses import clause_key
from zhunsheng.core.documents.fields import FieldType
from zhunsheng.engine.lawfiles import law_records
from zhunsheng.foundation.documents.lifecycle import DocumentStepError
from zhunsheng.foundation.documents.queries import documents
from zhunsheng.foundation.documents.queries.documents import DocumentFile
from zhunsheng.registers.statutes.queries.clauses import clause
from zhunsheng.workflows.citing import VIEWER, refuse_barred
from zhunsheng.workflows.drafting import again


def day_of_act(file: DocumentFile, at: datetime) -> date:
    """The day whose law counts for a document."""
    return file.acted_on or day_of(instant(at))


def pick(
    *, by: Actor, at: datetime, document_id: int, field: str, law: str, article: str, seen: date
) -> None:
    """Add a clause to a field of a draft. `seen` is the first day of the text that the officer looked at.

    DocumentStepError when the law is not in force that day, has no such place, or has another text by now.
    """
    file, told = _field(document_id, field)
    reference = {"law": law, "article": article}
    on = day_of_act(file, at)
    values = {**file.values, field: [*told, reference]}
    refuse_barred(file.template, values, on)
    found = clause(viewer=VIEWER, **reference, on=on, records=law_records(settings.PACKS), missing_zh="")
    if not found.text:
        raise DocumentStepError(f"法律库里没有{found.words}在 {on} 有效的文本，请核对条、款、项")
    if found.valid_from != seen:
        raise DocumentStepError(f"{found.words}在 {on} 有效的文本换过了，请重新查找后再选")
    # The same place under another name of the law (short, full) is the same clause.
    if found.words not in {file.clauses[clause_key(one)].words for one in told}:
        again(by=by, at=at, document_id=document_id, values=values)


def drop(*, by: Actor, at: datetime, document_id: int, field: str, key: str) -> None:
    """Take a clause out of a field of a draft again."""
    file, told = _field(document_id, field)
    left = [one for one in told if clause_key(one) != key]
    if len(left) != len(told):
        again(by=by, at=at, document_id=document_id, values={**file.values, field: left})


def _field(document_id: int, field: str) -> tuple[DocumentFile, list[dict[str, Any]]]:
    file = documents.document(viewer=VIEWER, document_id=document_id)
    if file is None or field not in law_fields(file):
        raise DocumentStepError("没有这个条文字段")
    return file, list(file.values.get(field, ()))


def law_fields(file: DocumentFile) -> dict[str, str]:
    """Fields of a document that hold law, with their words."""
    fields = file.template.fields.items()
    return {name: told.name_zh for name, told in fields if told.type is FieldType.LAW}
