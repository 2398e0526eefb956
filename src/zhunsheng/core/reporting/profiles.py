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


def said_at(facts: Sequence[Fact], at: int) -> tuple[Mapping[str, Scalar], str]:
    """(registration, class name) as known at an instant; ({}, '') where nothing was."""
    known = [f for f in in_force(facts, at) if f.occurred_at <= at]
    own = [f.payload for f in known if f.kind == "REGISTRATION"]
    classes = [str(f.payload["class_name"]) for f in known if f.kind == "CREDIT_CLASS"]
    return own[-1] if own else {}, classes[-1] if classes else ""
