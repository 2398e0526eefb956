"""Forms of documents and of service: the fields of the catalogue as a person fills them in, and back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhunsheng.core.documents.fields import MEMBERS, Field, FieldError, FieldType

YUAN = re.compile(r"^(\d{1,12})(?:\.(\d{1,2}))?$")
FEN = 100


@dataclass(frozen=True, slots=True)
class Input:
    """One field as the form shows it. `kind`: line, text, date, number or choice."""

    name: str
    label: str
    kind: str
    hint: str
    text: str
    required: bool
    law: bool
    choices: tuple[tuple[str, str], ...]


KINDS = {
    FieldType.LINE: "line",
    FieldType.MONEY: "line",
    FieldType.NUMBER: "number",
    FieldType.DATE: "date",
    FieldType.CHOICE: "choice",
}


def _hints() -> dict[FieldType, str]:
    return {
        FieldType.LIST: _("一行一项。"),
        FieldType.MONEY: _("元，可带两位小数。"),
        FieldType.PEOPLE: _("一行一人：姓名，空格，执法证号（可不写）。"),
        FieldType.LAW: _("一行一处：法律名称，空格，条号（款、项写在括号里）。"),
    }


def inputs(fields: Iterable[Field], values: Mapping[str, Any], typed: QueryDict | None = None) -> list[Input]:
    """The form: what was typed when it is shown again, else what is stored."""
    english, hints = (get_language() or "").startswith("en"), _hints()
    return [
        Input(
            f"f-{one.name}",
            one.name_en if english and one.name_en else one.name_zh,
            KINDS.get(one.type, "text"),
            " ".join(filter(None, (hints.get(one.type, ""), one.hint_zh))),
            typed.get(f"f-{one.name}", "") if typed is not None else shown(one, values.get(one.name)),
            one.required,
            one.type is FieldType.LAW,
            tuple(one.choices.items()),
        )
        for one in fields
    ]


def shown(field: Field, value: Any) -> str:
    """A stored value as the form shows it; '' for none."""
    if value is None:
        return ""
    match field.type:
        case FieldType.LIST:
            return "\n".join(value)
        case FieldType.MONEY:
            return f"{value // FEN}.{value % FEN:02d}"
        case FieldType.PEOPLE | FieldType.LAW:
            keys, _needed = MEMBERS[field.type]
            return "\n".join(" ".join(str(one[key]) for key in keys if key in one) for one in value)
        case _:
            return str(value)


def values_of(fields: Iterable[Field], typed: QueryDict) -> dict[str, object]:
    """What was typed as values; what was left empty has none. FieldError names the field."""
    told = {one.name: (one, typed.get(f"f-{one.name}", "").replace("\r\n", "\n").strip()) for one in fields}
    return {name: _read(field, text) for name, (field, text) in told.items() if text}


def _read(field: Field, text: str) -> object:
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    match field.type:
        case FieldType.LIST:
            return lines
        case FieldType.MONEY:
            found = YUAN.match(text)
            if found is None:
                raise FieldError(_("%(field)s：金额写成 1200 或 1200.50") % {"field": field.name_zh})
            return int(found[1]) * FEN + int((found[2] or "").ljust(2, "0"))
        case FieldType.NUMBER:
            if not (text.isascii() and text.isdigit() and len(text) < 16):
                raise FieldError(_("%(field)s：应为整数") % {"field": field.name_zh})
            return int(text)
        case FieldType.PEOPLE | FieldType.LAW:
            first, second = MEMBERS[field.type][0]
            cut = (
                line.rpartition(" ") if field.type is FieldType.LAW else line.partition(" ") for line in lines
            )
            return [{k: v.strip() for k, v in ((first, a), (second, b)) if v.strip()} for a, _space, b in cut]
        case _:
            return text
