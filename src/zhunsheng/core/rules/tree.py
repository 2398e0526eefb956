"""The typed tree of yardsticks: measures, conditions, trigger points, indicators, models.

Nothing here computes. The reference interpreter (`engine.reference`) says what each node means; the
fast engine, the JSON Schema, the Chinese sentences and the static proof are made from the same nodes.
Lines are integers; a value is an exact fraction `numerator/denominator`; points are hundredths.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Test(StrEnum):
    """How a payload field is tested by a filter."""

    IN = "IN"
    NOT_IN = "NOT_IN"
    AT_LEAST = "AT_LEAST"
    AT_MOST = "AT_MOST"
    PRESENT = "PRESENT"
    ABSENT = "ABSENT"
    DAYS_UNTIL_AT_MOST = "DAYS_UNTIL_AT_MOST"
    DAYS_SINCE_AT_LEAST = "DAYS_SINCE_AT_LEAST"


RELATIVE_TESTS = (Test.DAYS_UNTIL_AT_MOST, Test.DAYS_SINCE_AT_LEAST)
OCCURRED = "@occurred"
OBJECT = "@object"

Literal = str | int | bool


@dataclass(frozen=True, slots=True)
class Filter:
    """One test on one field. A field that is missing satisfies nothing but ABSENT.

    The two relative tests compare a DATE field (or @occurred) with the day of `as_of` and are
    allowed in OBJECTS measures only.
    """

    field: str
    test: Test
    values: tuple[Literal, ...] = ()


class Scope(StrEnum):
    """Whether a measure inside a per-object point looks at that object only."""

    SAME_OBJECT = "SAME_OBJECT"
    SUBJECT = "SUBJECT"


@dataclass(frozen=True, slots=True)
class Select:
    """The facts a measure reads: of one of these kinds, passing every filter."""

    kinds: tuple[str, ...]
    where: tuple[Filter, ...] = ()
    scope: Scope = Scope.SUBJECT


class WindowKind(StrEnum):
    """How the left end of a window is found; the right end is `as_of` (or earlier by an offset)."""

    ALL = "ALL"
    DAYS = "DAYS"
    HOURS = "HOURS"
    MONTHS = "MONTHS"
    CALENDAR_DAY = "CALENDAR_DAY"
    CALENDAR_MONTH = "CALENDAR_MONTH"
    CALENDAR_QUARTER = "CALENDAR_QUARTER"
    CALENDAR_YEAR = "CALENDAR_YEAR"
    SINCE_EVENT = "SINCE_EVENT"


CALENDAR_WINDOWS = frozenset(
    {
        WindowKind.CALENDAR_DAY,
        WindowKind.CALENDAR_MONTH,
        WindowKind.CALENDAR_QUARTER,
        WindowKind.CALENDAR_YEAR,
    }
)


@dataclass(frozen=True, slots=True)
class Window:
    """A half-open stretch (start, end] of `occurred_at`.

    DAYS and HOURS are exact multiples of 86,400 and 3,600 seconds; MONTHS counts whole natural days:
    a fact is inside while its day is later than the day of `as_of` n months back (`clock.months_back`),
    because a wall-clock month would let a fact leave and come back at month ends; CALENDAR_* starts
    with the first instant of the current day, month, quarter or year, which is inside; SINCE_EVENT
    starts after the latest fact of `event` in (occurred_at, sequence) order and is empty without one.
    `ending_days_before` moves the end (and, for DAYS, the start) back by whole days.
    """

    kind: WindowKind = WindowKind.ALL
    length: int = 0
    ending_days_before: int = 0
    event: Select | None = None


class Op(StrEnum):
    """What a measure makes of its facts."""

    COUNT = "COUNT"
    SUM = "SUM"
    MAX = "MAX"
    MIN = "MIN"
    DISTINCT = "DISTINCT"
    FLAG = "FLAG"
    OBJECTS = "OBJECTS"
    LATEST = "LATEST"
    DAYS_SINCE = "DAYS_SINCE"
    DAYS_UNTIL = "DAYS_UNTIL"


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One number (or, for LATEST, one number or text) from the selected facts in the window.

    COUNT of facts · SUM, MAX, MIN of an integer field · DISTINCT values of `field` (or @object) · FLAG
    1 when there is any · OBJECTS: distinct objects whose latest fact among `select.kinds` passes
    `select.where` · LATEST value of `field` of the last fact in order · DAYS_SINCE: whole natural days
    from the day of the last fact (or from its DATE `field`) to the day of `as_of` · DAYS_UNTIL: the
    negative of that, for a DATE `field`.

    While the source of a kind is SILENT, COUNT, DISTINCT, MAX and FLAG are lower bounds, SUM, MIN,
    OBJECTS and DAYS_SINCE cannot be told, LATEST and DAYS_UNTIL keep the last known value.
    """

    op: Op
    select: Select
    window: Window
    field: str = ""


