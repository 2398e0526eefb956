"""A deadline of one matter: its clock, start, pauses and extensions, and what of that the law allows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from enum import StrEnum

from zhunsheng.core.clock import day_of, instant
from zhunsheng.core.deadlines.regimes import (
    Authority,
    ClockRow,
    DeadlineBook,
    ExtensionRule,
    PauseReason,
    Regime,
    Unit,
    UnlawfulClockError,
)


class DeadlineState(StrEnum):
    """Where a deadline stands (common rules 3.0). LIFTED: nobody owes the act any more, done or not."""

    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    EXTENDED = "EXTENDED"
    MET = "MET"
    MISSED = "MISSED"
    LIFTED = "LIFTED"


@dataclass(frozen=True, slots=True)
class Pause:
    """Days that are not counted, both ends included; no `last_on` while it lasts."""

    reason: PauseReason
    first_on: dt.date
    last_on: dt.date | None = None

    def covers(self, day: dt.date) -> bool:
        """Whether this day is not counted."""
        return self.first_on <= day and (self.last_on is None or day <= self.last_on)


@dataclass(frozen=True, slots=True)
class Extension:
    """So many more of the clock's own unit, by whom and why."""

    length: int
    authority: Authority
    decided_on: dt.date
    reason: str


@dataclass(frozen=True, slots=True)
class Deadline:
    """One running clock. `regime_on` is the day whose law counts, which need not be the start."""

    row: ClockRow
    regime: Regime
    started_at: dt.datetime
    regime_on: dt.date
    pauses: tuple[Pause, ...] = ()
    extensions: tuple[Extension, ...] = ()
    met_at: dt.datetime | None = None

    @property
    def started_on(self) -> dt.date:
        """The day of the start event in Asia/Shanghai; it is not counted."""
        return day_of(instant(self.started_at))

    @property
    def length(self) -> int:
        """With all extensions, in the unit of the regime."""
        return self.regime.length + sum(extension.length for extension in self.extensions)

    @property
    def open_pause(self) -> Pause | None:
        """The pause that has not ended, if any."""
        return next((pause for pause in self.pauses if pause.last_on is None), None)

    def paused(self, reason: PauseReason, first_on: dt.date, last_on: dt.date | None = None) -> Deadline:
        """With days that are not counted; UnlawfulClockError for a reason the law does not know here."""
        if reason not in self.regime.pauses:
            allowed = "、".join(sorted(self.regime.pauses)) or "无"
            raise UnlawfulClockError(f"{self.row.key} 不因 {reason.value} 暂停；可用事由：{allowed}")
        if last_on is not None and last_on < first_on:
            raise UnlawfulClockError("暂停的最后一日早于第一日")
        if first_on < self.started_on:
            raise UnlawfulClockError(f"暂停不能早于起算日 {self.started_on}")
        for known in self.pauses:
            if (last_on is None or known.first_on <= last_on) and (
                known.last_on is None or first_on <= known.last_on
            ):
                raise UnlawfulClockError("与已有的暂停重叠")
        ordered = sorted((*self.pauses, Pause(reason, first_on, last_on)), key=lambda p: p.first_on)
        return replace(self, pauses=tuple(ordered))

    def resumed(self, last_on: dt.date) -> Deadline:
        """The open pause ends with this day, which is still not counted."""
        pause = self.open_pause
        if pause is None or last_on < pause.first_on:
            raise UnlawfulClockError("没有可以结束的暂停，或者结束早于开始")
        closed = replace(pause, last_on=last_on)
        return replace(self, pauses=tuple(closed if p is pause else p for p in self.pauses))

    def gone_on(self, on: dt.date) -> Deadline:
        """The open pause ended the day before; one that began this day is as if it had not been."""
        pause = self.open_pause
        if pause is not None and pause.first_on >= on:
            return replace(self, pauses=tuple(p for p in self.pauses if p is not pause))
        return self.resumed(on - dt.timedelta(days=1))

    @property
    def next_extension(self) -> ExtensionRule | None:
        """What the law still allows; each extension once, in its order."""
        used = len(self.extensions)
        return self.regime.extensions[used] if used < len(self.regime.extensions) else None

    def extended(
        self,
        *,
        by: Authority,
        decided_on: dt.date,
        due_on: dt.date | None,
        reason: str,
        length: int | None = None,
    ) -> Deadline:
        """With the next extension; refused without authority or reason, or once the period is over.

        `length` only where the law leaves it to the authority. `due_on` is the present end.
        """
        rule = self.next_extension
        if rule is None or rule.authority is not by:
            allowed = "不得再延长" if rule is None else f"应由 {rule.authority.value} 批准"
            raise UnlawfulClockError(f"{self.row.key} {allowed}")
        if not reason.strip():
            raise UnlawfulClockError("延长须写明理由")
        if due_on is not None and decided_on > due_on:
            raise UnlawfulClockError(f"期限已于 {due_on} 届满，不能再延长")
        if (rule.length is None) is (length is None) or (length is not None and length < 1):
            raise UnlawfulClockError(
                "须写明延长多久" if rule.length is None else f"延长的长度由法律规定为 {rule.length}"
            )
        number = rule.length if rule.length is not None else length or 0
        return replace(self, extensions=(*self.extensions, Extension(number, by, decided_on, reason)))

    def met(self, at: dt.datetime) -> Deadline:
        """Done at an instant, in time or late."""
        return replace(self, met_at=at)


def start(
    book: DeadlineBook,
    key: str,
    started_at: dt.datetime,
    *,
    regime_on: dt.date | None = None,
    length: int | None = None,
) -> Deadline:
    """A clock starts; the law is that of `regime_on`, or of the start day. `length`: set for this matter."""
    day = regime_on or day_of(instant(started_at))
    regime = book.regime(key, day)
    if regime.unit is Unit.HOURS and regime.pauses:
        raise UnlawfulClockError(f"{key}：以小时计算的期限没有暂停")
    if length is not None:
        regime = replace(regime, length=length)
    return Deadline(book.row(key), regime, started_at, day)
