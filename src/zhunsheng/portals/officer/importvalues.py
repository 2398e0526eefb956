"""The step between columns and dry run: a choice for each text of the file that no value answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from zhunsheng.core.presets.columns import FieldGuide
from zhunsheng.core.presets.unread import Unread
from zhunsheng.workflows.valuing import Values

LEAVE_EMPTY, KNOWN_SHOWN = "EMPTY", 12


@dataclass(frozen=True, slots=True)
class Line:
    """One text: the name of its control, how many rows have it, and what stands chosen."""

    control: str
    text: str
    rows: int
    chosen: str


@dataclass(frozen=True, slots=True)
class Group:
    """One column: what may be chosen as (value of the control, word), its texts, and what is read already."""

    guide: FieldGuide
    column: str
    choices: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]
    left: int
    known: tuple[tuple[str, int], ...]


def groups_of(found: Sequence[Unread], guides: Sequence[FieldGuide], remembered: Values) -> list[Group]:
    """The columns as the page shows them, with what was chosen before."""
    by_name, told = {guide.field.name: guide for guide in guides}, []
    for one in found:
        choices, before = _choices(by_name[one.field]), remembered.get(one.field, {})
        lines = tuple(
            Line(control, text, rows, before[text] or LEAVE_EMPTY if text in before else "")
            for control, (text, rows) in zip(_controls(one), one.texts, strict=True)
        )
        known = one.known[:KNOWN_SHOWN]
        told.append(Group(by_name[one.field], one.column, choices, lines, one.left, known))
    return told


def chosen_in(form: Mapping[str, str], found: Sequence[Unread], guides: Sequence[FieldGuide]) -> Values:
    """What a form says for each text; what is not offered counts as not chosen."""
    by_name, told = {guide.field.name: guide for guide in guides}, {}
    for one in found:
        offered = {value for value, _word in _choices(by_name[one.field])}
        picked = {
            text: form.get(control, "")
            for control, (text, _rows) in zip(_controls(one), one.texts, strict=True)
        }
        told[one.field] = {
            text: "" if value == LEAVE_EMPTY else value for text, value in picked.items() if value in offered
        }
    return told


def readings(values: Values, guides: Sequence[FieldGuide]) -> list[tuple[str, str, str]]:
    """(field, text, what it is read as) in words, for the page of what became of the rows."""
    told = []
    for guide in guides:
        words = dict(_choices(guide))
        for text, value in values.get(guide.field.name, {}).items():
            told.append((guide.field.name_zh, text, words.get(value or LEAVE_EMPTY, value)))
    return told


def _choices(guide: FieldGuide) -> tuple[tuple[str, str], ...]:
    empty = () if guide.field.required else ((LEAVE_EMPTY, _("（留空）")),)
    return (*guide.choices, *empty)


def _controls(one: Unread) -> list[str]:
    return [f"value-{one.field}-{n}" for n in range(len(one.texts))]
