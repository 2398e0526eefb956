"""Who a business was at an instant, as known then, and which part of the register it belongs to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from zhunsheng.core.facts import Fact, Scalar, in_force


@dataclass(frozen=True, slots=True)
class Profile:
    """In words: what touches are counted by, and what fairness is held against."""

    district: str
    station: str
    industry: str
    class_name: str
    size: str
    age: str
    form: str


@dataclass(frozen=True, slots=True)
class Selection:
    """Which part of the register; empty means all of it. Divisions and industries are beginnings of codes.

    Sizes are words of the bands of staff.
    """

    divisions: tuple[str, ...] = ()
    stations: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()


def said_at(facts: Sequence[Fact], at: int) -> Mapping[str, Scalar]:
    """The registration as known at an instant; {} where there was none."""
    own = [f.payload for f in in_force(facts, at) if f.occurred_at <= at and f.kind == "REGISTRATION"]
    return own[-1] if own else {}
