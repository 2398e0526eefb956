"""Reads clocks, day-counting articles and the escalation plan from YAML; refuses what it cannot mean."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from zhunsheng.core.deadlines.escalation import EscalationPlan, read_plan
from zhunsheng.core.deadlines.regimes import (
    Accrual,
    Authority,
    ClockRow,
    DayCounting,
    DeadlineBook,
    Direction,
    ExtensionRule,
    Meaning,
    PauseReason,
    Regime,
    Season,
    Unit,
)
from zhunsheng.core.packs.nodes import PackError, only_keys

CLOCKS, COUNTING, ESCALATION = "zhunsheng.clocks/1", "zhunsheng.day-counting/1", "zhunsheng.escalation/1"
STATUSES = frozenset({"VERIFIED", "EXCERPT", "UNVERIFIED"})
LENGTH_KEYS = {unit.value.lower(): unit for unit in Unit}
ROW_KEYS = {
    *("key", "appendix", "name_zh", "name_en", "start_zh", "start_en", "regimes"),
    *("regime_by_zh", "regime_by_en", "effect_zh", "effect_en"),
}
REGIME_KEYS = {
    *("law", "article", "status", "from", "to", "direction", "meaning", "rolls"),
    *("pauses", "extensions", "accrues", "seasons", *LENGTH_KEYS),
}


def read_book(documents: Iterable[tuple[str, Mapping[str, Any]]]) -> tuple[DeadlineBook, EscalationPlan]:
    """From (path, document) pairs. Raises PackError with file, key and cure."""
    rows: dict[str, ClockRow] = {}
    counting: list[DayCounting] = []
    weekends_roll, plan = True, EscalationPlan(())
    for where, document in documents:
        match document.get("schema"):
            case str(schema) if schema == CLOCKS:
                for body in document["rows"]:
                    row = _row(body, where)
                    if row.key in rows:
                        raise PackError(where, f"期限 {row.key} 写了两次")
                    rows[row.key] = row
            case str(schema) if schema == COUNTING:
                weekends_roll = bool(document["weekends_roll"])
                counting += [_counting(body, where) for body in document["laws"]]
            case str(schema) if schema == ESCALATION:
                plan = read_plan(document, where)
            case other:
                raise PackError(where, f"不认识的 schema {other!r}")
    return DeadlineBook(rows, tuple(counting), weekends_roll), plan


def _row(body: Mapping[str, Any], where: str) -> ClockRow:
    path = f"{where}:{body.get('key')}"
    only_keys(body, ROW_KEYS, path)
    regimes = tuple(regime(part, path) for part in body["regimes"])
    for index, one in enumerate(regimes):
        for other in regimes[index + 1 :]:
            if one.in_force(other.valid_from) or other.in_force(one.valid_from):
                raise PackError(path, f"两项规定在同一日有效：{one.law}、{other.law}；请写 from 与 to")
    texts = {key: str(value) for key, value in body.items() if key != "regimes"}
    return ClockRow(regimes=regimes, **texts)


def regime(body: Mapping[str, Any], path: str) -> Regime:
    """One regime; also reads back what `memory` stored."""
    only_keys(body, REGIME_KEYS, path)
    given = [key for key in LENGTH_KEYS if key in body]
    if len(given) != 1 and not body.get("seasons"):
        raise PackError(path, f"期限长度写一项：{sorted(LENGTH_KEYS)}")
    if body["status"] not in STATUSES:
        raise PackError(path, f"status 只能是 {sorted(STATUSES)}")
    unit = LENGTH_KEYS[given[0]] if given else Unit.DAYS
    pauses = frozenset(PauseReason(reason) for reason in body.get("pauses", ()))
    if unit is Unit.HOURS and pauses:
        raise PackError(path, "以小时计算的期限不写 pauses")
    meaning = Meaning(body.get("meaning", Meaning.LATEST))
    return Regime(
        law=str(body["law"]),
        article=str(body["article"]),
        status=str(body["status"]),
        valid_from=_day(body["from"], path),
        valid_to=_day(body["to"], path) if body.get("to") else None,
        unit=unit,
        length=int(body[given[0]]) if given else 0,
        direction=Direction(body.get("direction", Direction.AFTER)),
        meaning=meaning,
        rolls=bool(body.get("rolls", meaning is Meaning.LATEST)),
        pauses=pauses,
        extensions=tuple(
            ExtensionRule(Authority(part["authority"]), part.get("length"))
            for part in body.get("extensions", ())
        ),
        accrual=Accrual(**body["accrues"]) if body.get("accrues") else None,
        seasons=tuple(Season(_month_day(part[0]), _month_day(part[1])) for part in body.get("seasons", ())),
    )


def _month_day(text: str) -> tuple[int, int]:
    month, day = text.split("-")
    return int(month), int(day)


def _day(value: object, path: str) -> dt.date:
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError as error:
        raise PackError(path, f"{value!r} 不是日期") from error


def _counting(body: Mapping[str, Any], where: str) -> DayCounting:
    only_keys(body, {"law", "article", "status", "lengths", "from"}, where)
    lengths = frozenset(int(number) for number in body["lengths"])
    return DayCounting(
        str(body["law"]), str(body["article"]), str(body["status"]), lengths, _day(body["from"], where)
    )
