"""Classes: everybody judged as of one instant; one subject at once on a veto, or again on late data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.clock import instant, moment
from zhunsheng.core.rules.tree import Pack
from zhunsheng.engine.fast.batch import judge_batch
from zhunsheng.engine.fast.columns import FactColumns
from zhunsheng.engine.judgement import Judgement
from zhunsheng.engine.single import judge_by
from zhunsheng.foundation.outbox.actions import Together
from zhunsheng.judging.portraits import actions as portraits
from zhunsheng.judging.portraits import queries as classes
from zhunsheng.judging.portraits.lifecycle import RunState
from zhunsheng.sensing.signals import queries as told
from zhunsheng.workflows.ruling import rules_at
from zhunsheng.workflows.terms import trigger_policy

BY = Actor.service("class-run")
VIEWER = Viewer.bureau(BY.key)


def judge_all(as_of: datetime, known_at: datetime, subjects: Sequence[str] | None = None) -> list[Judgement]:
    """Every subject as of an instant, from what was known at another, by the fast engine; or these few."""
    pack, world = rules_at(as_of, known_at).pack, told.world(viewer=VIEWER)
    a, k = instant(as_of), instant(known_at)
    timelines = told.timelines(viewer=VIEWER, subjects=subjects, known_at=known_at)
    if subjects is not None:
        judge = judge_by(pack).judge
        return [judge(subject, facts, world, a, k) for subject, facts in timelines]
    columns = FactColumns.of(fact for _, facts in timelines for fact in facts)
    return list(judge_batch(pack, columns, world, a, k).judgements())


def _pack(judgements: Sequence[Judgement]) -> Pack:
    """The version by which these were judged; they are of one instant and one knowledge."""
    return rules_at(moment(judgements[0].as_of), moment(judgements[0].known_at)).pack


def run_classes(at: datetime, judgements: Sequence[Judgement], cause: str = "MONTHLY") -> RunState:
    """Store a run; it is held when it would move too many (circuit breaker)."""
    pack, limit = _pack(judgements), trigger_policy().class_moved_max_permille
    _, state = portraits.record_run(
        by=BY, at=at, pack=pack, judgements=judgements, cause=cause, moved_max_permille=limit
    )
    return state


def on_at_once(payloads: Sequence[Mapping[str, Any]], at: datetime) -> None:
    """A veto or floor began or ended for these: their class is judged now. The breaker is for crowds."""
    told = judge_all(at, at, [payload["subject"] for payload in payloads])
    portraits.record_run(by=BY, at=at, pack=rules_at(at).pack, judgements=told, cause="VETO")


def on_late(payload: Mapping[str, Any], at: datetime) -> None:
    """Facts about a past that was judged already: judged again as of then, with what is known now.

    The earlier run stays as it is. Nothing is stored when class and sum are the same.
    """
    subject = payload["subject"]
    known = classes.current(viewer=VIEWER, subject=subject)
    if known is None or known.known_at >= at:
        return
    told = judge_all(known.as_of, at, [subject])
    before = (known.class_name, known.score, known.rules)
    if any(
        (m.class_name, m.score, m.rules) != before for j in told for m in j.models if m.model == known.model
    ):
        portraits.record_run(by=BY, at=at, pack=_pack(told), judgements=told, cause="LATE_DATA")


HANDLES = {"class.at_once": Together(on_at_once), "class.late": on_late}
