"""What a row of a register says, as dated statements: only what differs from what was in force on that day.

Judging reads these, never the tables of this context. A statement about registered items is whole: what a
source leaves out stays as it was said before.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from zhunsheng.core.clock import day_of
from zhunsheng.core.contracts import ContractSet, Refusal
from zhunsheng.core.facts import Scalar
from zhunsheng.core.presets.targets import BESIDE, MAIN, Target
from zhunsheng.registers.registry.actions import BelongingRecord, SubjectRecord
from zhunsheng.registers.registry.lifecycle import (
    ForbiddenTransitionError,
    SubjectState,
    check_transition,
)

CHANGE_ITEMS = {
    "name": "NAME",
    "address": "ADDRESS",
    "scope": "SCOPE",
    "capital_fen": "CAPITAL",
    "division": "DIVISION",
}
KIND_BY_CATEGORY = {"91": "ENTERPRISE", "92": "SOLE_TRADER", "93": "COOPERATIVE", "ZR": "NATURAL_PERSON_SHOP"}
KINDS = {
    Target.SUBJECTS: ("REGISTRATION", "SUBJECT_STATE"),
    Target.PERMITS: ("PERMIT", "PERMIT_ENDED"),
    Target.PREMISES: ("PREMISES", "ADDRESS_CHECK"),
    Target.SHOPS: ("SHOP", "SHOP_STATUS"),
    Target.EQUIPMENT: ("EQUIPMENT", "ELEVATOR_RECORD", "CYLINDER_RECORD"),
}
LIST_KINDS = {t: MAIN[t] for t in (Target.PERMITS, Target.PREMISES, Target.SHOPS, Target.EQUIPMENT)}
Before = Callable[[str, str, dt.date], Mapping[str, Scalar] | None]
"""(kind, object, day) → the payload in force at the end of that day."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One dated fact about the row's subject, in the words of the contracts."""

    kind: str
    on: dt.date
    payload: Mapping[str, Scalar] = field(default_factory=dict)
    object: str = ""


def statements(
    target: Target, values: Mapping[str, Scalar], on: dt.date, before: Before, contracts: ContractSet
) -> tuple[list[Statement], list[Refusal]]:
    """What is new in a row, or why the row cannot be; both empty when it only repeats what is known."""
    if target is Target.SUBJECTS:
        return _subject(values, on, before, contracts)
    number = str(values["number"])
    said = [Statement(MAIN[target], on, _part(values, MAIN[target], contracts), number)]
    beside = BESIDE.get(target)
    if beside is not None and (payload := _part(values, beside, contracts)):
        said.append(Statement(beside, on, payload))
    if target is Target.PERMITS:
        said += _endings(values, on, number)
    if target is Target.EQUIPMENT:
        said += _device(values, on, number)
    return [s for s in said if before(s.kind, s.object, s.on) != s.payload], []


def _part(values: Mapping[str, Scalar], kind: str, contracts: ContractSet) -> dict[str, Scalar]:
    contract = contracts.kinds[kind]
    return {name: values[name] for name in contract.fields if values.get(name) is not None}


def _subject(
    values: Mapping[str, Scalar], on: dt.date, before: Before, contracts: ContractSet
) -> tuple[list[Statement], list[Refusal]]:
    old = before("REGISTRATION", "", on)
    new = {**(old or {}), **_part(values, "REGISTRATION", contracts)}
    found = [] if old == new else [Statement("REGISTRATION", on, new)]
    found += [Statement("REGISTRATION_CHANGE", on, change) for change in _changes(old or {}, new)]
    wanted = SubjectState(str(values.get("state") or SubjectState.ACTIVE))
    state_on = dt.date.fromisoformat(str(values["state_on"])) if values.get("state_on") else on
    said = before("SUBJECT_STATE", "", state_on)
    current = str(said["state"]) if said else SubjectState.ACTIVE.value
    if values.get("state") is None or wanted.value == current:
        return found, []
    try:
        if current in set(SubjectState):
            check_transition(SubjectState(current), wanted)
    except ForbiddenTransitionError as error:
        return [], [Refusal("state", str(error), "核对登记系统；确有其事的先撤回原来的状态事实")]
    return [*found, Statement("SUBJECT_STATE", state_on, {"state": wanted.value})], []


def _changes(old: Mapping[str, Scalar], new: Mapping[str, Scalar]) -> Iterable[dict[str, Scalar]]:
    for name, item in CHANGE_ITEMS.items():
        was, now = old.get(name), new.get(name)
        if was is None or was == now:
            continue
        change: dict[str, Scalar] = {"item": item}
        if name == "capital_fen" and isinstance(was, int) and isinstance(now, int) and now < was:
            change["capital_cut_percent"] = (was - now) * 100 // was
        yield change


def _endings(values: Mapping[str, Scalar], on: dt.date, number: str) -> list[Statement]:
    """A revoked permit is ended; one that takes the place of another ends the other."""
    ended = [number] if values.get("ended") is True else []
    replaced = str(values.get("replaces") or "")
    return [Statement("PERMIT_ENDED", on, {}, n) for n in [*ended, *([replaced] if replaced else [])]]


def _device(values: Mapping[str, Scalar], on: dt.date, number: str) -> list[Statement]:
    """Lifts and cylinders have records of their own, which the trigger items read."""
    due = values.get("inspection_due_on")
    if due is None or values.get("category") not in {"ELEVATOR", "CYLINDER"}:
        return []
    if values["category"] == "ELEVATOR":
        return [Statement("ELEVATOR_RECORD", on, {"inspection_due_on": due}, number)]
    submitted = values.get("submitted") is True
    payload: dict[str, Scalar] = {"inspection_due_on": due, "submitted": submitted}
    return [Statement("CYLINDER_RECORD", on, payload, number)]


def subject_record(
    values: Mapping[str, Scalar], state: tuple[int, Mapping[str, Scalar]] | None
) -> SubjectRecord:
    """The row of the subjects' list: registered items in force, and the last (instant, state) if any."""
    key, established_on = str(values["subject"]), dt.date.fromisoformat(str(values["established_on"]))
    named = str(state[1]["state"]) if state else SubjectState.ACTIVE.value
    return SubjectRecord(
        key,
        kind_of(key),
        str(values.get("name") or key),
        str(values["division"]),
        str(values["industry"]),
        established_on,
        state=SubjectState(named) if named in set(SubjectState) else SubjectState.ACTIVE,
        state_since_on=day_of(state[0]) if state else established_on,
        old_number=str(values.get("old_number") or ""),
        station=str(values.get("station") or ""),
        phone=str(values.get("phone") or ""),
    )


def belonging_record(target: Target, values: Mapping[str, Scalar]) -> BelongingRecord:
    """The row of the list of belongings that these values mean."""
    until = values.get("valid_to") or values.get("inspection_due_on")
    return BelongingRecord(
        str(values["subject"]),
        LIST_KINDS[target],
        str(values["number"]),
        str(values.get("name") or ""),
        str(values.get("permit_kind") or values.get("category") or values.get("platform") or ""),
        dt.date.fromisoformat(str(until)) if until else None,
        {k: v for k, v in values.items() if k not in {"subject", "number", "name", "division"}},
    )


def kind_of(key: str) -> str:
    """What a subject is in law, from the category in its code."""
    return KIND_BY_CATEGORY.get(key[:2], "OTHER")
