"""What a list must be before anybody may publish it: its own shape rules, and two versions side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from zhunsheng.core.packs.nodes import PackError

SCHEMA = "zhunsheng.list/1"


@dataclass(frozen=True, slots=True)
class EntryChange:
    """One entry that is new (`old` empty), gone (`new` empty) or different, as its fields say it."""

    code: str
    old: Mapping[str, Any]
    new: Mapping[str, Any]


def entries_of(content: Mapping[str, Any], where: str = "list") -> dict[str, Mapping[str, Any]]:
    """Entries by code; PackError for a code written twice."""
    found: dict[str, Mapping[str, Any]] = {}
    for entry in content["entries"]:
        code = str(entry["code"])
        if code in found:
            raise PackError(where, f"条目 {code} 写了两次")
        found[code] = entry
    return found


def faults_of_shape(content: Mapping[str, Any]) -> list[str]:
    """What breaks the list's own rules: so many entries of each type and in all; empty when it may stand."""
    entries = entries_of(content)
    counted = Counter(str(entry["type"]) for entry in entries.values())
    shape: Mapping[str, Any] = content.get("shape", {})
    faults = [
        f"{kind} 应有 {wanted} 项，实有 {counted[kind]} 项"
        for kind, wanted in shape.get("types", {}).items()
        if counted[kind] != wanted
    ]
    strangers = sorted(set(counted) - set(shape["types"])) if shape.get("closed") else []
    faults += [f"清单不含 {kind} 类" for kind in strangers]
    total = shape.get("total")
    if total is not None and len(entries) != total:
        faults.append(f"共应有 {total} 项，实有 {len(entries)} 项")
    return faults


def compared(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[EntryChange]:
    """Every entry that differs, in the order of codes."""
    before, after = entries_of(old), entries_of(new)
    return [
        EntryChange(code, before.get(code, {}), after.get(code, {}))
        for code in sorted(before | after)
        if before.get(code) != after.get(code)
    ]


LEVELS = ("NATIONAL", "PROVINCE", "CITY", "DISTRICT")


@dataclass(frozen=True, slots=True)
class Proposal:
    """Two lists in conflict: which of them M01 proposes, and why. A person chooses."""

    proposed: str
    reason_zh: str


def proposed(
    higher: str, lower: str, *, lower_more_favourable: bool, lower_within_authority: bool
) -> Proposal:
    """The higher level applies only if the lower list is less favourable or exceeds its authority."""
    if not lower_within_authority:
        return Proposal(higher, "下级清单超出权限，建议适用上级清单")
    if not lower_more_favourable:
        return Proposal(higher, "下级清单对当事人更不利，建议适用上级清单")
    return Proposal(lower, "下级清单依法制定且对当事人更有利，建议适用下级清单")
