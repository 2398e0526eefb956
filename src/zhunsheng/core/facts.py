"""Facts: what happened, when it happened, and when the bureau knew.

A fact is never changed. A *correction* is a fact that names another in `supersedes` and takes its
place; a *retraction* names another in `retracts` and counts for nothing itself. What is in force
depends only on which facts are known, never on the order in which they arrived.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
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

    A fact is *alive* unless an alive retraction names it: the retraction of a correction brings the
    first version back, and the retraction of a retraction brings the fact back. An alive fact counts
    unless it is a retraction, or an alive correction names it (also one that was itself corrected), or
    an alive rival correction of the same fact has a greater (stated_at, fact_id). A correction or
    retraction whose target is not known yet waits without effect; the correction itself counts.
    """
    known = [fact for fact in facts if fact.recorded_at <= known_at]
    if all(fact.supersedes is None and fact.retracts is None for fact in known):
        return tuple(sorted(known, key=lambda fact: fact.order))
    alive = alive_among(known)
    corrections: dict[str, list[Fact]] = {}
    for fact in alive:
        if fact.supersedes is not None:
            corrections.setdefault(fact.supersedes, []).append(fact)
    _refuse_circles({name: [f.fact_id for f in by] for name, by in corrections.items()})
    counting = (
        fact
        for fact in alive
        if fact.retracts is None
        and fact.fact_id not in corrections
        and (fact.supersedes is None or fact is max(corrections[fact.supersedes], key=_rank))
    )
    return tuple(sorted(counting, key=lambda fact: fact.order))


def _rank(fact: Fact) -> tuple[int, str]:
    return (fact.stated_at, fact.fact_id)


def alive_among(known: Sequence[Fact]) -> list[Fact]:
    """Those that no alive retraction among them names, retractions and corrected facts included."""
    retractions: dict[str, list[str]] = {}
    for fact in known:
        if fact.retracts is not None:
            retractions.setdefault(fact.retracts, []).append(fact.fact_id)
    _refuse_circles(retractions)
    told: dict[str, bool] = {}

    def living(name: str) -> bool:
        if name not in told:
            told[name] = not any(living(by) for by in retractions.get(name, ()))
        return told[name]

    return [fact for fact in known if living(fact.fact_id)]


def _refuse_circles(named_by: Mapping[str, Sequence[str]]) -> None:
    try:
        TopologicalSorter(named_by).prepare()
    except CycleError as error:
        raise CircularCorrectionError(" → ".join(error.args[1])) from error
