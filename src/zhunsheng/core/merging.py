"""What is judged of a subject into which others were merged: its own facts and theirs, each counted once.

Judging reads nothing but facts, so it also learns of a merger from facts: SUBJECT_LINK on both timelines.
A reversal retracts them, and what was carried is carried no more: the former judgement stands again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from zhunsheng.core.facts import Fact, alive_among, in_force

LINK = "SUBJECT_LINK"
MERGED_INTO = "MERGED_INTO"
FROM, TO = "FROM", "TO"
# What a record says of itself, and what judging wrote about it, is not said of the one that stands for it.
STAYING = frozenset({"REGISTRATION", "REGISTRATION_CHANGE", "SUBJECT_STATE", LINK, "PEER_GROUP"})
STAYING |= {"CREDIT_CLASS", "ENROLMENT", "TOUCH", "TOUCH_ANSWERED", "TOUCH_RECTIFIED", "TOUCH_MISSED"}
STAYING |= {"TOUCH_CONFIRMED", "TOUCH_DISMISSED", "SOURCE_STATUS"}

Own = Callable[[str], Sequence[Fact]]
"""The stored facts of a subject."""
Same = Callable[[Fact], str]
"""A text that is equal for two reports of one fact of one subject."""


def _standing(own: Sequence[Fact], known_at: int, side: str) -> Iterator[Fact]:
    # Nearly every subject has no link at all; working out what is in force is left to those that have one.
    if any(fact.kind == LINK for fact in own):
        for fact in in_force([f for f in own if f.kind == LINK], known_at):
            if fact.payload.get("relation") == MERGED_INTO and fact.payload.get("side") == side:
                yield fact


def survivor(own: Sequence[Fact], known_at: int) -> str:
    """The subject that stands for this one as known at an instant; empty when it stands for itself."""
    return next((str(link.payload["other"]) for link in _standing(own, known_at, FROM)), "")


def joined(subject: str, own: Sequence[Fact], read: Own, same: Same, known_at: int) -> list[Fact]:
    """What a subject is judged by: its own facts and those of the subjects merged into it, as they arrived.

    A merger is taken as it stands at `known_at`; a fact that it brings is known from when the link was.
    A fact that both were told counts once: theirs is a second report of ours, and what corrects theirs
    corrects ours. What was retracted on either side is no report.
    """
    return _with(subject, own, _Merging(read, same, known_at, {subject}))


@dataclass(frozen=True, slots=True)
class _Merging:
    """How facts are read and compared; `seen` are subjects that are in already, against circles."""

    read: Own
    same: Same
    known_at: int
    seen: set[str]

    def alive(self, facts: Sequence[Fact]) -> list[Fact]:
        """First versions that are not retracted."""
        known = [fact for fact in facts if fact.recorded_at <= self.known_at]
        return [f for f in alive_among(known) if f.supersedes is None and f.retracts is None]


def _with(subject: str, own: Sequence[Fact], merging: _Merging) -> list[Fact]:
    links = list(_standing(own, merging.known_at, TO))
    told = {fact.fact_id: fact for fact in own}
    ours = {merging.same(fact): fact.fact_id for fact in merging.alive(own)} if links else {}
    for link in links:
        other = str(link.payload["other"])
        if other in merging.seen:
            continue
        merging.seen.add(other)
        theirs = _with(other, merging.read(other), merging)
        carried = [replace(f, subject=subject) for f in theirs if f.kind not in STAYING]
        twins = {f.fact_id: ours.setdefault(merging.same(f), f.fact_id) for f in merging.alive(carried)}
        for fact in carried:
            recorded = max(fact.recorded_at, link.recorded_at)
            name = twins.get(fact.fact_id, fact.fact_id)
            if name in told:
                # Known since the first of its reports.
                told[name] = replace(told[name], recorded_at=min(told[name].recorded_at, recorded))
                continue
            target = fact.supersedes and twins.get(fact.supersedes, fact.supersedes)
            told[name] = replace(fact, recorded_at=recorded, supersedes=target)
    return sorted(told.values(), key=lambda fact: fact.sequence)
