"""An objection: read, taken, and marked at once; both of its clocks stand in the one queue."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.db import transaction

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.clock import day_of
from zhunsheng.core.contracts import FactContract, FieldContract
from zhunsheng.core.facts import Fact, Scalar
from zhunsheng.engine.library import open_library
from zhunsheng.foundation.attachments import actions as attachments
from zhunsheng.foundation.schedule.actions import deadlines
from zhunsheng.foundation.schedule.actions.deadlines import Matter
from zhunsheng.registers.registry import queries as registry
from zhunsheng.sensing.objections import actions as objections
from zhunsheng.sensing.objections.proposals import ObjectionError, Values, files_of, open_fields, typed
from zhunsheng.sensing.signals import queries as facts
from zhunsheng.sensing.signals.register_rows import lookups
from zhunsheng.workflows.terms import clock_terms

VIEWER = Viewer.bureau("objecting")
MARK, DECIDE = "credit.mark", "credit.objection"


def fact_of(subject: str, fact_id: str) -> tuple[Fact, FactContract]:
    """A fact of a subject's file with its contract; ObjectionError when there is none."""
    fact = next((f for f in facts.timeline(viewer=VIEWER, subject=subject) if f.fact_id == fact_id), None)
    contract = open_library(settings.PACKS).contracts.get(fact.kind) if fact else None
    if fact is None or contract is None:
        raise ObjectionError("没有这条记录")
    return fact, contract


def fields_of(contract: FactContract) -> list[FieldContract]:
    """In which fields of a record another value may be proposed."""
    hidden = open_library(settings.PACKS).policy("zhunsheng.own-file-policy/1")["hidden_fields"]
    return open_fields(contract, hidden)


def read(
    fact: Fact, contract: FactContract, told: Mapping[str, str]
) -> tuple[dict[str, Scalar], dict[str, str]]:
    """What was written as values, and field → what is wrong with it."""
    return typed(fields_of(contract), told, lookups(VIEWER), day_of(fact.occurred_at))


def file(
    *, by: Actor, at: datetime, fact_id: str, reason: str, proposed: Values = objections.NO_VALUES
) -> int:
    """Take the objection, start both clocks and meet the first: the mark is there in the same commit."""
    fact, contract = fact_of(by.key, fact_id)
    subject = registry.get(viewer=VIEWER, key=by.key)
    if subject is None:
        raise ObjectionError("没有这条记录")
    terms = clock_terms()
    with transaction.atomic():
        number = objections.file(by=by, at=at, fact=fact, reason=reason, contract=contract, proposed=proposed)
        attachments.seal(by=by, at=at, owner=files_of(fact_id))
        for clock in (MARK, DECIDE):
            handler, matter = subject.officer or subject.station, f"objection:{number}"
            of = Matter(f"{clock}:{number}", matter, subject.name, handler, subject.key)
            deadlines.open_deadline(by=by, at=at, of=of, clock=clock, started_at=at, terms=terms)
        deadlines.meet(by=by, at=at, key=f"{MARK}:{number}", met_at=at, terms=terms)
    return number
