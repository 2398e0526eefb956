"""What counts among stored facts: the last word on a subject's items, and identities that were taken back."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import NAMESPACE_OID, uuid5

from zhunsheng.core.clock import day_end, instant
from zhunsheng.core.contracts import ContractSet
from zhunsheng.core.facts import Fact, Scalar, in_force
from zhunsheng.sensing.signals.new_facts import NewFact, identity

Said = tuple[int, Mapping[str, Scalar]]


@dataclass
class LastWords:
    """What was said in force about (subject, kind, object), with the instants; rows of one file add to it."""

    said: dict[tuple[str, str, str], list[Said]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def read(cls, timelines: Iterable[tuple[str, list[Fact]]], known_at: int) -> LastWords:
        """From stored timelines; what was retracted or corrected does not count."""
        words = cls()
        for _, facts in timelines:
            for fact in in_force(facts, known_at):
                words.said[(fact.subject, fact.kind, fact.object)].append((fact.occurred_at, fact.payload))
        return words

    def last(self, subject: str, kind: str, key: str, on: dt.date) -> Said | None:
        """The last (instant, payload) in force at the end of a day, or None."""
        told = [said for said in self.said.get((subject, kind, key), ()) if said[0] <= day_end(on)]
        # Of several on one instant the later word counts.
        return max(reversed(told), key=lambda said: said[0]) if told else None

    def before(self, subject: str, kind: str, key: str, on: dt.date) -> Mapping[str, Scalar] | None:
        """The payload in force at the end of a day, or None."""
        told = self.last(subject, kind, key, on)
        return told[1] if told else None

    def repeats(self, fact: NewFact) -> bool:
        """Whether exactly this was said of exactly this instant, even if something else was said after it."""
        said = self.said.get((fact.subject, fact.kind, fact.object), ())
        return (instant(fact.occurred_at), fact.payload) in said

    def add(self, facts: Iterable[NewFact]) -> None:
        """Facts of this file."""
        for fact in facts:
            said = self.said[(fact.subject, fact.kind, fact.object)]
            said.append((instant(fact.occurred_at), fact.payload))


def with_standing_ids(
    facts: Sequence[NewFact], contracts: ContractSet, taken_back: set[str]
) -> list[NewFact]:
    """Each fact under an id that has not been taken back.

    A file that was undone may come again: its facts then are new facts, not duplicates of retracted ones.
    """
    found = []
    for fact in facts:
        name = identity(fact, contracts)
        while name in taken_back:
            name = str(uuid5(NAMESPACE_OID, f"again:{name}"))
        found.append(replace(fact, fact_id=name))
    return found
