"""The published JSON Schema (2020-12) of pack files, from the same names that the reader uses."""

from __future__ import annotations

from typing import Any

from zhunsheng.core.contracts import FieldType
from zhunsheng.core.packs.load import INDICATOR_KEYS, POINT_KEYS
from zhunsheng.core.packs.nodes import CALENDARS, COMPARISONS, OPS, TESTS, WINDOW_LENGTHS, WINDOWLESS
from zhunsheng.core.rules.tree import Comparison, Op, Scope, Shape, Test

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
NAME: Schema = {"type": "string", "minLength": 1}
WHOLE: Schema = {"type": "integer"}
FLAG: Schema = {"type": "boolean"}
LITERAL: Schema = {"type": ["string", "integer", "boolean"]}
POINTS: Schema = {"anyOf": [WHOLE, {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]{0,2})?$"}]}
CONDITIONS = ("yellow", "red", "critical", "unless", "clear", "no_data")
DAYS = ("hold_days", "cooldown_days", "once_per_days", "observe_days", "reply_workdays")
NEEDS_FIELD = frozenset({Op.SUM, Op.MAX, Op.MIN, Op.LATEST, Op.DAYS_UNTIL})


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _closed(properties: Schema, required: tuple[str, ...] = (), **more: Any) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
        **more,
    }


def _exactly_one(names: list[str]) -> Schema:
    return {"oneOf": [{"required": [name]} for name in names]}


def _either_case(names: list[str]) -> Schema:
    return {"enum": [*names, *(name.lower() for name in names)]}


def _target(op: Op) -> Schema:
    one = {"type": "string", "pattern": r"^[^.]+\..+$"} if op in NEEDS_FIELD else NAME
    return {"anyOf": [one, {"type": "array", "items": NAME, "minItems": 1, "contains": one}]}


def _aggregate_properties() -> Schema:
    return {
        **{name: _target(op) for name, op in OPS.items()},
        "where": _ref("where"),
        "window": _ref("window"),
        "scope": _either_case([scope.value for scope in Scope]),
        "of": NAME,
    }


def _window_needed() -> Schema:
    windowed = [name for name, op in OPS.items() if op not in WINDOWLESS]
    return {"if": {"anyOf": [{"required": [name]} for name in windowed]}, "then": {"required": ["window"]}}


def _measure_properties() -> Schema:
    return {
        **_aggregate_properties(),
        "ratio": _ref("ratio"),
        "trend": {"allOf": [_ref("aggregate"), {"properties": {"window": {"required": ["days"]}}}]},
        "sample_min": WHOLE,
    }


def _line(comparison: Comparison) -> Schema:
    if comparison in {Comparison.IN, Comparison.NOT_IN}:
        return {"anyOf": [LITERAL, {"type": "array", "items": LITERAL, "minItems": 1}]}
    return {"anyOf": [WHOLE, _ref("peer"), _ref("aggregate")]}


def _nodes() -> Schema:
    measures = [*OPS, "ratio", "trend"]
    tests = {
        name: True if test in {Test.PRESENT, Test.ABSENT} else _test_values(test)
        for name, test in TESTS.items()
    }
    values: Schema = {"anyOf": [LITERAL, {"type": "array", "items": LITERAL, "minItems": 1}]}
    event = {"fact": _target(Op.FLAG), "where": _ref("where"), "scope": _aggregate_properties()["scope"]}
    lengths = [
        _closed({name: {"type": "integer", "minimum": 1}, **_offset(name)}, (name,))
        for name in WINDOW_LENGTHS
    ]
    peer = _closed({"measure": NAME, "statistic": NAME, "times_percent": WHOLE}, ("measure", "statistic"))
    part = {"type": "array", "items": _ref("condition"), "minItems": 1}
    compare = _closed({**_measure_properties(), **{name: _line(c) for name, c in COMPARISONS.items()}})
    compare["allOf"] = [_exactly_one(measures), _exactly_one([*COMPARISONS]), _window_needed()]
    return {
        "where": {
            "type": "object",
            "additionalProperties": {"anyOf": [values, {**_closed(tests), "minProperties": 1}]},
        },
        "window": {
            "anyOf": [
                {"const": "all"},
                *lengths,
                _closed({"calendar": {"enum": sorted(CALENDARS)}}, ("calendar",)),
                _closed({"since": _closed(event, ("fact",))}, ("since",)),
            ]
        },
        "aggregate": _closed(_aggregate_properties(), allOf=[_exactly_one([*OPS]), _window_needed()]),
        "ratio": _closed(
            {"of": _ref("aggregate"), "to": _ref("aggregate"), "per": WHOLE, "sample_min": WHOLE},
            ("of", "to"),
        ),
        "measure": _closed(_measure_properties(), allOf=[_exactly_one(measures), _window_needed()]),
        "peer": _closed({"peer": peer}, ("peer",)),
        "condition": {
            "anyOf": [
                _closed({"all": part}, ("all",)),
                _closed({"any": part}, ("any",)),
                _closed({"not": _ref("condition")}, ("not",)),
                compare,
            ]
        },
        "basis": {
            "type": "array",
            "items": _closed(
                {"law": TEXT, "article": TEXT, "status": {"enum": ["VERIFIED", "EXCERPT", "UNVERIFIED"]}},
                ("law", "article", "status"),
            ),
        },
    }


