"""What a judgement is: the same shape from every engine.

`judge(pack, timeline, world, as_of, known_at)` is a pure function. Values are exact fractions, points
are hundredths, instants are whole epoch seconds. Facts are named by id, in (occurred_at, sequence) order.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain

from zhunsheng.core.facts import Fact, in_force
from zhunsheng.core.rules.tree import Literal


class Truth(StrEnum):
    """Three outcomes: missing is never zero and never risk."""

    HOLDS = "HOLDS"
    FAILS = "FAILS"
    UNKNOWN = "UNKNOWN"


class Reason(StrEnum):
    """Why something cannot be told."""

    NONE = ""
    NO_FACT = "NO_FACT"
    FIELD_MISSING = "FIELD_MISSING"
    SAMPLE_TOO_SMALL = "SAMPLE_TOO_SMALL"
    SOURCE_SILENT = "SOURCE_SILENT"
    NO_PEERS = "NO_PEERS"


class Colour(StrEnum):
    """What a trigger point shows. NO_DATA is an alarm about the source, never about the business."""

    NONE = "NONE"
    UNKNOWN = "UNKNOWN"
    NO_DATA = "NO_DATA"
    YELLOW = "YELLOW"
    RED = "RED"
    CRITICAL = "CRITICAL"

    @property
    def touched(self) -> bool:
        """Whether a published line is touched."""
        return self in {Colour.YELLOW, Colour.RED, Colour.CRITICAL}


SEVERITY = {
    Colour.NONE: 0,
    Colour.UNKNOWN: 0,
    Colour.NO_DATA: 0,
    Colour.YELLOW: 1,
    Colour.RED: 2,
    Colour.CRITICAL: 3,
}


@dataclass(frozen=True, slots=True)
class Value:
    """A measured value: `numerator`/`denominator`, or `text`; neither when `reason` says why not.

    `complete` is False for a lower bound (the source of a kind is silent). `facts` are what counted.
    """

    numerator: int | None
    denominator: int = 1
    text: Literal | None = None
    complete: bool = True
    reason: Reason = Reason.NONE
    facts: tuple[Fact, ...] = ()

    @property
    def known(self) -> bool:
        """Whether there is a value at all."""
        return self.reason is Reason.NONE


@dataclass(frozen=True, slots=True)
class PointResult:
    """One trigger point for one object ('' = the subject as a whole).

    `cleared` says whether a touch that began earlier may end now. `reason` belongs to UNKNOWN and NO_DATA.
    """

    point: str
    object: str
    colour: Colour
    cleared: bool
    reason: Reason = Reason.NONE


@dataclass(frozen=True, slots=True)
class Share:
    """The part of an indicator's points that one fact carries; `ends_on` instant, None if it stays."""

    fact_id: str
    points: int
    ends_at: int | None = None


@dataclass(frozen=True, slots=True)
class IndicatorResult:
    """Points in hundredths. Shares plus `cap_adjustment` sum exactly to `points` for fact-wise shapes.

    `frozen_at`: the instant as of which it was judged because it is frozen, None when it is not.
    """

    indicator: str
    points: int
    known: bool
    reason: Reason = Reason.NONE
    shares: tuple[Share, ...] = ()
    cap_adjustment: int = 0
    value: tuple[int, int] | None = None
    frozen_at: int | None = None


@dataclass(frozen=True, slots=True)
class ModelResult:
    """A class with its sum: Σ indicator points + Σ family adjustments + floor adjustment = score."""

    model: str
    score: int
    class_by_score: str
    class_name: str
    indicators: tuple[IndicatorResult, ...]
    family_adjustments: tuple[tuple[str, int], ...]
    floor_adjustment: int
    rules: tuple[str, ...]
    sufficiency_permille: int
    insufficient: bool


@dataclass(frozen=True, slots=True)
class Judgement:
    """One subject judged. `next_due`: the earliest later instant at which it can change by itself.

    It covers trigger points and immediate class rules; points that fade are a matter of the monthly run.
    """

    subject: str
    as_of: int
    known_at: int
    models: tuple[ModelResult, ...]
    points: tuple[PointResult, ...]
    next_due: int | None


@dataclass(frozen=True, slots=True)
class Timeline:
    """The facts of one subject (or of the world) in force at `known_at`, and those not yet occurred."""

    past: tuple[Fact, ...]
    future: tuple[Fact, ...]
    kinds: dict[str, list[Fact]] = field(default_factory=dict, compare=False, repr=False)

    def past_of(self, kinds: Collection[str]) -> list[Fact]:
        """Past facts of some kinds, in order; they are sorted out once."""
        if not self.kinds:
            for fact in self.past:
                self.kinds.setdefault(fact.kind, []).append(fact)
        parts = [self.kinds[kind] for kind in sorted(set(kinds)) if kind in self.kinds]
        return sorted(chain(*parts), key=lambda f: f.order) if len(parts) > 1 else [*chain(*parts)]

    @classmethod
    def at(cls, facts: Iterable[Fact], as_of: int, known_at: int) -> Timeline:
        """Cut at `as_of`: a fact that occurs later is known but does not count yet."""
        return cls.cut(in_force(facts, known_at), as_of)

    @classmethod
    def cut(cls, standing: Sequence[Fact], as_of: int) -> Timeline:
        """The same for facts that are known to be in force and in order."""
        return cls(
            tuple(f for f in standing if f.occurred_at <= as_of),
            tuple(f for f in standing if f.occurred_at > as_of),
        )
