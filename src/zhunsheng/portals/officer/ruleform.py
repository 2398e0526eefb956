"""The form of a definition: its fields in sections and groups, and what a person typed read back.

Every field is a value of the definition; what may be chosen comes from the contracts of facts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.http import QueryDict

from zhunsheng.core.contracts import ContractSet, FieldContract, FieldType
from zhunsheng.core.packs.diagnosis import Fault
from zhunsheng.core.packs.forms import JOINS as JOIN_KEYS
from zhunsheng.core.packs.forms import FieldKind, FormField, at_place, fields_of, filled, renamed
from zhunsheng.core.packs.load import Document
from zhunsheng.core.packs.nodes import COMPARISONS, OPS, NodeReader
from zhunsheng.core.packs.shaping import NAMED, missing, removable
from zhunsheng.core.packs.typecheck import PEER_STATISTIC
from zhunsheng.core.rules.sentences import Speaker
from zhunsheng.core.rules.tree import Scope
from zhunsheng.portals.officer import rulewords as words

LISTS = ("bins", "grades", "cases", "basis", *JOIN_KEYS)
HIDDEN = frozenset({"id", "schema", "model"})
Choices = list[tuple[str, object]]


@dataclass(slots=True)
class Row:
    """One field: `kind` is how it is shown, `keys` what else its key may be, `hint` what its value means."""

    id: str
    place: str
    label: str
    kind: str
    text: str
    choices: Choices = field(default_factory=list)
    keys: Choices = field(default_factory=list)
    key: str = ""
    parts: tuple[str, str, str] = ("", "", "")
    hint: str = ""
    removable: bool = False
    problems: list[str] = field(default_factory=list)

    @property
    def wide(self) -> bool:
        """Whether it takes a line of its own."""
        return self.kind in {"checks", "long", "list"} or self.place in {"name_zh", "risk_zh", "source_zh"}

    @property
    def chosen(self) -> list[str]:
        """The values of a field that holds several."""
        return self.text.split("\n")


@dataclass(slots=True)
class Group:
    """Fields that belong together: one condition, one bin. `filters` are what it can still be narrowed by."""

    id: str
    place: str
    legend: str
    rows: list[Row] = field(default_factory=list)
    joins: list[tuple[str, str]] = field(default_factory=list)
    filters: Choices = field(default_factory=list)
    removable: bool = False
    problems: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Section:
    """One key of the definition. `more` are the places of lists that can get one more part."""

    id: str
    key: str
    title: object
    groups: list[Group] = field(default_factory=list)
    more: list[tuple[str, object]] = field(default_factory=list)
    removable: bool = False
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Desk:
    """What a form needs to know of the version around the definition."""

    contracts: ContractSet
    measures: Mapping[str, str]
    families: Choices

    @cached_property
    def kinds(self) -> dict[str, str]:
        """Every kind of fact and each of its fields, as they are written, with their names."""
        told: dict[str, str] = {}
        for kind, contract in sorted(self.contracts.kinds.items()):
            told[kind] = contract.name_zh
            fields = contract.fields.values()
            told |= {f"{kind}.{f.name}": f"{contract.name_zh} · {f.name_zh}" for f in fields}
        return told


def typed_into(node: Document, told: QueryDict) -> tuple[dict[str, Any], dict[str, str], dict[str, str]]:
    """The definition as the form has it, what could not be read by place, and the texts that were typed."""
    texts = {f.place: _typed(f, told) for f in fields_of(node) if f.place in told}
    changed, errors = filled(node, texts)
    keys = [(name.removesuffix(":key"), value) for name, value in told.items() if name.endswith(":key")]
    for place, key in sorted(keys, key=lambda pair: -pair[0].count(".")):
        changed = renamed(changed, place, str(key))
    return changed, errors, texts


def _typed(f: FormField, told: QueryDict) -> str:
    values = [str(value).replace("\0", "") for value in told.getlist(f.place)]
    if f.kind is FieldKind.WINDOW:
        unit, length, before = (
            values[-1],
            told.get(f"{f.place}:length", ""),
            told.get(f"{f.place}:before", ""),
        )
        return unit if " " in unit or unit == "all" else " ".join(filter(None, (unit, length, before)))
    if f.kind is FieldKind.TEXTS and len(values) > 1:
        known = [old for old in f.text.split("\n") if old in values]
        return "\n".join([*known, *(v for v in values if v and v not in known)])
    return values[-1]


def sections_of(node: Document, desk: Desk, texts: Mapping[str, str]) -> list[Section]:
    """The form in the order of the definition; `texts` are what was typed and could not be kept."""
    told: dict[str, Section] = {}
    groups: dict[str, Group] = {}
    for number, f in enumerate(fields_of(node)):
        steps = f.place.split(".")
        if steps[0] in HIDDEN:
            continue
        section = told.setdefault(steps[0], _section(node, steps[0]))
        place = _group_place(steps)
        if place not in groups:
            groups[place] = _group(node, place, len(groups), desk)
            section.groups.append(groups[place])
        groups[place].rows.append(_row(node, f, number, place, desk, texts))
    for key in node:
        if key not in HIDDEN and key not in told and key in words.SECTIONS:
            told[key] = _section(node, key)
    for section in told.values():
        section.more = _more(node, section)
    return list(told.values())


def _section(node: Document, key: str) -> Section:
    return Section(f"s-{key}", key, words.SECTIONS.get(key, key), removable=removable(node, key))


def _group_place(steps: list[str]) -> str:
    """The innermost entry of a list that the field stands in, else its section."""
    for n in range(len(steps) - 2, -1, -1):
        if steps[n] in LISTS and steps[n + 1].isdigit():
            return ".".join(steps[: n + 2])
    return steps[0]


def _group(node: Document, place: str, number: int, desk: Desk) -> Group:
    above, _, last = place.rpartition(".")
    here = at_place(node, place)
    name = above.rpartition(".")[2]
    counted = f"{words.ENTRIES.get(name, '')} {int(last) + 1}" if above else ""
    told = Group(f"g{number}", place, _said(node, here, desk) or counted, removable=bool(above))
    told.joins = [(above, name)] if name in JOIN_KEYS and last == "0" else []
    if isinstance(here, Mapping):
        told.filters = _filters(here, desk)
    return told


def _said(node: Document, here: Any, desk: Desk) -> str:
    """A condition as a sentence; '' for what is none, or cannot be read."""
    per = node.get("per_object")
    scope = Scope.SAME_OBJECT if per else Scope.SUBJECT
    thing = str(per.get("name_zh", "")) if isinstance(per, Mapping) else ""
    wanted = here.get("when") if isinstance(here, Mapping) and "when" in here else here
    if not isinstance(wanted, Mapping) or not set(wanted) & {*COMPARISONS, *JOIN_KEYS, "not"}:
        return ""
    if not set(wanted) & {*OPS, *JOIN_KEYS, "not", "ratio", "trend"}:
        return ""
    try:
        return Speaker(desk.contracts, thing or "对象").condition(NodeReader(scope).condition(wanted, ""))
    except (ValueError, TypeError, KeyError, AttributeError):
        return ""


def _filters(here: Mapping[str, Any], desk: Desk) -> Choices:
    found = next((name for name in OPS if name in here), "")
    where = here.get("where")
    known = where if isinstance(where, Mapping) else {}
    fields = _fields(here.get(found), desk) if found else {}
    return [(name, f.name_zh) for name, f in fields.items() if name not in known]


def _fields(target: Any, desk: Desk) -> dict[str, FieldContract]:
    """The fields of the kinds that a target names."""
    told: dict[str, FieldContract] = {}
    for name in target if isinstance(target, list) else [target]:
        contract = desk.contracts.get(str(name).partition(".")[0])
        told |= dict(contract.fields) if contract is not None else {}
    return told


def _about(node: Document, place: str, desk: Desk) -> FieldContract | None:
    """The contract of the field that a value is compared with: of a filter, or of the last value."""
    before, found, rest = place.partition(".where.")
    if found:
        while ".where." in rest:
            inner, _, rest = rest.partition(".where.")
            before = f"{before}.where.{inner}"
        owner = at_place(node, before)
        if before.startswith("grades."):
            owner = node.get("measure")
        name = rest.partition(".")[0] if rest.partition(".")[0] in _all(owner, desk) else rest
        return _all(owner, desk).get(name)
    above, _, last = place.rpartition(".")
    owner = at_place(node, above)
    if last in {"in", "not_in"} and isinstance(owner, Mapping) and "latest" in owner:
        return _fields(owner["latest"], desk).get(str(owner["latest"]).partition(".")[2])
    return None


def _all(owner: Any, desk: Desk) -> dict[str, FieldContract]:
    if not isinstance(owner, Mapping):
        return {}
    found = next((name for name in (*OPS, "fact") if name in owner), "")
    return _fields(owner.get(found), desk)


def _row(node: Document, f: FormField, number: int, group: str, desk: Desk, texts: Mapping[str, str]) -> Row:
    last = f.place.rpartition(".")[2]
    contract = _about(node, f.place, desk)
    told = Row(f"f{number}", f.place, _label(f.place, group, contract), "text", texts.get(f.place, f.text))
    told.removable = ".where." in f.place and removable(node, f.place)
    told.kind, told.choices = _shown(f, last, contract, desk)
    kin: Mapping[str, object] = next((k for k in (words.COUNTS, words.SIGNS) if last in k), {})
    owner = at_place(node, f.place.rpartition(".")[0])
    if kin and ".where." not in f.place and set(owner or ()) & {*OPS, "ratio", "trend"}:
        told.key, told.keys = last, list(kin.items())
    if last in OPS or last in {"fact", "kinds"}:
        told.kind = "kinds" if f.kind is not FieldKind.TEXTS else "list"
        told.hint = "、".join(desk.kinds.get(name, "") for name in told.text.split("\n"))
    if f.kind is FieldKind.WINDOW:
        unit, *lengths = told.text.split()
        whole = told.text if unit in {"all", "calendar"} else unit
        told.parts = (whole, *(lengths if whole == unit else []), "", "")[:3]  # type: ignore[assignment]
    if told.kind == "choice" and told.text not in {code for code, _ in told.choices}:
        told.choices = [*told.choices, (told.text, told.text)]
    return told


def _shown(f: FormField, last: str, contract: FieldContract | None, desk: Desk) -> tuple[str, Choices]:
    fixed: dict[str, Choices] = {
        "scope": list(words.SCOPES.items()),
        "family": desk.families,
        "shape": list(words.SHAPES.items()),
        "status": list((words.STATUSES if "." in f.place else words.STATES).items()),
        "statistic": _statistics(desk),
    }
    if f.kind is FieldKind.WINDOW:
        return "window", list(words.WINDOWS.items())
    if f.kind in {FieldKind.NUMBER, FieldKind.POINTS, FieldKind.FLAG}:
        return f.kind.value.lower(), []
    several = f.kind is FieldKind.TEXTS
    if f.place in {"measures.yellow", "measures.red"}:
        return "checks", [(code, f"{code} {name}") for code, name in desk.measures.items()]
    if contract is not None and contract.type is FieldType.CHOICE:
        values: Choices = [(value, contract.values_zh.get(value, value)) for value in contract.values]
        return ("checks" if several else "choice"), values
    if several or f.kind is FieldKind.NUMBERS:
        return "list", []
    if ".where." not in f.place and last in fixed:
        return "choice", fixed[last]
    if f.kind is FieldKind.DAY or (contract is not None and contract.type is FieldType.DATE):
        return "date", []
    return ("long" if len(f.text) > 30 or last == "explain_zh" else "text"), []


def _statistics(desk: Desk) -> Choices:
    contract = desk.contracts.get(PEER_STATISTIC)
    return [(f.name, f.name_zh) for f in contract.fields.values()] if contract is not None else []


def _label(place: str, group: str, contract: FieldContract | None) -> str:
    """The steps below the group in words; of a filter the field's name."""
    rest = place.removeprefix(group).removeprefix(".")
    if group.startswith("bins.") and rest == "at_least":
        return str(words.REACHED)
    above, found, name = rest.rpartition("where.")
    steps = [str(words.STEPS.get(step, step)) for step in above.split(".") if step and not step.isdigit()]
    if found:
        test = name.rpartition(".")[2]
        last = contract.name_zh if contract is not None else name
        tests = {**words.STEPS, **words.SIGNS}
        steps += [last, str(tests[test])] if "." in name and test in tests else [last]
    else:
        steps = [str(words.STEPS.get(s, s)) for s in rest.split(".") if s and not s.isdigit()]
    return " · ".join(steps) or str(words.SECTIONS.get(group, group))