def _offset(unit: str) -> Schema:
    return {"ending_days_before": {"type": "integer", "minimum": 0}} if unit == "days" else {}


def _test_values(test: Test) -> Schema:
    if test in {Test.IN, Test.NOT_IN}:
        return {"anyOf": [LITERAL, {"type": "array", "items": LITERAL, "minItems": 1}]}
    return WHOLE


def _point() -> Schema:
    kinds: Schema = {"anyOf": [NAME, {"type": "array", "items": NAME}]}
    properties: Schema = {
        **{name: _ref("condition") for name in CONDITIONS},
        **dict.fromkeys(DAYS, WHOLE),
        "id": NAME,
        "name_zh": NAME,
        "risk_zh": NAME,
        "clear_at_percent": WHOLE,
        "per_object": _closed({"kinds": kinds, "name_zh": TEXT}),
        "measures": _closed({colour: {"type": "array", "items": NAME} for colour in ("yellow", "red")}),
        "basis": _ref("basis"),
        "explain_zh": TEXT,
        "status": TEXT,
    }
    percent = {"required": ["yellow"], "not": {"required": ["clear"]}}
    return _closed(
        _same(properties, set(POINT_KEYS)),
        ("id", "name_zh", "risk_zh"),
        dependentSchemas={"clear_at_percent": percent},
    )


def _same(properties: Schema, keys: set[str]) -> Schema:
    """The schema names exactly the keys that the reader reads, or this build fails."""
    if set(properties) != keys:
        raise AssertionError(f"{sorted(set(properties) ^ keys)}")
    return properties


def _indicator() -> Schema:
    def entries(**properties: Schema) -> Schema:
        required = tuple(name for name in properties if name not in {"where", "label_zh"})
        return {"type": "array", "items": _closed(properties, required)}

    values: Schema = {"anyOf": [LITERAL, {"type": "array", "items": LITERAL, "minItems": 1}]}
    one_field = {"type": "object", "additionalProperties": values, "minProperties": 1, "maxProperties": 1}
    properties: Schema = {
        "schema": {"const": "zhunsheng.indicator/1"},
        "model": NAME,
        "id": NAME,
        "family": NAME,
        "name_zh": NAME,
        "shape": _either_case([shape.value for shape in Shape]),
        "measure": _ref("measure"),
        "bins": entries(at_least=WHOLE, points=POINTS),
        "grades": entries(where=_ref("where"), points=POINTS, label_zh=TEXT),
        "cases": entries(when=_ref("condition"), points=POINTS, label_zh=TEXT),
        "decays": FLAG,
        "repeat": _closed({"from": WHOLE, "percent": WHOLE}),
        "cap": POINTS,
        "basis": _ref("basis"),
        "source_zh": TEXT,
        "freezes": _closed(
            {
                "while": _closed({"fact": NAME, "where": one_field}, ("fact", "where")),
                "indicators": {"type": "array", "items": NAME, "minItems": 1},
            },
            ("while", "indicators"),
        ),
    }
    required = ("schema", "model", "id", "family", "name_zh", "shape")
    return _closed(_same(properties, set(INDICATOR_KEYS)), required)


def part_schema(indicator: bool) -> Schema:
    """One definition without its conditions, measures and filters: those the reader tells about in words."""
    loose: Schema = dict.fromkeys(("condition", "measure", "where"), True)
    return {**(_indicator() if indicator else _point()), "$defs": {**_nodes(), **loose}}


