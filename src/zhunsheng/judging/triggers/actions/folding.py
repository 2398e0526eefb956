"""Folding subjects' time: judge, remember, and turn what tracking tells into touches."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from zhunsheng.core.actors import Actor
from zhunsheng.core.clock import SHANGHAI, instant, moment
from zhunsheng.core.deadlines import WorkCalendar
from zhunsheng.core.facts import Fact
from zhunsheng.core.rules.tree import Pack
from zhunsheng.engine.judgement import Judgement
from zhunsheng.engine.single import judge_by
from zhunsheng.engine.tracking import Advance, Key, PointState, TouchEvent
from zhunsheng.engine.versions import Shown, Sight, advance_bound, shown_to
from zhunsheng.foundation import bulk
from zhunsheng.foundation.evidence import actions as evidence
from zhunsheng.judging.triggers.actions.pages import MACHINE_NAME, Look, Pages
from zhunsheng.judging.triggers.lifecycle import Step, TouchState, after
from zhunsheng.judging.triggers.memory import from_json, to_json
from zhunsheng.judging.triggers.models import SubjectMemory, Touch, TouchStep
from zhunsheng.sensing.signals.new_facts import NewFact

Former = Callable[[str], Pack | None]
States = Mapping[Key, PointState]


@dataclass(frozen=True, slots=True)
class Folded:
    """What one look at a subject did: the judgement, new touches, those put right, facts, the next look."""

    judgement: Judgement
    events: tuple[TouchEvent, ...]
    opened: tuple[int, ...]
    ended: tuple[int, ...]
    facts: tuple[NewFact, ...]
    next_due_at: datetime | None


def fold(
    *,
    by: Actor,
    at: datetime,
    timelines: Sequence[tuple[str, Sequence[Fact]]],
    pack: Pack,
    world: Sequence[Fact],
    calendar: WorkCalendar,
    former: Former,
    snoozed: Mapping[str, Mapping[str, int]],
    items: bool = True,
) -> list[Folded]:
    """Judge subjects at an instant, with what is known then, and fold the results into their memories.

    `timelines`: (subject, its facts), no subject twice; the answers stand in their order. `former` gives
    an earlier pack by its hash: open touches that began under it are judged with it.
    `snoozed`: by subject the points that start nothing now, and the snooze of each.
    Without `items` the judgements need not say how their sums come about.
    """
    at = at.astimezone(SHANGHAI)
    as_of = instant(at)
    judged = judge_by(pack).judge_many(timelines, world, as_of, items=items)
    with transaction.atomic():
        known = _memories([subject for subject, _ in timelines])
        bound = _bound(list(known), pack, former)
        told = [
            _advanced(
                pack,
                judgement,
                bound.get(subject, {}),
                Sight(subject, facts, world, as_of),
                known.get(subject, {}),
                snoozed.get(subject, {}).keys(),
            )
            for judgement, (subject, facts) in zip(judged, timelines, strict=True)
        ]
        news = {subject: advance for (subject, _), advance in zip(timelines, told, strict=True)}
        _remember(at, known, news)
        pages = Pages(
            Look(by, at, pack, calendar, snoozed), {s: a.events for s, a in news.items() if a.events}
        )
        pages.write()
    return [
        Folded(
            judgement,
            advance.events,
            *pages.outcome(judgement.subject),
            _soonest(judgement.next_due, advance.next_due),
        )
        for judgement, advance in zip(judged, told, strict=True)
    ]


def _advanced(
    pack: Pack,
    judgement: Judgement,
    bound: Mapping[Key, Pack],
    sight: Sight,
    states: States,
    snoozed: AbstractSet[str],
) -> Advance:
    again = shown_to(sight)

    def shown(its: Pack) -> Shown:
        return (judgement.points, judgement.next_due) if its is pack else again(its)

    return advance_bound(pack, bound, sight, states, shown, snoozed)


def _soonest(*instants: int | None) -> datetime | None:
    due = min((t for t in instants if t is not None), default=None)
    return None if due is None else moment(due)


def _memories(subjects: Sequence[str]) -> dict[str, States]:
    """What is remembered of those of whom anything is; their rows are locked, always in one order."""
    rows = (
        SubjectMemory.objects.select_for_update().filter(bulk.among("subject", subjects)).order_by("subject")
    )
    return {subject: from_json(states) for subject, states in rows.values_list("subject", "states")}


def _remember(at: datetime, known: Mapping[str, States], told: Mapping[str, Advance]) -> None:
    """Write the memories that changed. Who was never touched and is not has none."""
    fresh = [s for s, advance in told.items() if s not in known and advance.states]
    moved = [s for s in known if s in told and told[s].states != known[s]]
    rows = {
        s: SubjectMemory(subject=s, states=to_json(told[s].states), folded_to=at) for s in (*fresh, *moved)
    }
    SubjectMemory.objects.bulk_create([rows[s] for s in fresh], batch_size=1_000)
    SubjectMemory.objects.bulk_create(
        [rows[s] for s in moved],
        batch_size=1_000,
        update_conflicts=True,
        unique_fields=["subject"],
        update_fields=["states", "folded_to"],
    )


def _bound(subjects: Sequence[str], pack: Pack, former: Former) -> dict[str, dict[Key, Pack]]:
    """By subject its open touches that began under another pack, each with it; one never kept is let go."""
    rows = Touch.objects.filter(bulk.among("subject", subjects)).exclude(state=TouchState.NORMAL.value)
    columns = ("subject", "point", "object", "pack_hash")
    told: dict[str, dict[Key, Pack]] = {}
    for subject, point, thing, name in rows.exclude(pack_hash=pack.content_hash).values_list(*columns):
        its = former(name)
        if its is not None:
            told.setdefault(subject, {})[(point, thing)] = its
    return told


def take_step(*, by: Actor, at: datetime, touch: Touch, step: Step, reason: str = "") -> None:
    """Move a touch by one step of the table, with its trace; refused if the table does not know it."""
    touch.state = after(TouchState(touch.state), step).value
    touch.ended_at = at if touch.state == TouchState.NORMAL else None
    touch.save(update_fields=["state", "ended_at", "rested_from", "rested_at"])
    name = by.name or MACHINE_NAME
    TouchStep.objects.create(touch=touch, step=step.value, at=at, by_name=name, reason=reason)
    detail = {"step": step.value, "to": touch.state, "why": reason}
    evidence.record(by=by, at=at, action="TOUCH_STEP", target=f"touch:{touch.id}", detail=detail)
