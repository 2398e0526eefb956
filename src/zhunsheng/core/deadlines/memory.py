"""A deadline as plain data and back: the regime it began under goes with it, whatever the packs say later."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from zhunsheng.core.deadlines.book import regime as read_regime
from zhunsheng.core.deadlines.deadline import Deadline, Extension, Pause
from zhunsheng.core.deadlines.regimes import Authority, ClockRow, Direction, PauseReason, Regime

ROW_TEXTS = (
    *("key", "appendix", "name_zh", "name_en", "start_zh", "start_en"),
    *("regime_by_zh", "regime_by_en", "effect_zh", "effect_en"),
)


def _regime(regime: Regime) -> dict[str, Any]:
    told: dict[str, Any] = {
        "law": regime.law,
        "article": regime.article,
        "status": regime.status,
        "from": str(regime.valid_from),
        "rolls": regime.rolls,
        "meaning": regime.meaning.value,
        regime.unit.value.lower(): regime.length,
        "pauses": sorted(reason.value for reason in regime.pauses),
        "extensions": [{"authority": e.authority.value, "length": e.length} for e in regime.extensions],
        "seasons": [[f"{m}-{d}" for m, d in (season.first, season.last)] for season in regime.seasons],
    }
    if regime.valid_to is not None:
        told["to"] = str(regime.valid_to)
    if regime.direction is Direction.BEFORE:
        told["direction"] = regime.direction.value
    if regime.accrual is not None:
        told["accrues"] = {
            "percent_a_day": regime.accrual.percent_a_day,
            "percent_max": regime.accrual.percent_max,
        }
    return told


def to_json(deadline: Deadline) -> dict[str, Any]:
    """Everything a deadline is, as JSON values."""
    return {
        "row": {name: getattr(deadline.row, name) for name in ROW_TEXTS},
        "regime": _regime(deadline.regime),
        "started_at": deadline.started_at.isoformat(),
        "regime_on": str(deadline.regime_on),
        "pauses": [
            {
                "reason": p.reason.value,
                "first_on": str(p.first_on),
                "last_on": str(p.last_on) if p.last_on else None,
            }
            for p in deadline.pauses
        ],
        "extensions": [
            {
                "length": e.length,
                "authority": e.authority.value,
                "decided_on": str(e.decided_on),
                "reason": e.reason,
            }
            for e in deadline.extensions
        ],
        "met_at": deadline.met_at.isoformat() if deadline.met_at else None,
    }


def from_json(told: Mapping[str, Any]) -> Deadline:
    """The same deadline again."""
    regime = read_regime(told["regime"], told["row"]["key"])
    day = dt.date.fromisoformat
    return Deadline(
        row=ClockRow(regimes=(regime,), **told["row"]),
        regime=regime,
        started_at=dt.datetime.fromisoformat(told["started_at"]),
        regime_on=day(told["regime_on"]),
        pauses=tuple(
            Pause(PauseReason(p["reason"]), day(p["first_on"]), day(p["last_on"]) if p["last_on"] else None)
            for p in told["pauses"]
        ),
        extensions=tuple(
            Extension(e["length"], Authority(e["authority"]), day(e["decided_on"]), e["reason"])
            for e in told["extensions"]
        ),
        met_at=dt.datetime.fromisoformat(told["met_at"]) if told["met_at"] else None,
    )
