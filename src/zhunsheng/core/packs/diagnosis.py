"""What hinders a definition from being read, each at its place in it, with the cure.

The reader stops at the first fault; whoever edits wants all of them, so each part is read for itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from zhunsheng.core.packs.load import Document
from zhunsheng.core.packs.nodes import NodeReader, PackError
from zhunsheng.core.packs.schema import CONDITIONS, part_schema

TYPES = {
    "string": "文字",
    "integer": "整数",
    "boolean": "true 或 false",
    "array": "列表",
    "object": "键值对",
}
BROKEN = (ValueError, TypeError, KeyError, AttributeError)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at a place ('' for the whole definition) and what to do; a remark does not hinder."""

    place: str
    text_zh: str
    cure_zh: str = ""
    hinders: bool = True


def faults_of(node: Document) -> list[Fault]:
    """Every fault for which the definition cannot be read, in the order of places; each place once."""
    told: dict[tuple[str, str], Fault] = {}
    for fault in (*_plain(node), *_worded(node)):
        told.setdefault((fault.place, fault.text_zh), fault)
    return list(told.values())


@cache
def _validator(indicator: bool) -> Draft202012Validator:
    return Draft202012Validator(part_schema(indicator))


def _plain(node: Document) -> Iterator[Fault]:
    for error in _validator("schema" in node).iter_errors(node):
        place = ".".join(map(str, error.absolute_path))
        yield from _said(error, place)


def _said(error: ValidationError, place: str) -> Iterator[Fault]:
    inner = f"{place}." if place else ""
    value: Any = error.instance
    due_value: Any = error.validator_value
    match str(error.validator), due_value:
        case "required", list(names):
            for name in names:
                if name not in value:
                    yield Fault(place, f"缺少 {name}", f"补上 {name}")
        case "additionalProperties", _:
            known = error.schema["properties"] if isinstance(error.schema, Mapping) else {}
            for name in value:
                if name not in known:
                    yield Fault(f"{inner}{name}", f"不认识的键 {name}", f"可用：{'、'.join(sorted(known))}")
        case "type", kind:
            due = "或".join(TYPES.get(k, k) for k in ([kind] if isinstance(kind, str) else kind))
            yield Fault(place, f"写成了 {value!r}", f"这里应是{due}")
        case (("enum" | "const"), allowed):
            told = [allowed] if isinstance(allowed, str) else allowed
            yield Fault(place, f"没有取值 {value!r}", f"可用取值：{'、'.join(map(str, told))}")
        case (("minLength" | "minItems"), _):
            yield Fault(place, "这里不能空着", "写上内容")
        case "not", _:
            yield Fault("clear_at_percent", "解除比例与解除条件只能写一个", "删去其中一个")
        case _:
            yield Fault(place, f"写成了 {value!r}", "分值写整数，或写文字如 '1.5'")


def _worded(node: Document) -> Iterator[Fault]:
    """Conditions, measures and filters, as the reader of packs reads them."""
    reader = NodeReader()
    for name in CONDITIONS:
        if node.get(name) is not None:
            yield from _condition(node[name], name)
    if node.get("measure") is not None:
        yield from _tried(lambda: reader.measure(node["measure"], "measure"), "measure")
    for number, case in enumerate(_entries(node.get("cases"))):
        if "when" in case:
            yield from _condition(case["when"], f"cases.{number}.when")
    for number, grade in enumerate(_entries(node.get("grades"))):
        if "where" in grade:
            yield from _filters(grade["where"], f"grades.{number}.where")


def _entries(node: object) -> list[Mapping[str, Any]]:
    told = node if isinstance(node, list) else []
    return [entry if isinstance(entry, Mapping) else {} for entry in told]


def _filters(node: Any, place: str) -> Iterator[Fault]:
    yield from _tried(lambda: NodeReader().filters(node, place), place)


def _condition(node: Any, place: str) -> Iterator[Fault]:
    join = next((name for name in ("all", "any") if isinstance(node, Mapping) and [*node] == [name]), "")
    if join and isinstance(node[join], list) and node[join]:
        for number, part in enumerate(node[join]):
            yield from _condition(part, f"{place}.{join}.{number}")
    else:
        yield from _tried(lambda: NodeReader().condition(node, place), place)


def _tried(read: Callable[[], object], place: str) -> Iterator[Fault]:
    try:
        read()
    except PackError as error:
        yield Fault(error.path.replace("[", ".").replace("]", ""), error.message_zh)
    except BROKEN as error:
        yield Fault(place, f"这里读不懂：{error}", "对照别的定义的写法改正")
