"""Versions of the rules played over a past period, as known then, for any part of the register."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from zhunsheng.core.actors import Viewer
from zhunsheng.core.clock import instant
from zhunsheng.core.facts import Fact, in_force
from zhunsheng.core.reporting.impact import Hit
from zhunsheng.core.reporting.parts import Part
from zhunsheng.core.reporting.precision import kinds_of, results_of
from zhunsheng.core.reporting.profiles import Profile
from zhunsheng.core.rules.tree import Pack
from zhunsheng.engine.closed import counted, place_of, replay_closed
from zhunsheng.engine.replay import Touches
from zhunsheng.engine.tracking import TouchEvent
from zhunsheng.engine.versions import Course
from zhunsheng.judging.portraits import queries as portraits
from zhunsheng.registers.registry import queries as registry
from zhunsheng.sensing.signals import queries as signals
from zhunsheng.workflows.classifying import names_by, telling
from zhunsheng.workflows.profiling import Asked, Register

SUBJECTS_AT_ONCE = 500
Events = list[tuple[str, TouchEvent]]


def next_group(viewer: Viewer, asked: Asked, after: str) -> list[str]:
    """The next businesses behind a key, in order; none at the end."""
    return signals.told_of_whom(
        viewer=viewer,
        known_at=asked.end,
        after=after,
        rows_max=SUBJECTS_AT_ONCE,
        among=asked.chosen.subjects or None,
    )


def play(
    viewer: Viewer, packs: Sequence[Pack | Course], asked: Asked, group: Sequence[str]
) -> tuple[Part, Events]:
    """Play each version over one group of businesses; with all events of the first version."""
    world = signals.world(viewer=viewer, known_at=asked.end)
    stored = telling(portraits.held(viewer=viewer, subjects=group, until=asked.end))
    register = Register(asked.start, asked.end, names_by(stored))
    told = dict(signals.timelines(viewer=viewer, known_at=asked.end, subjects=group))
    cards = registry.cards(viewer=viewer, keys=told)
    placed = {s: register.place(asked.chosen, s, cards.get(s), own) for s, own in told.items()}
    chosen = {s: profile for s, profile in placed.items() if profile is not None}
    facts = [fact for s in chosen for fact in told[s]]
    found = [replay_closed(p, facts, world, register.start, register.end) for p in packs]
    touched = {s for touches in found for s, events in touches.items() if counted(events)}
    later = dict(signals.told_of(viewer=viewer, subjects=touched, kinds=kinds_of(asked.outcomes)))
    later = {s: list(in_force(own, instant(asked.known_at))) for s, own in later.items()}
    read = (*world, *facts, *(fact for own in later.values() for fact in own))
    digest = hashlib.sha256("".join(f"{f.fact_id} {f.recorded_at}\n" for f in read).encode()).hexdigest()
    who = {s: partial(register.profile, s, cards.get(s), told[s]) for s in chosen}
    items = [(p if isinstance(p, Course) else Course.of(p)).items for p in packs]
    hits = [list(_hits(*told, who, later, asked.outcomes)) for told in zip(items, found, strict=True)]
    return Part(chosen, hits, digest), [(s, e) for s, own in sorted(found[0].items()) for e in own]


def _hits(
    items: Mapping[str, str],
    told: Touches,
    who: Mapping[str, Callable[[int], Profile]],
    later: Mapping[str, Sequence[Fact]],
    outcomes: Mapping[str, Any],
) -> Iterator[Hit]:
    for subject, events in sorted(told.items()):
        for e in counted(events):
            results = results_of(outcomes, place_of(e.point, e.object), e.at, later.get(subject, ()))
            item, profile = items[e.point], who[subject](e.at)
            yield Hit(e.at, subject, item, e.point, e.object, e.colour.value, profile, results)
