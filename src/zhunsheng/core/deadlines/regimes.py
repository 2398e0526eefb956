"""Statutory clocks as dated records: which law gives how long, since when, with what pauses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Unit(StrEnum):
    """How a length is counted. STATUTE_DAYS are "days" whose kind another article of the law decides."""

    WORKDAYS = "WORKDAYS"
    DAYS = "DAYS"
    MONTHS = "MONTHS"
    YEARS = "YEARS"
    HOURS = "HOURS"
    STATUTE_DAYS = "STATUTE_DAYS"


class Direction(StrEnum):
    """Whether the period runs after the event or ends before it."""

    AFTER = "AFTER"
    BEFORE = "BEFORE"


class Meaning(StrEnum):
    """LATEST: act by the end of that day. EARLIEST: not before the end of that day (notices, retention)."""

    LATEST = "LATEST"
    EARLIEST = "EARLIEST"


class PauseReason(StrEnum):
    """Time that the law does not count (common rules 3.0)."""

    TESTING = "TESTING"
    HEARING = "HEARING"
    ANNOUNCEMENT = "ANNOUNCEMENT"
    SUSPENSION = "SUSPENSION"
    REMEDIES = "REMEDIES"


class Authority(StrEnum):
    """Who may make a period longer."""

    LEADER = "LEADER"
    COLLECTIVE = "COLLECTIVE"
    REVIEWING_ORGAN = "REVIEWING_ORGAN"


@dataclass(frozen=True, slots=True)
class ExtensionRule:
    """One extension the law allows; no `length` where the authority sets it. Each is used once, in order."""

    authority: Authority
    length: int | None


@dataclass(frozen=True, slots=True)
class Accrual:
    """What a period costs while it runs: so many percent a day, at most so many percent of the sum."""

    percent_a_day: int
    percent_max: int


@dataclass(frozen=True, slots=True)
class Season:
    """A part of each year in which something is to be done: (month, day) of its first and last day."""

    first: tuple[int, int]
    last: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Regime:
    """One clock as one law gives it, from `valid_from` until `valid_to` (both days included)."""

    law: str
    article: str
    status: str
    valid_from: dt.date
    valid_to: dt.date | None
    unit: Unit
    length: int
    direction: Direction = Direction.AFTER
    meaning: Meaning = Meaning.LATEST
    rolls: bool = True
    pauses: frozenset[PauseReason] = frozenset()
    extensions: tuple[ExtensionRule, ...] = ()
    accrual: Accrual | None = None
    seasons: tuple[Season, ...] = ()

    def in_force(self, day: dt.date) -> bool:
        """Whether this is the law of that day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class ClockRow:
    """One statutory clock with its regimes side by side. `appendix` names its row in the table of
    statutory deadlines; it is empty for what the bureau set itself."""

    key: str
    appendix: str
    name_zh: str
    name_en: str
    start_zh: str
    start_en: str
    regimes: tuple[Regime, ...]
    regime_by_zh: str = ""
    regime_by_en: str = ""
    effect_zh: str = ""
    effect_en: str = ""


@dataclass(frozen=True, slots=True)
class DayCounting:
    """An article that says which "days" of its law are workdays."""

    law: str
    article: str
    status: str
    lengths: frozenset[int]
    valid_from: dt.date


class UnknownClockError(LookupError):
    """No clock of this key, or none in force on the day."""


class UnlawfulClockError(ValueError):
    """A pause, extension or end that the law of the clock does not know."""


@dataclass(frozen=True, slots=True)
class DeadlineBook:
    """All clocks, the articles that say how days count, and the weekend setting."""

    rows: Mapping[str, ClockRow] = field(default_factory=dict)
    counting: tuple[DayCounting, ...] = ()
    weekends_roll: bool = True

    def keys(self, *, statutory: bool) -> frozenset[str]:
        """The clocks of the table of statutory deadlines, or those that the bureau set itself."""
        return frozenset(key for key, row in self.rows.items() if bool(row.appendix) is statutory)

    def row(self, key: str) -> ClockRow:
        """The clock of a key; UnknownClockError with the keys that look like it."""
        if key in self.rows:
            return self.rows[key]
        near = [name for name in self.rows if name.startswith(key.partition(".")[0])]
        raise UnknownClockError(f"没有期限 {key}；相近的有：{'、'.join(near) or '无'}")

    def regime(self, key: str, on: dt.date) -> Regime:
        """The regime of a clock in force on a day; UnknownClockError when that law is not known."""
        found = [regime for regime in self.row(key).regimes if regime.in_force(on)]
        if not found:
            raise UnknownClockError(f"期限 {key} 在 {on} 没有有效的依据记录")
        return found[0]

    def counting_of(self, regime: Regime, on: dt.date) -> DayCounting | None:
        """The article that makes the "days" of a regime workdays, if its law has one for this length."""
        if regime.unit is not Unit.STATUTE_DAYS:
            return None
        return next(
            (
                told
                for told in self.counting
                if told.law == regime.law and regime.length in told.lengths and told.valid_from <= on
            ),
            None,
        )