def _more(node: Document, section: Section) -> list[tuple[str, object]]:
    """Where one more can be put: at the end of a list, or beside a single condition."""
    told: dict[str, object] = {}
    for group in section.groups:
        above, _, last = group.place.rpartition(".")
        name = above.rpartition(".")[2]
        if name in LISTS and last.isdigit():
            told[above] = words.ENTRIES[name]
        elif isinstance(at_place(node, group.place), Mapping) and group.legend:
            told[group.place] = words.ENTRIES["all"]
    if section.key in LISTS and section.key not in told:
        told[section.key] = words.ENTRIES[section.key]
    return list(told.items())


def add_problems(sections: list[Section], faults: Iterable[Fault]) -> list[tuple[str, Fault]]:
    """Puts each fault at its field, group or section; told with the id where it stands ('' for nowhere)."""
    return [(_placed(sections, fault), fault) for fault in faults]


def _placed(sections: list[Section], fault: Fault) -> str:
    text = f"{fault.text_zh}（{fault.cure_zh}）" if fault.cure_zh else fault.text_zh
    for target in _targets(sections, fault.place):
        target.problems.append(text)
        return target.id
    return ""


def _targets(sections: list[Section], place: str) -> Iterator[Row | Group | Section]:
    """From the field itself to what is nearest around it."""
    groups = [group for section in sections for group in section.groups]
    rows = [row for group in groups for row in group.rows]
    yield from (row for row in rows if row.place == place)
    yield from (group for group in groups if group.place == place and "." in place)
    if "." in place:
        yield from (row for row in rows if row.place.startswith(f"{place}."))
        around = [g for g in groups if place.startswith(f"{g.place}.")]
        yield from sorted(around, key=lambda g: -len(g.place))
    yield from (section for section in sections if section.key == place.partition(".")[0])


def addable(node: Document) -> Choices:
    """The keys that a button can add, with their names."""
    return [(key, words.SECTIONS[key]) for key in missing(node) if key not in NAMED]
