"""Enrolment: given to the milder classes item by item, given up, lost; each change is a fact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.engine.library import open_library
from zhunsheng.judging.portraits import queries as classes
from zhunsheng.judging.triggers.actions import enrolment
from zhunsheng.sensing.signals import actions as signals
from zhunsheng.sensing.signals.new_facts import NewFact
from zhunsheng.workflows.ruling import rules_at
from zhunsheng.workflows.terms import trigger_policy

BY = Actor.service("enrol")
VIEWER = Viewer.bureau(BY.key)


class NotPublishedError(LookupError):
    """The item is not on the published list, or needs no enrolment."""


def enrol(at: datetime, wanted: Mapping[str, Sequence[str]]) -> int:
    """Enrol many (subject → items) where their class allows, not announced one by one; how many."""
    facts = _enrol(BY, at, wanted)
    _write(BY, at, facts, announce=False)
    return len(facts)


def apply_for(by: Actor, at: datetime, subject: str, items: Sequence[str]) -> int:
    """A business applies, also again after a revocation has run out; it is judged at once. How many items."""
    open_to = {item.id for item in rules_at(at).pack.items if item.enrolment_needed}
    strange = sorted(set(items) - open_to)
    if strange:
        raise NotPublishedError(f"事项 {'、'.join(strange)} 未列入可登记的事项清单")
    with transaction.atomic():
        facts = _enrol(by, at, {subject: items})
        _write(by, at, facts, announce=True)
    return len(facts)


def _enrol(by: Actor, at: datetime, wanted: Mapping[str, Sequence[str]]) -> list[NewFact]:
    names = classes.class_names(viewer=VIEWER)
    pairs = [(s, item, names[s]) for s, items in sorted(wanted.items()) if s in names for item in items]
    return enrolment.enrol(by=by, at=at, wanted=pairs, policy=trigger_policy())


def leave(by: Actor, at: datetime, subject: str, item: str, reason: str) -> None:
    """A business gives its enrolment up, without any disadvantage."""
    with transaction.atomic():
        facts = enrolment.leave(by=by, at=at, subject=subject, item=item, reason=reason)
        _write(by, at, facts, announce=True)


def end_where_class_fell(at: datetime) -> int:
    """After a run: enrolments end where the class no longer allows them and no observation runs; how many."""
    names = classes.class_names(viewer=VIEWER)
    facts = enrolment.end_where_class_fell(by=BY, at=at, classes=names, policy=trigger_policy())
    _write(BY, at, facts, announce=True)
    return len(facts)


def _write(by: Actor, at: datetime, facts: list[NewFact], *, announce: bool) -> None:
    contracts = open_library(settings.PACKS).contracts
    signals.record_facts(by=by, at=at, facts=facts, source="judging", contracts=contracts, announce=announce)
