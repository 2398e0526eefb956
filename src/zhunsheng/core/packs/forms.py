"""The fields of a definition: its own nodes, a field for each value; a form needs no second definition.

A definition (a trigger point, an indicator) is the mapping that its YAML says. A field has the place of its
value in it (`yellow.all.0.at_least`) and keeps the value's kind: a number stays a number, a flag a flag.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from zhunsheng.core.packs.lines import unshared
from zhunsheng.core.packs.load import Document
from zhunsheng.core.packs.nodes import CALENDARS, COMPARISONS, OPS, WINDOW_LENGTHS

WHOLE = re.compile(r"-?[0-9]{1,15}")
FINE = re.compile(r"-?[0-9]{1,9}\.[0-9]{1,2}")
YES, NO = "true", "false"
ALL_TIME, CALENDAR, BEFORE = "all", "calendar", "ending_days_before"
WORTH = frozenset({"points", "cap"})
JOINS = ("all", "any")


class FieldKind(StrEnum):
    """What may be written into a field; the plural ones hold one value a line.

    POINTS: whole or with two decimals. WINDOW: `all`, `days 30`, `days 30 7` (ending 7 days before) or
    `calendar YEAR`; one that begins with an event has a field for each of its parts.
    """

    NUMBER = "NUMBER"
    POINTS = "POINTS"
    WINDOW = "WINDOW"
    FLAG = "FLAG"
    DAY = "DAY"
    TEXT = "TEXT"
    NUMBERS = "NUMBERS"
    TEXTS = "TEXTS"


@dataclass(frozen=True, slots=True)
class FormField:
    """One value of a definition: its place, its kind, and the text that stands for it in a form."""

    place: str
    kind: FieldKind
    text: str


def fields_of(node: Document) -> list[FormField]:
    """A field for every value, in the order of the definition."""
    return list(_fields(node, ""))


def filled(node: Document, texts: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """The definition with the texts of a form in it, and by place what could not be read.

    A place without a text, or with one that could not be read, keeps its value. A text for no place is
    not used: a form adds nothing to a definition that its YAML does not have.
    """
    told: dict[str, Any] = unshared(node)
    errors: dict[str, str] = {}
    for field in fields_of(node):
        text = texts.get(field.place, field.text).replace("\r\n", "\n")
        if text == field.text:
            continue
        try:
            value = _value(field.kind, text)
        except ValueError as error:
            errors[field.place] = str(error)
            continue
        _put(told, field.place, value)
    return told, errors


def renamed(node: Any, place: str, key: str) -> Any:
    """The node with the key at a place called otherwise, in its order: ≥ becomes ＞, all becomes any.

    Only what stands for one of several can: how it is counted, compared, joined. Else the node as it is.
    """
    told = unshared(node)
    above, _, last = place.rpartition(".")
    here = at_place(told, above)
    kin: Iterable[str] = next((k for k in (COMPARISONS, OPS, JOINS) if last in k), ())
    if isinstance(here, dict) and last in here and key in kin and key not in here:
        before = dict(here)
        here.clear()
        here.update({key if name == last else name: value for name, value in before.items()})
    return told


def at_place(node: Any, place: str) -> Any:
    """What stands at a place, '' for all of it; None where nothing is."""
    steps = place.split(".") if place else []
    here = node
    while steps:
        taken = next(
            (n for n in range(1, len(steps) + 1) if _inner(here, ".".join(steps[:n])) is not None), 0
        )
        if not taken:
            return None
        here, steps = _inner(here, ".".join(steps[:taken])), steps[taken:]
    return here


def place_of(node: Document, path: str) -> str:
    """Where a finding of the proof belongs: `T09-1.yellow[0]` is at `yellow.all.0`; '' for all of it.

    The proof counts the parts of a condition and does not name what joins them. What has no value yet is told
    at the nearest node that is there; the way back that a percentage makes is told at the percentage.
    """
    steps = re.findall(r"[^.\[\]]+", path.removeprefix(str(node.get("id", ""))))
    if steps[:1] == ["clear"] and "clear" not in node and "clear_at_percent" in node:
        return "clear_at_percent"
    here: Any = node
    place: list[str] = []
    for step in steps:
        here, place = _joined(here, place, step)
        inner = _inner(here, step)
        if inner is None:
            break
        here, place = inner, [*place, step]
    return ".".join(place)


def field_at(node: Document, place: str, about: str) -> str:
    """The field below a place that names a kind or a field; the place itself if none does."""
    if not about:
        return place
    for f in fields_of(node):
        inside = f.place == place or f.place.startswith(f"{place}.")
        told = f.place.partition(".where.")[2] if ".where." in f.place else ""
        named = any(about in (text, *text.split(".", 1)) for text in f.text.split("\n"))
        if inside and (told == about or told.startswith(f"{about}.") or (named and not told)):
            return f.place
    return place


def _joined(here: Any, place: list[str], step: str) -> tuple[Any, list[str]]:
    """Past what joins or turns parts, if the step counts parts."""
    while step.isdigit() and isinstance(here, Mapping):
        join = next((word for word in ("all", "any", "not") if word in here), None)
        if join is None:
            break
        here, place = here[join], [*place, join]
    return here, place


def _inner(here: Any, step: str) -> Any:
    if isinstance(here, list):
        return here[int(step)] if step.isdigit() and int(step) < len(here) else None
    return here.get(step) if isinstance(here, Mapping) else None


def _fields(node: object, place: str) -> Iterator[FormField]:
    last = place.rpartition(".")[2]
    if last == "window" and (window := _window(node)):
        yield FormField(place, FieldKind.WINDOW, window)
    elif isinstance(node, Mapping):
        for name, inner in node.items():
            yield from _fields(inner, f"{place}.{name}" if place else str(name))
    elif isinstance(node, list):
        kind = _plural(node)
        if kind:
            yield FormField(place, kind, "\n".join(map(str, node)))
        else:
            for number, inner in enumerate(node):
                yield from _fields(inner, f"{place}.{number}")
    elif isinstance(node, bool):
        yield FormField(place, FieldKind.FLAG, YES if node else NO)
    elif last in WORTH and isinstance(node, int | float | str):
        yield FormField(place, FieldKind.POINTS, str(node))
    elif isinstance(node, int | float):
        yield FormField(place, FieldKind.NUMBER, str(node))
    elif isinstance(node, date):
        yield FormField(place, FieldKind.DAY, node.isoformat())
    elif isinstance(node, str):
        yield FormField(place, FieldKind.TEXT, node)


def _plural(node: list[Any]) -> FieldKind | None:
    """A list that can be written one value a line; others have a field for each part."""
    if node and all(type(inner) is int for inner in node):
        return FieldKind.NUMBERS
    if all(isinstance(inner, str) and inner and inner.splitlines() == [inner.strip()] for inner in node):
        return FieldKind.TEXTS
    return None


def _window(node: object) -> str:
    """A window as one text; '' for one that is written out in parts, or that is none."""
    if node == ALL_TIME:
        return ALL_TIME
    if not isinstance(node, Mapping) or len(node) > 2:
        return ""
    if [*node] == [CALENDAR] and node[CALENDAR] in CALENDARS:
        return f"{CALENDAR} {node[CALENDAR]}"
    unit = next((name for name in WINDOW_LENGTHS if type(node.get(name)) is int), "")
    rest = {name: value for name, value in node.items() if name != unit}
    if not unit or not set(rest) <= {BEFORE} or [*node][0] != unit:
        return ""
    return " ".join(str(part) for part in (unit, node[unit], *rest.values()) if type(part) in {str, int})


def _window_value(text: str) -> Any:
    unit, *numbers = text.split()
    if unit == ALL_TIME:
        return ALL_TIME
    if unit == CALENDAR and numbers and numbers[0] in CALENDARS:
        return {CALENDAR: numbers[0]}
    if unit not in WINDOW_LENGTHS or not 1 <= len(numbers) <= 2:
        raise ValueError("请写明窗口的长度")
    lengths = [_number(number) for number in numbers]
    return {unit: lengths[0]} | ({BEFORE: lengths[1]} if len(lengths) > 1 else {})


def _points(text: str) -> int | str:
    if FINE.fullmatch(text):
        return text
    if not WHOLE.fullmatch(text):
        raise ValueError("请写整数，或写至多两位小数，如 1.5")
    return int(text)


def _value(kind: FieldKind, text: str) -> Any:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    match kind:
        case FieldKind.NUMBER:
            return _number(text.strip())
        case FieldKind.POINTS:
            return _points(text.strip())
        case FieldKind.WINDOW:
            return _window_value(text)
        case FieldKind.NUMBERS:
            return [_number(line) for line in lines]
        case FieldKind.TEXTS:
            return lines
        case FieldKind.FLAG:
            if text not in {YES, NO}:
                raise ValueError("请选择是或否")
            return text == YES
        case FieldKind.DAY:
            try:
                return date.fromisoformat(text.strip())
            except ValueError:
                raise ValueError("日期写成 2026-07-31") from None
    return text


def _number(text: str) -> int:
    if not WHOLE.fullmatch(text):
        raise ValueError("请写整数")
    return int(text)


def _put(node: Any, place: str, value: Any) -> None:
    """Sets the value at a place of a tree whose keys may themselves hold a dot."""
    while True:
        if isinstance(node, list):
            step, _, rest = place.partition(".")
            key: Any = int(step)
        else:
            key = next(name for name in node if place == str(name) or place.startswith(f"{name}."))
            rest = place[len(str(key)) + 1 :]
        if not rest:
            node[key] = value
            return
        node, place = node[key], rest
