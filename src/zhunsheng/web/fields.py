"""The fields of a form, described once: shown by `web/parts/fields.html`, read back kindly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhunsheng.core.contracts import FieldContract, FieldType

Text = str | Promise
CHARACTERS_MAX = 2_000
# What a database still takes for the number of a row.
DIGITS_MAX = 18


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to fill in. `kind`: an input's type, `select`, `area`, `checks` or `hidden`.

    `choices` are (value, words). A field that must not be empty is `required`.
    """

    name: str
    label: Text
    kind: str = "text"
    hint: Text = ""
    choices: Sequence[tuple[str, Text]] = ()
    required: bool = True
    complete: str = "off"

    def said(self, values: Mapping[str, str]) -> str:
        """What is filled in, in words."""
        told = values.get(self.name, "")
        words = {value: str(text) for value, text in self.choices}
        if self.kind == "checks":
            return "、".join(words.get(value, value) for value in told.split("\n") if value)
        return words.get(told, told)

    def problem(self, values: Mapping[str, str]) -> str:
        """What is wrong with it in one sentence; empty if nothing is."""
        told, words = values.get(self.name, ""), {"label": self.label}
        if not told:
            return _("请填写：%(label)s") % words if self.required else ""
        if self.kind == "date" and day_of_text(told) is None:
            return _("%(label)s：请写成 2026-06-30 的样子") % words
        known = {value for value, _words in self.choices}
        if self.kind in {"select", "checks"} and not set(told.split("\n")) <= known:
            return _("请选择：%(label)s") % words
        return ""


HINTS: dict[FieldType, Text] = {
    FieldType.MONEY_FEN: gettext_lazy("元，可带两位小数。"),
    FieldType.INTEGER: gettext_lazy("只写整数。"),
}


def of_contract(spec: FieldContract, hint: Text = "") -> Field:
    """A field of a fact as something to fill in, which may be left empty."""
    kind, choices = "text", [(value, spec.values_zh.get(value, value)) for value in spec.values]
    if spec.type is FieldType.FLAG:
        choices = [("true", _("是")), ("false", _("否"))]
    if choices:
        kind = "select"
    elif spec.type is FieldType.DATE:
        kind = "date"
    said = " ".join(str(text) for text in (hint, HINTS.get(spec.type, "")) if text)
    return Field(spec.name, spec.name_zh, kind, said, choices, required=False)


def number_of_text(text: str) -> int:
    """The number of a row as a form or an address names it; 0, which names none, for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= DIGITS_MAX else 0


def day_of_text(text: str) -> date | None:
    """The day that somebody has typed; None when it is none."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def values_of(fields: Sequence[Field], posted: QueryDict) -> dict[str, str]:
    """What came, trimmed; several marks of one field by lines."""
    told = {}
    for field in fields:
        parts = posted.getlist(field.name) if field.kind == "checks" else [posted.get(field.name, "")]
        text = "\n".join(part.replace("\0", "").replace("\r\n", "\n").strip() for part in parts)
        told[field.name] = text[:CHARACTERS_MAX]
    return told


def problems_of(fields: Sequence[Field], values: Mapping[str, str]) -> dict[str, str]:
    """Field → problem, in the order of the form."""
    told = {field.name: field.problem(values) for field in fields}
    return {name: text for name, text in told.items() if text}


def shown(
    fields: Sequence[Field], values: Mapping[str, str], errors: Mapping[str, str]
) -> list[tuple[Field, str, str, list[tuple[str, Text, bool]]]]:
    """For the template: field, value, problem, and its choices with whether each is chosen."""
    return [
        (
            field,
            values.get(field.name, ""),
            errors.get(field.name, ""),
            [(v, words, v in values.get(field.name, "").split("\n")) for v, words in field.choices],
        )
        for field in fields
    ]
