"""Rows read by a preset, as facts: one reported event, or what is new in the row of a register."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from zhunsheng.core.actors import Viewer
from zhunsheng.core.clock import SHANGHAI
from zhunsheng.core.contracts import ContractSet, Refusal
from zhunsheng.core.facts import Scalar
from zhunsheng.core.presets.cells import Lookup, read_row
from zhunsheng.core.presets.preset import Preset
from zhunsheng.core.presets.targets import ENVELOPE, MAIN, Target
from zhunsheng.core.reference import DIVISIONS, INDUSTRIES, Table
from zhunsheng.foundation.tabular.limits import Row
from zhunsheng.foundation.tabular.writing import restored
from zhunsheng.registers.registry import facts as registered
from zhunsheng.registers.registry import queries as registry
from zhunsheng.sensing.signals.new_facts import NewFact, refusals_of
from zhunsheng.sensing.signals.standing import LastWords

Values = dict[str, Scalar]
TABLES = {"division": DIVISIONS, "industry": INDUSTRIES}


def lookups(viewer: Viewer) -> dict[str, Lookup]:
    """Codes and names as the installed reference tables read them on the day of a row."""
    tables = {name: registry.reference_table(viewer=viewer, kind=kind) for name, kind in TABLES.items()}

    def reader(table: Table) -> Lookup:
        # A row without a readable day is refused for that.
        return lambda text, on: text if on is None else table.look_up(text, on)

    return {name: reader(table) for name, table in tables.items()}


def values_of_row(
    row: Row, preset: Preset, tables: Mapping[str, Lookup], on: dt.date | None = None
) -> tuple[Values, list[Refusal]]:
    """What the row says by field, or why it cannot be read; `on` is the day of a row that has none."""
    if row.reason_zh:
        return {}, [Refusal("", row.reason_zh, row.cure_zh)]
    cells = {name: restored(text) for name, text in row.cells.items()}
    read = read_row(cells, preset, tables, on)
    return read.values, list(read.refusals)


def fact_of_row(
    row: Row, preset: Preset, tables: Mapping[str, Lookup]
) -> tuple[NewFact | None, list[Refusal]]:
    """The event that a row of a preset for signals reports."""
    values, refusals = values_of_row(row, preset, tables)
    if refusals:
        return None, refusals
    payload = {name: value for name, value in values.items() if name not in ENVELOPE}
    key, reference = str(values.get("object") or ""), str(values.get("reference") or "")
    at = _start(str(values["on"]))
    return NewFact(preset.kind, str(values["subject"]), at, payload, key, reference=reference), []


def news_of(
    values: Mapping[str, Scalar],
    target: Target,
    on: dt.date,
    words: LastWords,
    contracts: ContractSet,
    at: dt.datetime,
) -> tuple[list[NewFact], list[Refusal]]:
    """The facts of a register's row that were not in force yet. `on` is the day of a row that has none."""
    key = str(values["subject"])
    day = dt.date.fromisoformat(str(values["on"])) if values.get("on") else on

    def before(kind: str, name: str, until: dt.date) -> Mapping[str, Scalar] | None:
        return words.before(key, kind, name, until)

    whole = {"division": key[2:8], **values}
    said, refusals = registered.statements(target, whole, day, before, contracts)
    facts = [NewFact(s.kind, key, _start(s.on.isoformat()), s.payload, s.object) for s in said]
    # A change is news only with the registration that brought it.
    if any(fact.kind == MAIN[target] and words.repeats(fact) for fact in facts):
        facts = [fact for fact in facts if fact.kind not in {MAIN[target], "REGISTRATION_CHANGE"}]
    facts = [fact for fact in facts if not words.repeats(fact)]
    return facts, refusals + [r for fact in facts for r in refusals_of(fact, contracts, at)]


def _start(day: str) -> dt.datetime:
    return dt.datetime.combine(dt.date.fromisoformat(day), dt.time(0, tzinfo=SHANGHAI))
