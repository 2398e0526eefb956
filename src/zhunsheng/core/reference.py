"""Dated reference tables: division codes (GB/T 2260), industry classes (GB/T 4754), and what followed them.

A table is the sum of its editions. A later edition speaks for every part that it names: a code of the same
first two characters and the same length that it leaves out has ended with the day before it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from zhunsheng.core.packs.nodes import PackError, only_keys

DIVISIONS, INDUSTRIES = "divisions", "industries"
SCHEMAS = {kind: f"zhunsheng.{kind}/1" for kind in (DIVISIONS, INDUSTRIES)}
LENGTHS = {DIVISIONS: frozenset({2, 6}), INDUSTRIES: frozenset({1, 2, 3, 4})}
KEYS = frozenset({"schema", "edition", "source", "status", "valid_from", "valid_to", "entries"})
ENTRY_KEYS = frozenset({"code", "name", "parent", "valid_from", "valid_to", "successors"})
WHAT_ZH = {DIVISIONS: "区划", INDUSTRIES: "行业"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One code under one name for one stretch of days; `valid_to` is its last day, None while in force."""

    code: str
    name: str
    parent: str
    valid_from: dt.date
    valid_to: dt.date | None
    successors: tuple[str, ...]
    edition: str
    source: str

    def holds_on(self, on: dt.date) -> bool:
        """Whether this stretch contains a day."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Edition:
    """One issue of a table."""

    kind: str
    name: str
    valid_from: dt.date
    entries: tuple[Entry, ...]


class NotInForceError(LookupError):
    """A code or name that cannot be taken on a day; what to write instead, if the table knows."""

    def __init__(self, reason_zh: str, cure_zh: str) -> None:
        super().__init__(reason_zh)
        self.reason_zh = reason_zh
        self.cure_zh = cure_zh


@dataclass(frozen=True, slots=True)
class Table:
    """All editions of one kind. `by_code` holds the stretches of each code, oldest first."""

    kind: str
    by_code: Mapping[str, tuple[Entry, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, kind: str, editions: Iterable[Edition]) -> Table:
        """Editions in the order of their day; of one day the later given speaks."""
        told: dict[str, list[Entry]] = {}
        for edition in sorted(editions, key=lambda e: e.valid_from):
            speaks_for = {_part(entry.code) for entry in edition.entries}
            before = edition.valid_from - dt.timedelta(days=1)
            for code, stretches in told.items():
                if _part(code) in speaks_for:
                    told[code] = [_ended(s, before) for s in stretches if s.valid_from <= before]
            for entry in edition.entries:
                told.setdefault(entry.code, []).append(entry)
        by_code = {code: tuple(sorted(s, key=lambda e: e.valid_from)) for code, s in told.items() if s}
        return cls(kind, by_code)

    @property
    def first_day(self) -> dt.date:
        """The first day of which the table says anything."""
        return min((s[0].valid_from for s in self.by_code.values()), default=dt.date.min)

    def in_force(self, code: str, on: dt.date) -> Entry | None:
        """The entry of a code on a day, or None."""
        return next((e for e in self.by_code.get(code, ()) if e.holds_on(on)), None)

    def resolve(self, code: str, on: dt.date) -> tuple[Entry, ...]:
        """The entry itself, or those that took its place by a day: one after a merger, several after a split.

        Several are a question for a person. Empty when the code is not known then, or nothing followed it.
        """
        found: dict[str, Entry] = {}
        waiting, seen = [code], set()
        while waiting:
            current = waiting.pop(0)
            if current in seen:
                continue
            seen.add(current)
            entry = self.in_force(current, on)
            if entry is not None:
                found[current] = entry
                continue
            ended = [e for e in self.by_code.get(current, ()) if e.valid_to is not None and e.valid_to < on]
            waiting += ended[-1].successors if ended else ()
        return tuple(found.values())

    def named(self, name: str, on: dt.date) -> tuple[Entry, ...]:
        """The entries that bear a name on a day."""
        return tuple(e for s in self.by_code.values() for e in s if e.name == name and e.holds_on(on))

    def look_up(self, text: str, on: dt.date) -> str:
        """The code that a code or a name means on a day; NotInForceError with reason and cure.

        Where the table has no codes of this depth below the parent, the parent must be in force. Of days
        before the table begins it is asked as of its first day.
        """
        what, on = WHAT_ZH[self.kind], max(on, self.first_day)
        if not text.isascii():
            return self._by_name(text, on)
        if self.in_force(text, on) is not None:
            return text
        if text in self.by_code:
            raise NotInForceError(f"{what}代码 {text} 在 {on} 不在用", self._instead(text, on))
        if len(text) in LENGTHS[self.kind] and text.isdigit() and self._coarse(text, on):
            return text
        cure = f"核对代码；新代码先用 zhunsheng reference load {self.kind} 载入官方表"
        raise NotInForceError(f"{what}代码 {text} 不在已载入的表中", cure)

    def _by_name(self, text: str, on: dt.date) -> str:
        what, found = WHAT_ZH[self.kind], self.named(text, on)
        if len(found) == 1:
            return found[0].code
        if found:
            codes = "、".join(f"{e.code}（属 {e.parent}）" for e in found)
            raise NotInForceError(f"{what}名称“{text}”不止一个", f"改填代码：{codes}")
        former = [e for s in self.by_code.values() for e in s if e.name == text]
        cure = self._instead(former[-1].code, on) if former else "核对名称，或改填代码"
        raise NotInForceError(f"{on} 没有名为“{text}”的{what}", cure)

    def _instead(self, code: str, on: dt.date) -> str:
        now = self.resolve(code, on)
        told = "、".join(f"{e.code} {e.name}" for e in now)
        if len(now) == 1:
            return f"改填 {told}"
        return f"由人选定其一：{told}" if now else "核对该日在用的代码"

    def _coarse(self, code: str, on: dt.date) -> bool:
        for length in sorted((n for n in LENGTHS[self.kind] if 1 < n < len(code)), reverse=True):
            parent = code[:length]
            if any(c.startswith(parent) and length < len(c) <= len(code) for c in self.by_code):
                return False
            if parent in self.by_code:
                return self.in_force(parent, on) is not None
        return False


def _part(code: str) -> tuple[str, int]:
    return code[:2], len(code)


def _ended(entry: Entry, last: dt.date) -> Entry:
    return entry if entry.valid_to is not None and entry.valid_to <= last else replace(entry, valid_to=last)


def read_edition(
    kind: str, document: Mapping[str, Any], *, where: str, known: Table | None = None
) -> Edition:
    """An edition from data; PackError names the place. Parents may stand in `known`, the table so far."""
    only_keys(document, KEYS, where)
    for key in ("edition", "source", "entries"):
        if not document.get(key):
            raise PackError(f"{where}.{key}", "不能为空")
    start = _day(document.get("valid_from"), f"{where}.valid_from")
    entries = document["entries"]
    if start is None or not isinstance(entries, list):
        raise PackError(
            f"{where}.valid_from" if start is None else f"{where}.entries", "不能为空，entries 为列表"
        )
    end = _day(document.get("valid_to"), f"{where}.valid_to")
    name, source = str(document["edition"]), str(document["source"])
    told = [
        _entry(kind, node, Entry("", "", "", start, end, (), name, source), f"{where}.entries[{number}]")
        for number, node in enumerate(entries)
    ]
    _consistent(told, {e.code for e in told} | set(known.by_code if known else ()), where)
    return Edition(kind, name, start, tuple(told))


def _entry(kind: str, node: object, usual: Entry, where: str) -> Entry:
    if not isinstance(node, Mapping):
        raise PackError(where, "写成 code、name 等键")
    only_keys(node, ENTRY_KEYS, where)
    code, name = node.get("code"), node.get("name")
    good = isinstance(code, str) and len(code) in LENGTHS[kind] and code.isascii()
    letter = kind == INDUSTRIES and isinstance(code, str) and len(code) == 1
    if not isinstance(code, str) or not good or not (code.isupper() if letter else code.isdigit()):
        raise PackError(f"{where}.code", f"{code!r} 不是{WHAT_ZH[kind]}代码（加引号的文字，前导零不可丢）")
    if not isinstance(name, str) or not name.strip():
        raise PackError(f"{where}.name", "不能为空")
    successors = node.get("successors") or []
    if not isinstance(successors, list) or not all(isinstance(s, str) for s in successors):
        raise PackError(f"{where}.successors", "写代码的列表")
    since = _day(node.get("valid_from"), f"{where}.valid_from") or usual.valid_from
    until = _day(node.get("valid_to"), f"{where}.valid_to") or usual.valid_to
    if until is not None and until < since:
        raise PackError(f"{where}.valid_to", "早于启用日")
    if successors and until is None:
        raise PackError(f"{where}.successors", "在用的代码没有承接者；写明 valid_to")
    told = replace(usual, code=code, name=name.strip(), parent=str(node.get("parent") or ""))
    return replace(told, valid_from=since, valid_to=until, successors=tuple(successors))


def _consistent(entries: list[Entry], codes: set[str], where: str) -> None:
    last: dict[str, Entry] = {}
    for number, entry in enumerate(entries):
        place = f"{where}.entries[{number}]"
        if entry.parent and entry.parent not in codes:
            raise PackError(f"{place}.parent", f"没有上级代码 {entry.parent}")
        strange = [code for code in entry.successors if code not in codes or code == entry.code]
        if strange:
            raise PackError(f"{place}.successors", f"没有承接代码 {strange}")
        before = last.get(entry.code)
        if before is not None and (before.valid_to is None or entry.valid_from <= before.valid_to):
            raise PackError(f"{place}.valid_from", f"{entry.code} 的两段日期重叠；先写早的并写明 valid_to")
        last[entry.code] = entry


def _day(value: object, where: str) -> dt.date | None:
    if value is None or value == "":
        return None
    try:
        return value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value))
    except ValueError as error:
        raise PackError(where, f"{value!r} 不是日期，应如 2026-07-01") from error
