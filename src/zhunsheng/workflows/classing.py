"""The monthly run: everybody judged as of one instant; who may is enrolled in trigger supervision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.clock import instant
from zhunsheng.engine.fast.batch import judge_batch
from zhunsheng.engine.fast.columns import FactColumns
from zhunsheng.engine.judgement import Judgement
from zhunsheng.engine.library import open_library
from zhunsheng.engine.reference import judge
from zhunsheng.judging.portraits import actions as portraits
from zhunsheng.judging.portraits import queries as classes
from zhunsheng.judging.portraits.lifecycle import RunState
from zhunsheng.judging.triggers.actions import enrolment
from zhunsheng.judging.triggers.policies import TriggerPolicy
from zhunsheng.sensing.signals import actions as signals
from zhunsheng.sensing.signals import queries as told

BY = Actor.service("class-run")
VIEWER = Viewer.bureau(BY.key)


def judge_all(as_of: datetime, known_at: datetime, subjects: Sequence[str] | None = None) -> list[Judgement]:
    """Every subject as of an instant, from what was known at another, by the fast engine; or these few."""
    pack, world = open_library(settings.PACKS).pack, told.world(viewer=VIEWER)
    a, k = instant(as_of), instant(known_at)
    timelines = told.timelines(viewer=VIEWER, subjects=subjects, known_at=known_at)
    if subjects is not None:
        return [judge(pack, subject, facts, world, a, k) for subject, facts in timelines]
    columns = FactColumns.of(fact for _, facts in timelines for fact in facts)
    return list(judge_batch(pack, columns, world, a, k).judgements())


def run_classes(at: datetime, judgements: Sequence[Judgement], cause: str = "MONTHLY") -> RunState:
    """Store a run; it is held when it would move too many (circuit breaker)."""
    library = open_library(settings.PACKS)
    policy = TriggerPolicy.read(library.policy("zhunsheng.trigger-policy/1"))
    limit = policy.class_moved_max_permille
    _, state = portraits.record_run(
        by=BY, at=at, pack=library.pack, judgements=judgements, cause=cause, moved_max_permille=limit
    )
    return state


def on_at_once(payload: Mapping[str, Any], at: datetime) -> None:
    """A veto or floor began or ended for one subject: its class is judged now. The breaker is for crowds."""
    pack = open_library(settings.PACKS).pack
    told = judge_all(at, at, [payload["subject"]])
    portraits.record_run(by=BY, at=at, pack=pack, judgements=told, cause="VETO")


def enrol(at: datetime, wanted: Mapping[str, Sequence[str]]) -> int:
    """Enrol subjects in items (subject → items) where their class in effect allows; how many."""
    library = open_library(settings.PACKS)
    policy = TriggerPolicy.read(library.policy("zhunsheng.trigger-policy/1"))
    pairs = [
        (subject, item, name)
        for name in sorted(policy.enrolment_classes)
        for subject in classes.subjects_of(viewer=VIEWER, classes=frozenset({name}))
        for item in wanted.get(subject, ())
    ]
    facts = enrolment.enrol(by=BY, at=at, wanted=pairs, policy=policy)
    signals.record_facts(
        by=BY, at=at, facts=facts, source="judging", contracts=library.contracts, announce=False
    )
    return len(facts)


HANDLES = {"class.at_once": on_at_once}
