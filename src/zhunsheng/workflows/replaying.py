"""Versions of the rules played over a past period, as known then, for any part of the register."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any

from zhunsheng.core.actors import Viewer
from zhunsheng.core.clock import instant
from zhunsheng.core.facts import Fact, in_force
from zhunsheng.core.reporting.impact import Hit
from zhunsheng.core.reporting.precision import kinds_of, results_of
from zhunsheng.core.reporting.profiles import Profile
from zhunsheng.core.rules.tree import Pack
from zhunsheng.engine.closed import counted, place_of, replay_closed
from zhunsheng.engine.replay import Touches
from zhunsheng.engine.tracking import PointIndex, TouchEvent
from zhunsheng.registers.registry import queries as registry
from zhunsheng.sensing.signals import queries as signals
from zhunsheng.workflows.profiling import Asked, Register

SUBJECTS_AT_ONCE = 500


@dataclass(slots=True)
class Replayed:
    """What came of it: per version its touches and all events; who was chosen; a hash of the facts read."""

    hits: list[list[Hit]]
    events: list[list[tuple[str, TouchEvent]]]
    register: dict[str, Profile] = field(default_factory=dict)
    digest: Any = field(default_factory=hashlib.sha256)


def replay_packs(
    viewer: Viewer, packs: Sequence[Pack], asked: Asked, tell: Callable[[int], None]
) -> Replayed:
    """Play each version over the same facts; `tell` hears how many more businesses are done."""
    done = Replayed([[] for _ in packs], [[] for _ in packs])
    world = signals.world(viewer=viewer, known_at=asked.end)
    register = Register(asked.start, asked.end)
    timelines = signals.timelines(viewer=viewer, known_at=asked.end, subjects=asked.chosen.subjects or None)
    while part := dict(islice(timelines, SUBJECTS_AT_ONCE)):
        cards = registry.cards(viewer=viewer, keys=part)
        placed = {s: register.place(asked.chosen, cards.get(s), own) for s, own in part.items()}
        done.register |= {s: profile for s, profile in placed.items() if profile is not None}
        facts = [fact for s, own in part.items() if placed[s] is not None for fact in own]
        found = [replay_closed(p, facts, world, register.start, register.end) for p in packs]
        touched = {s for told in found for s, events in told.items() if counted(events)}
        later = dict(signals.told_of(viewer=viewer, subjects=touched, kinds=kinds_of(asked.outcomes)))
        later = {s: list(in_force(own, instant(asked.known_at))) for s, own in later.items()}
        read = (*world, *facts, *(fact for own in later.values() for fact in own))
        done.digest.update("".join(f"{f.fact_id} {f.recorded_at}\n" for f in read).encode())
        for pack, told, hits, events in zip(packs, found, done.hits, done.events, strict=True):
            events += [(s, e) for s, own in sorted(told.items()) for e in own]
            who = {s: partial(register.profile, cards.get(s), part[s]) for s in told}
            hits += _hits(PointIndex.of(pack), told, who, later, asked.outcomes)
        tell(len(part))
    return done


def _hits(
    index: PointIndex,
    told: Touches,
    who: Mapping[str, Callable[[int], Profile]],
    later: Mapping[str, Sequence[Fact]],
    outcomes: Mapping[str, Any],
) -> Iterator[Hit]:
    for subject, events in sorted(told.items()):
        for e in counted(events):
            results = results_of(outcomes, place_of(e.point, e.object), e.at, later.get(subject, ()))
            item, profile = index.items[e.point], who[subject](e.at)
            yield Hit(e.at, subject, item, e.point, e.object, e.colour.value, profile, results)
