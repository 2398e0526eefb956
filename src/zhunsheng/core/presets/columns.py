"""How a table's columns feed the fields of a target: what a field wants, what is proposed, what was chosen.

One list serves template, mapping page and reading, so they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from zhunsheng.core.contracts import ContractSet, FieldContract, FieldType
from zhunsheng.core.presets.preset import LOOKUPS, Column, Preset
from zhunsheng.core.presets.targets import Target, fields_of

MISSING = frozenset({"-", "/", "N/A", "NULL"})
YES_NO = (("true", "是"), ("false", "否"))


@dataclass(frozen=True, slots=True)
class FieldGuide:
    """A field as people fill it: the column's usual name, other names, the words that are taken.

    `choices` are (stored value, word), none where any text of the type is taken. `looked_up` names a table.
    """

    field: FieldContract
    names: tuple[str, ...]
    choices: tuple[tuple[str, str], ...] = ()
    looked_up: str = ""

    @property
    def words(self) -> tuple[str, ...]:
        """The words that are taken."""
        return tuple(word for _value, word in self.choices)

    @property
    def name(self) -> str:
        """The column's usual name."""
        return self.names[0]


def base_of(presets: Mapping[str, Preset], target: Target, kind: str, header: Sequence[str] = ()) -> str:
    """The preset whose reading of texts is followed: the one that knows most columns, else the first."""
    fit = [p for p in presets.values() if p.target is target and p.kind == kind]
    known = {p.id: len({n for c in p.columns for n in c.names} & set(header)) for p in fit}
    return max(known, key=lambda one: known[one], default="")


def guide(target: Target, kind: str, contracts: ContractSet, base: Preset | None) -> list[FieldGuide]:
    """Every field of a target in the order in which people fill it, required ones first."""
    columns = {column.field.name: column for column in base.columns} if base else {}
    told = []
    for name, spec in fields_of(target, contracts, kind).items():
        column = columns.get(name) or plain_column(spec)
        if not column.names:
            continue  # a constant of the source
        names = tuple(dict.fromkeys((*column.names, spec.name_zh, name)))
        told.append(FieldGuide(spec, names, _choices(spec, column), column.lookup))
    return sorted(told, key=lambda one: not one.field.required)


def _choices(spec: FieldContract, column: Column) -> tuple[tuple[str, str], ...]:
    """One word for each stored value, the source's own first; a stored code only where it has no word."""
    said = {value: word for word, value in reversed(list((column.values or {}).items())) if value}
    if spec.type is FieldType.FLAG:
        return tuple(said.items())[::-1] or YES_NO
    if spec.type is not FieldType.CHOICE:
        return ()
    kept = (value for value in spec.values if not said or value in said)
    return tuple((value, spec.values_zh.get(value) or said.get(value, value)) for value in kept)


def plain_column(spec: FieldContract) -> Column:
    """How a field is read that no preset speaks of: stored values, or the words for them."""
    words = {zh: value for value, zh in spec.values_zh.items()} | {value: value for value in spec.values}
    return Column(
        spec, (spec.name_zh,), values=words or None, lookup=spec.name if spec.name in LOOKUPS else ""
    )


def propose(
    header: Sequence[str], guides: Sequence[FieldGuide], remembered: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Field → column: as remembered while the column is there, else the first of the field's names."""
    there = set(header)
    told = {field: name for field, name in (remembered or {}).items() if name in there}
    if remembered is not None:
        return told
    found = {one.field.name: next((n for n in one.names if n in there), "") for one in guides}
    return {field: name for field, name in found.items() if name}


def lacking(columns: Mapping[str, str], guides: Sequence[FieldGuide]) -> list[FieldGuide]:
    """Required fields that no column feeds."""
    return [one for one in guides if one.field.required and not columns.get(one.field.name)]


def preset_of(
    target: Target,
    kind: str,
    columns: Mapping[str, str],
    contracts: ContractSet,
    base: Preset | None,
    values: Mapping[str, Mapping[str, str]] | None = None,
) -> Preset:
    """The reading that was chosen: each field from its column, its texts read as the base reads them.

    `values` is field → text → stored value, for texts that the base does not know; '' leaves the field empty.
    """
    known = {column.field.name: column for column in base.columns} if base else {}
    told = [column for column in known.values() if not column.names]
    for name, spec in fields_of(target, contracts, kind).items():
        if columns.get(name):
            column = replace(known.get(name) or plain_column(spec), names=(columns[name],))
            more = (values or {}).get(name)
            told.append(replace(column, values={**more, **(column.values or {})}) if more else column)
    missing = base.missing if base else MISSING
    return Preset("mapping", "", target, kind, tuple(told), frozenset(), missing)


def template_header(guides: Sequence[FieldGuide]) -> list[FieldGuide]:
    """One column for each name: a column that feeds two fields stands once."""
    return list({one.name: one for one in reversed(guides)}.values())[::-1]


def said_of(field: str, columns: Mapping[str, str], guides: Sequence[FieldGuide]) -> str:
    """The column that a refusal speaks of, as it stands in the file; else the field in words."""
    name, _, column = field.removesuffix("）").partition("（")
    names = {one.field.name: one.field.name_zh for one in guides}
    return column or columns.get(name) or names.get(name, name)
