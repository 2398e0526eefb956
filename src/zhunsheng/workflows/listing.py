"""The registry's lists follow the facts: rows enter them, and an undone import leaves them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Mapping, Sequence

from django.db import transaction

from zhunsheng.core.actors import Actor
from zhunsheng.core.clock import instant
from zhunsheng.core.contracts import ContractSet
from zhunsheng.core.facts import Scalar
from zhunsheng.core.presets.targets import MAIN, Target
from zhunsheng.registers.registry import actions as registry
from zhunsheng.registers.registry import queries as registers
from zhunsheng.registers.registry.facts import LIST_KINDS, belonging_record, subject_record
from zhunsheng.sensing.signals import actions as signals
from zhunsheng.sensing.signals import queries as stored
from zhunsheng.sensing.signals.standing import LastWords
from zhunsheng.workflows.tallying import VIEWER

TARGETS = {kind: target for target, kind in LIST_KINDS.items()}


def enlist(
    target: Target, rows: Sequence[Mapping[str, Scalar]], words: LastWords, *, by: Actor, at: dt.datetime
) -> None:
    """Bring today's lists to what is said in force about the subjects and things of a table."""
    for values in rows:
        if target is Target.SUBJECTS:
            _follow(str(values["subject"]), words, values, by=by, at=at)
        else:
            registry.record_belonging(by=by, at=at, record=belonging_record(target, values))


def _follow(
    key: str,
    words: LastWords,
    beside: Mapping[str, Scalar],
    *,
    by: Actor,
    at: dt.datetime,
    undone: Container[str] = (),
) -> None:
    said = words.before(key, "REGISTRATION", "", at.date())
    if said is None:
        registry.withdraw(by=by, at=at, keys=[key], reason="登记事实已撤回")
        return
    state = words.last(key, "SUBJECT_STATE", "", at.date())
    known = {name: beside.get(name) for name in ("old_number", "station", "phone")}
    # Facts that were told without a name leave the name that the list has.
    listed = [] if said.get("name") else registers.borne_names(viewer=VIEWER, key=key)
    told = [name for name in listed if name not in undone] or listed
    record = subject_record({**known, "name": told[0] if told else "", **said, "subject": key}, state)
    registry.follow_facts(by=by, at=at, record=record)


def undo(*, batch: str, by: Actor, at: dt.datetime, contracts: ContractSet) -> int:
    """Take a batch back: its facts are retracted, and the lists say again what the remaining facts say."""
    with transaction.atomic():
        touched = stored.objects_of_batch(viewer=VIEWER, key=batch)
        count = signals.undo_batch(by=by, at=at, batch=batch, contracts=contracts)
        subjects, kinds = {subject for subject, _, _ in touched}, {*MAIN.values(), "SUBJECT_STATE"}
        told = stored.told_of(viewer=VIEWER, subjects=subjects, kinds=kinds)
        words = LastWords.read(told, instant(at))
        names = {key: {str(f.payload.get("name")) for f in own} for key, own in told}
        for key in sorted({s for s, kind, _ in touched if kind in {"REGISTRATION", "SUBJECT_STATE"}}):
            _follow(key, words, {}, by=by, at=at, undone=names.get(key, ()))
        things = [one for one in touched if one[1] in LIST_KINDS.values()]
        lost = [one for one in things if words.before(*one, at.date()) is None]
        registry.withdraw_belongings(by=by, at=at, numbers=lost, reason=batch)
        for key, kind, number in (one for one in things if one not in lost):
            said = words.before(key, kind, number, at.date()) or {}
            record = belonging_record(TARGETS[kind], {**said, "subject": key, "number": number})
            registry.follow_belonging(by=by, at=at, record=record)
    return count
