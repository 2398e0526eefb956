"""Versions of a definition one after the other: what has begun under one ends under it (M5), all else is new.

A touch that is open is bound to the pack under which it began: its line, its way to end and its escalation
are judged with that pack. Everything else is judged with the pack in effect at the instant.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cached_property

from zhunsheng.core.facts import Fact
from zhunsheng.core.rules.tree import Pack
from zhunsheng.engine.fast.codes import FAR
from zhunsheng.engine.judgement import PointResult
from zhunsheng.engine.replay import deciding_at
from zhunsheng.engine.single import judge_by
from zhunsheng.engine.tracking import Advance, Key, PointState, advance

# What a pack shows at an instant, and the next instant at which that can change without a new fact.
Shown = tuple[Sequence[PointResult], int | None]
AS_THEN = "AS_THEN"
NO_POINT: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Snooze:
    """A point that starts nothing in [since, until), everywhere or in one division."""

    point: str
    since: int
    until: int
    division: str = ""


@dataclass(frozen=True)
class Course:
    """Which pack judges from which instant on, ascending; the first one from the beginning of time.

    And which points were snoozed when; `divisions` says where a subject lies.
    """

    parts: tuple[tuple[int, Pack], ...]
    snoozes: tuple[Snooze, ...] = ()
    divisions: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, pack: Pack) -> Course:
        """One pack, always."""
        return cls(((-FAR, pack),))

    def at(self, instant: int) -> Pack:
        """The pack in effect: a version judges from the very second at which it takes effect."""
        return next((pack for since, pack in reversed(self.parts) if since <= instant), self.parts[0][1])

    def within(self, start: int, end: int) -> Course:
        """What of it concerns judgements of [start, end]; the first pack is the one in effect at `start`."""
        later = ((since, pack) for since, pack in self.parts if start < since <= end)
        snoozes = tuple(s for s in self.snoozes if s.since <= end and s.until > start)
        return Course(((-FAR, self.at(start)), *later), snoozes, self.divisions)

    def snoozed(self, subject: str, at: int) -> frozenset[str]:
        """The points that start nothing for a subject at an instant."""
        if not self.snoozes:
            return NO_POINT
        here = {"", self.divisions.get(subject, "")}
        return frozenset(s.point for s in self.snoozes if s.since <= at < s.until and s.division in here)

    @cached_property
    def turns(self) -> frozenset[int]:
        """Instants at which somebody may be touched without a new fact: a version begins, a snooze ends."""
        return frozenset({since for since, _ in self.parts} | {s.until for s in self.snoozes})

    @cached_property
    def plain(self) -> bool:
        """Whether one pack judges, and always."""
        return len(self.packs) == 1 and not self.snoozes

    @cached_property
    def packs(self) -> dict[str, Pack]:
        """Every pack of it by its hash."""
        return {pack.content_hash: pack for _, pack in self.parts}

    @cached_property
    def items(self) -> dict[str, str]:
        """Point → item, by the last pack that knows the point."""
        return {point.id: i.id for _, pack in self.parts for i in pack.items for point in i.points}

    @property
    def version(self) -> str:
        """What a report calls it: the version of its only pack, or a word for 'what was in effect then'."""
        return self.parts[0][1].version if self.plain else AS_THEN

    @property
    def content_hash(self) -> str:
        """The hash of its only pack, or of all of it."""
        if self.plain:
            return self.parts[0][1].content_hash
        told = "\n".join(
            (
                *(f"{since} {pack.content_hash}" for since, pack in self.parts),
                *(f"{s.point} {s.since} {s.until} {s.division}" for s in self.snoozes),
            )
        )
        return hashlib.sha256(told.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Sight:
    """What there is to see of a subject at an instant."""

    subject: str
    facts: Sequence[Fact]
    world: Sequence[Fact]
    as_of: int


def shown_to(sight: Sight) -> Callable[[Pack], Shown]:
    """What a pack shows of a subject, judged as a running system judges it."""

    def shown(pack: Pack) -> Shown:
        told = judge_by(pack).judge(sight.subject, sight.facts, sight.world, sight.as_of, sight.as_of)
        return told.points, told.next_due

    return shown


def advance_bound(
    pack: Pack,
    bound: Mapping[Key, Pack],
    sight: Sight,
    states: Mapping[Key, PointState],
    shown: Callable[[Pack], Shown],
    snoozed: AbstractSet[str] = NO_POINT,
) -> Advance:
    """All points folded in: bound ones by their own pack, the others by `pack`, the one in effect.

    `snoozed`: the points that start nothing now. What is bound runs already and goes on.
    """
    points, due = shown(pack)
    free = [r for r in points if (r.point, r.object) not in bound]
    rest = {key: state for key, state in states.items() if key not in bound}
    told = _advance(pack, free, rest, sight, snoozed)
    merged, events, dues = dict(told.states), list(told.events), [due, told.next_due]
    for former in {id(p): p for p in bound.values()}.values():
        keys = {key for key, its in bound.items() if its is former}
        points, due = shown(former)
        results = [r for r in points if (r.point, r.object) in keys]
        its = {k: s for k, s in states.items() if k in keys}
        told = _advance(former, results, its, sight, snoozed)
        merged |= told.states
        events += told.events
        dues += [told.next_due, due]
    return Advance(merged, tuple(events), min((t for t in dues if t is not None), default=None))


def _advance(
    pack: Pack,
    results: Sequence[PointResult],
    states: Mapping[Key, PointState],
    sight: Sight,
    snoozed: AbstractSet[str],
) -> Advance:
    index = judge_by(pack).index
    deciding = deciding_at(index, pack, sight.facts, sight.world, sight.as_of)
    return advance(index, states, results, sight.as_of, deciding, snoozed=snoozed)
