"""Facts: what happened, when it happened, and when the bureau knew.

A fact is never changed. A *correction* is a fact that names another in `supersedes` and takes its
place; a *retraction* names another in `retracts` and counts for nothing itself. What is in force
depends only on which facts are known, never on the order in which they arrived.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

Scalar = str | int | bool | None
NO_PAYLOAD: Mapping[str, Scalar] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Fact:
    """One dated fact about one subject.

    `occurred_at`, `recorded_at` and `stated_at` are instants (whole epoch seconds). `sequence` is the
    order of arrival in this installation. `stated_at` is when the source itself made the statement;
    it ranks rival corrections of one fact, because arrival must not. Dates in `payload` are ISO text.
    """

    fact_id: str
    kind: str
    subject: str
    occurred_at: int
    recorded_at: int
    sequence: int
    object: str = ""
    payload: Mapping[str, Scalar] = field(default_factory=lambda: NO_PAYLOAD)
    supersedes: str | None = None
    retracts: str | None = None
    stated_at: int = 0

    @property
    def order(self) -> tuple[int, int]:
        """Equal instants are ordered by arrival."""
        return (self.occurred_at, self.sequence)


class CircularCorrectionError(ValueError):
    """Facts that correct or retract each other in a circle; intake refuses the one that closes it."""


def in_force(facts: Iterable[Fact], known_at: int) -> tuple[Fact, ...]:
    """The facts that count at `known_at`, ordered by (occurred_at, sequence).

    A fact stands unless a standing retraction names it, or a standing correction names it. So the
    retraction of a correction brings the first version back, and the retraction of a retraction
    brings the fact back. Of several standing corrections of one fact the one with the greatest
    (stated_at, fact_id) stands; the others do not. A correction or retraction whose target is not
    known yet waits without effect on anything else: the correction itself counts.
    """
    known = [fact for fact in facts if fact.recorded_at <= known_at]
    attackers: dict[str, list[Fact]] = {}
    for fact in known:
        for target in (fact.supersedes, fact.retracts):
            if target is not None:
                attackers.setdefault(target, []).append(fact)
    if not attackers:
        return tuple(sorted(known, key=lambda fact: fact.order))
    standing = _Standing(attackers)
    return tuple(
        sorted((f for f in known if f.retracts is None and standing.of(f)), key=lambda fact: fact.order)
    )


class _Standing:
    """Which facts stand, worked out from the ends of the chains and remembered."""

    def __init__(self, attackers: Mapping[str, Sequence[Fact]]) -> None:
        self._attackers = attackers
        self._known: dict[str, bool] = {}
        self._open: set[str] = set()

    def of(self, fact: Fact) -> bool:
        if fact.fact_id in self._known:
            return self._known[fact.fact_id]
        if fact.fact_id in self._open:
            raise CircularCorrectionError(fact.fact_id)
        self._open.add(fact.fact_id)
        value = not any(self.of(a) for a in self._attackers.get(fact.fact_id, ())) and not self._outranked(
            fact
        )
        self._open.discard(fact.fact_id)
        self._known[fact.fact_id] = value
        return value

    def _outranked(self, fact: Fact) -> bool:
        if fact.supersedes is None:
            return False
        mine = (fact.stated_at, fact.fact_id)
        return any(
            (rival.stated_at, rival.fact_id) > mine and self.of(rival)
            for rival in self._attackers[fact.supersedes]
            if rival.supersedes == fact.supersedes and rival.fact_id != fact.fact_id
        )
