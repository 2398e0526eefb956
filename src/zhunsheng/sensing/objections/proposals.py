"""The values that a record should have: typed from what people write, checked as the fact's contract says."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from django.utils.translation import gettext as _

from zhunsheng.core.contracts import FactContract, FieldContract, FieldType, check_payload
from zhunsheng.core.facts import Fact, Scalar
from zhunsheng.core.presets.cells import Lookup, UnreadableError, read_text
from zhunsheng.core.presets.columns import plain_column

FEN_A_YUAN = 100
TEXT_CHARACTERS_MAX = 500
Values = Mapping[str, Scalar]


class ObjectionError(Exception):
    """An objection that cannot be filed or decided; the text says why."""


def files_of(fact: str) -> str:
    """Under which name the files are kept that say why a fact is wrong."""
    return f"objection:{fact}"


def open_fields(contract: FactContract, hidden: Collection[str]) -> list[FieldContract]:
    """Where a business may propose another value: what it is shown, and nobody's personal data."""
    return [spec for spec in contract.fields.values() if spec.pii == "NONE" and spec.name not in hidden]


def typed(
    fields: Collection[FieldContract], told: Mapping[str, str], lookups: Mapping[str, Lookup], on: date
) -> tuple[dict[str, Scalar], dict[str, str]]:
    """Texts by field as values of their types, and field → what is wrong; an empty text is no value.

    Codes are looked up as they were `on` the day of the fact.
    """
    values: dict[str, Scalar] = {}
    problems: dict[str, str] = {}
    for spec in fields:
        text = told.get(spec.name, "").replace("\0", "").strip()[:TEXT_CHARACTERS_MAX]
        if not text:
            continue
        try:
            values[spec.name] = read_text(plain_column(spec), text, on, lookups)
        except UnreadableError as error:
            problems[spec.name] = f"{error.reason_zh}；{error.cure_zh}"
    return values, problems


def as_text(spec: FieldContract, value: Scalar) -> str:
    """A value as `typed` reads it back; '' for none."""
    if value is None:
        return ""
    if spec.type is FieldType.MONEY_FEN and isinstance(value, int):
        sign, fen = "-" if value < 0 else "", abs(value)
        return f"{sign}{fen // FEN_A_YUAN}.{fen % FEN_A_YUAN:02d}"
    return str(value).lower() if isinstance(value, bool) else str(value)


def corrected(contract: FactContract, fact: Fact, values: Values) -> dict[str, Scalar]:
    """The fact's content with these values; ObjectionError when nothing changes or the contract refuses."""
    personal = [name for name in values if (spec := contract.fields.get(name)) and spec.pii != "NONE"]
    if personal or all(fact.payload.get(name) == value for name, value in values.items()):
        raise ObjectionError(_("没有与现在的记录不同的值"))
    payload = {**fact.payload, **values}
    refusals = [refusal for refusal in check_payload(contract, payload) if refusal.field in values]
    if refusals:
        raise ObjectionError("；".join(f"{one.reason_zh}，{one.cure_zh}" for one in refusals))
    return payload
