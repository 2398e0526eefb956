"""A document relies on law: each reference becomes the text in force on the day of the act."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.conf import settings

from zhunsheng.core.actors import Viewer
from zhunsheng.core.documents.clauses import Clause, clause_key
from zhunsheng.core.documents.composing import accepted, laws_of
from zhunsheng.core.documents.template import Template
from zhunsheng.engine.lawfiles import law_records
from zhunsheng.foundation.documents.lifecycle import DocumentStepError
from zhunsheng.foundation.documents.terms import DocumentTerms
from zhunsheng.registers.statutes.queries.barred import barred
from zhunsheng.registers.statutes.queries.clauses import clause

VIEWER = Viewer.bureau("cite")


def clauses_of(
    template: Template, values: Mapping[str, object], on: date, terms: DocumentTerms
) -> dict[str, Clause]:
    """Every law that the values refer to, as it stood on the day of the act."""
    return LawOfTheDay(on, terms).clauses_of(template, values)


class LawOfTheDay:
    """Law as it stood on one day, for many documents of that day: each clause is looked up once."""

    def __init__(self, on: date, terms: DocumentTerms) -> None:
        self.on, self.terms = on, terms
        self._found: dict[str, Clause] = {}

    def clauses_of(self, template: Template, values: Mapping[str, object]) -> dict[str, Clause]:
        """Every law that the values refer to."""
        records, missing = law_records(settings.PACKS), self.terms.catalogue.missing_text_zh
        told = {}
        for one in laws_of(template, accepted(template, values)):
            key = clause_key(one)
            if key not in self._found:
                self._found[key] = clause(
                    viewer=VIEWER, **one, on=self.on, records=records, missing_zh=missing
                )
            told[key] = self._found[key]
        return told


def refuse_barred(template: Template, values: Mapping[str, object], on: date) -> None:
    """DocumentStepError with the cure when a person relies on law that was not in force on that day."""
    names = [one["law"] for one in laws_of(template, accepted(template, values))]
    found = barred(viewer=VIEWER, names=names, on=on, records=law_records(settings.PACKS))
    if found:
        raise DocumentStepError("；".join(one.words(on) for one in found.values()))