@dataclass(frozen=True, slots=True)
class Ratio:
    """`per` × numerator / denominator, exact. Below `sample_min` of the denominator: cannot tell."""

    numerator: Aggregate
    denominator: Aggregate
    per: int = 1
    sample_min: int = 1


Measure = Aggregate | Ratio


class Comparison(StrEnum):
    """How a value is held against a line."""

    AT_LEAST = "AT_LEAST"
    MORE_THAN = "MORE_THAN"
    AT_MOST = "AT_MOST"
    LESS_THAN = "LESS_THAN"
    EQUALS = "EQUALS"
    IN = "IN"
    NOT_IN = "NOT_IN"


@dataclass(frozen=True, slots=True)
class PeerLine:
    """`times_percent`/100 × the statistic of the subject's peer group in force at `as_of`.

    Peer statistics are PEER_STATISTIC facts of the world timeline with object
    `<measure_id>/<group>` and one integer payload field per statistic, in thousandths of the
    measure's unit; the group is the field `group` of the subject's latest PEER_GROUP fact.
    """

    measure_id: str
    statistic: str
    times_percent: int = 100


@dataclass(frozen=True, slots=True)
class Compare:
    """A measure held against a line: an integer, a list, a peer statistic or another measure."""

    measure: Measure
    comparison: Comparison
    line: int | tuple[Literal, ...] | PeerLine | Aggregate


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds; one that does not settles it; else one that cannot tell."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Some part holds; one that holds settles it; else one that cannot tell."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite; cannot tell stays cannot tell."""

    part: Condition


Condition = Compare | All | AnyOf | Not


@dataclass(frozen=True, slots=True)
class Basis:
    """A legal reference and whether its text has been read: VERIFIED, EXCERPT or UNVERIFIED."""

    law: str
    article: str
    status: str


@dataclass(frozen=True, slots=True)
class TriggerPoint:
    """One observable line: where yellow brings help and red brings a check.

    `per_object` names the kinds whose objects are judged one by one ('' = the subject as a whole).
    `critical` marks a red that has no yellow and applies to every class, enrolled or not. `unless`
    excludes; when it holds the point is not touched. `clear` is what must hold before a touch may
    end (hysteresis); None means "the line is no longer touched". `hold_days`: the line must have been
    touched that long without a break. `cooldown_days`: no new yellow so soon after the last touch ended.
    `once_per_days`: at most one touch in that time. `no_data` raises an alarm, never a colour.
    """

    id: str
    name_zh: str
    risk_zh: str
    yellow: Condition | None
    red: Condition | None
    critical: Condition | None
    unless: Condition | None
    clear: Condition | None
    no_data: Condition | None
    per_object: tuple[str, ...]
    object_zh: str
    hold_days: int
    cooldown_days: int
    once_per_days: int
    observe_days: int
    reply_workdays: int
    yellow_measures: tuple[str, ...]
    red_measures: tuple[str, ...]
    basis: tuple[Basis, ...]
    explain_zh: str
    status: str


@dataclass(frozen=True, slots=True)
class Item:
    """A matter (事项) with its risk points and trigger points. `applies` is the object pool."""

    id: str
    name_zh: str
    field: str
    applies: Condition | None
    enrolment_needed: bool
    points: tuple[TriggerPoint, ...]


class Shape(StrEnum):
    """How an indicator turns facts into points."""

    LEVEL = "LEVEL"
    STEPS = "STEPS"
    EACH = "EACH"
    WORST = "WORST"
    CASES = "CASES"


@dataclass(frozen=True, slots=True)
class Bin:
    """From `at_least` (inclusive) up to the next bin: `points` hundredths."""

    at_least: int
    points: int


@dataclass(frozen=True, slots=True)
class Grade:
    """Facts that pass `where` are worth `points` hundredths; the first match wins."""

    where: tuple[Filter, ...]
    points: int
    label_zh: str


@dataclass(frozen=True, slots=True)
class Case:
    """While `when` holds the indicator is worth `points` hundredths; the first that holds wins."""

    when: Condition
    points: int
    label_zh: str


@dataclass(frozen=True, slots=True)
class Indicator:
    """One risk indicator. Points are risk points in hundredths; credits are negative.

    LEVEL: the bin of the measure's value; below the first bin 0.
    CASES: the first case that holds; a case that cannot tell before one holds makes it unknown.
    STEPS: the k-th newest fact in the window is worth bins(k) − bins(k−1).
    EACH: every fact is worth its grade, from the `repeat_from`-th oldest on × `repeat_percent`/100.
    WORST: the single fact that is worth most after decay; the newest of equals.
    STEPS, EACH and WORST read a COUNT measure with a DAYS or MONTHS window, or ALL without decay.
    `decays`: a fact older than half of the window loses its points linearly until the window ends.
    `cap`: the indicator's total is kept within ±cap. What cannot be told is worth 0 points and lowers
    sufficiency: missing is never zero and never risk. `frozen_while` the latest fact of the kinds passes:
    as it stood when that began.
    """

    id: str
    family: str
    name_zh: str
    shape: Shape
    measure: Measure | None
    bins: tuple[Bin, ...]
    grades: tuple[Grade, ...]
    cases: tuple[Case, ...]
    decays: bool
    repeat_from: int
    repeat_percent: int
    cap: int
    basis: tuple[Basis, ...]
    source_zh: str
    frozen_while: Select | None = None


@dataclass(frozen=True, slots=True)
class Family:
    """A family of indicators with the most (hundredths) that it may add."""

    id: str
    name_zh: str
    cap: int


@dataclass(frozen=True, slots=True)
class ClassRule:
    """A veto or floor: while it holds the class is at least as severe as `at_least`.

    `immediate`: its start and its end are judged at once, not at the next monthly run.
    """

    id: str
    name_zh: str
    when: Condition
    at_least: str
    immediate: bool
    basis: tuple[Basis, ...]


@dataclass(frozen=True, slots=True)
class CutOff:
    """Class `name` for scores up to `at_most` hundredths (None: no upper end), mildest first."""

    name: str
    at_most: int | None


@dataclass(frozen=True, slots=True)
class Model:
    """Families, indicators, class rules and cut-offs. `field` is '' for the general model."""

    id: str
    name_zh: str
    field: str
    families: tuple[Family, ...]
    indicators: tuple[Indicator, ...]
    rules: tuple[ClassRule, ...]
    cut_offs: tuple[CutOff, ...]
    sufficiency_min_permille: int
    insufficient_class: str

    def severity(self, name: str) -> int:
        """0 for the mildest class."""
        return [cut.name for cut in self.cut_offs].index(name)


@dataclass(frozen=True, slots=True)
class Pack:
    """Everything a judgement needs besides facts. `sources` maps a fact kind to its source system."""

    id: str
    version: str
    name_zh: str
    models: tuple[Model, ...]
    items: tuple[Item, ...]
    sources: Mapping[str, str]
    content_hash: str = ""