def _model() -> Schema:
    def entries(required: tuple[str, ...], **properties: Schema) -> Schema:
        return {"type": "array", "items": _closed(properties, required)}

    return _closed(
        {
            "schema": {"const": "zhunsheng.model/1"},
            "id": NAME,
            "name_zh": NAME,
            "field": TEXT,
            "families": entries(("id", "name_zh", "cap"), id=NAME, name_zh=NAME, cap=POINTS),
            "rules": entries(
                ("id", "name_zh", "when", "at_least"),
                id=NAME,
                name_zh=NAME,
                when=_ref("condition"),
                at_least=NAME,
                immediate=FLAG,
                basis=_ref("basis"),
            ),
            "cut_offs": entries(("name",), name=NAME, at_most=POINTS),
            "sufficiency": _closed(
                {"min_permille": WHOLE, "insufficient_class": NAME}, ("min_permille", "insufficient_class")
            ),
        },
        ("schema", "id", "name_zh", "families", "cut_offs", "sufficiency"),
    )


def _item() -> Schema:
    return _closed(
        {
            "schema": {"const": "zhunsheng.item/1"},
            "id": NAME,
            "name_zh": NAME,
            "field": NAME,
            "applies": _ref("condition"),
            "enrolment_needed": FLAG,
            "points": {"type": "array", "items": _point()},
        },
        ("schema", "id", "name_zh", "field", "points"),
    )


def _contracts() -> Schema:
    codes = {"type": "array", "items": LITERAL, "minItems": 1}
    worded = {"type": "object", "additionalProperties": NAME, "minProperties": 1}
    values = {"anyOf": [worded, codes]}
    one_field = _closed(
        {
            "type": {"enum": [kind.value for kind in FieldType]},
            "name_zh": NAME,
            "required": FLAG,
            "values": values,
            "pii": {"enum": ["NONE", "PERSONAL", "SECRET"]},
        },
        ("type", "name_zh"),
    )
    choice = {"properties": {"type": {"const": FieldType.CHOICE.value}}}
    one_field |= {"if": choice, "then": {"required": ["values"]}, "else": {"not": {"required": ["values"]}}}
    kind = _closed(
        {
            "name_zh": NAME,
            "sources": {"type": "array", "items": NAME, "minItems": 1},
            "object_zh": TEXT,
            "dedupe": {"type": "array", "items": NAME},
            "description_zh": TEXT,
            "verified": FLAG,
            "fields": {"type": "object", "additionalProperties": one_field},
        },
        ("name_zh", "sources"),
    )
    return _closed({"kinds": {"type": "object", "additionalProperties": kind}}, ("kinds",))


def _example() -> Schema:
    fact = {"kind": NAME, "at": NAME, "object": TEXT, "payload": {"type": "object"}}
    shows = {"point": NAME, "object": TEXT, "colour": {"enum": ["NONE", "YELLOW", "RED", "CRITICAL"]}}
    expect = {
        "points": {"type": "array", "items": _closed(shows, ("point", "colour")), "minItems": 1},
        "score_hundredths": WHOLE,
    }
    return _closed(
        {
            "schema": {"const": "zhunsheng.example/1"},
            "id": NAME,
            "name_zh": NAME,
            "as_of": NAME,
            "facts": {"type": "array", "items": _closed(fact, ("kind", "at"))},
            "expect": _closed(expect, minProperties=1),
        },
        ("schema", "id", "name_zh", "as_of", "facts", "expect"),
    )


def pack_schema() -> Schema:
    """One schema for every file of a pack: head, item, model, indicator, contracts or example."""
    text = {"type": ["string", "integer"]}
    head = {
        "type": "object",
        "properties": {
            "schema": {"const": "zhunsheng.pack/1"},
            "id": NAME,
            "version": text,
            "name_zh": NAME,
        },
        "required": ["schema", "id", "version", "name_zh"],
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:zhunsheng:pack:1",
        "title": "准绳规则包文件",
        "anyOf": [head, _ref("item"), _ref("model"), _ref("indicator"), _ref("contracts"), _ref("example")],
        "$defs": {
            **_nodes(),
            "item": _item(),
            "model": _model(),
            "indicator": _indicator(),
            "contracts": _contracts(),
            "example": _example(),
        },
    }
