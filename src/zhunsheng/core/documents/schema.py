"""The published JSON Schema (2020-12) of document files, from the same names that the reader uses."""

from __future__ import annotations

from typing import Any

from zhunsheng.core.documents.catalogue import BUNDLES, ORGANS, SERVICES
from zhunsheng.core.documents.fields import FIELD_KEYS, FieldType
from zhunsheng.core.documents.service import METHOD_KEYS, Method
from zhunsheng.core.documents.template import CLOCK_KEYS, ENTRIES, HEAD_KEYS, TEMPLATE, WRITTEN_AS

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
NAME: Schema = {"type": "string", "minLength": 1}
FLAG: Schema = {"type": "boolean"}
FLAGS = frozenset({"review", "serve", "automatic", "corrects", "required", "confirmed"})
LISTS: dict[str, Schema] = {
    "table": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/row"}},
    "signatures": {"type": "array", "minItems": 1, "items": NAME},
    "seal": {"const": True},
}


def _closed(properties: Schema, required: tuple[str, ...] = (), **more: Any) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
        **more,
    }


def _named(items: Schema) -> Schema:
    return {"type": "object", "propertyNames": {"pattern": "^[a-z][a-z_]*$"}, "additionalProperties": items}


def _array(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _keys(names: set[str], special: Schema) -> Schema:
    return {name: special.get(name, FLAG if name in FLAGS else TEXT) for name in sorted(names)}


def _field() -> Schema:
    choices = {"type": "object", "minProperties": 1, "additionalProperties": NAME}
    special = {"type": {"enum": [kind.value for kind in FieldType]}, "choices": choices, "name_zh": NAME}
    when = {"if": {"properties": {"type": {"const": "CHOICE"}}}, "then": {"required": ["choices"]}}
    return _closed(_keys(FIELD_KEYS, special), ("type", "name_zh"), **when)


def _block() -> Schema:
    properties = {name: LISTS.get(name, NAME) for name in WRITTEN_AS} | {"when": NAME}
    return _closed(properties, oneOf=[{"required": [name]} for name in WRITTEN_AS])


def _head() -> Schema:
    clocks = _closed(_keys(CLOCK_KEYS, {"serve": NAME, "served": _array(NAME), "told": _array(NAME)}))
    special = {"fields": _named({"$ref": "#/$defs/field"}), "clocks": clocks, "id": NAME, "version": NAME}
    return _keys(HEAD_KEYS, special)


def _services() -> Schema:
    basis = _closed(dict.fromkeys(("law", "article", "status"), NAME), ("law", "article", "status"))
    fields = _named({"$ref": "#/$defs/field"})
    special = {
        "method": {"enum": [method.value for method in Method]},
        "start": fields,
        "receipt": fields,
        "basis": _array(basis),
    }
    method = _closed(_keys(METHOD_KEYS, special), ("method", "name_zh", "name_en", "basis"))
    properties = {"methods": _array(method), "channels": _array(NAME), "receipt_kind": NAME, "status": TEXT}
    return _closed(
        {"schema": {"const": SERVICES}, **properties}, ("schema", "methods", "channels", "receipt_kind")
    )


def document_schema() -> Schema:
    """A file below packs/documents is one of these five."""
    needed = ("id", "version", "name_zh", "group")
    template = {"schema": {"const": TEMPLATE}, **_head(), "body": _array({"$ref": "#/$defs/block"})}
    entries = {"schema": {"const": ENTRIES}, "entries": _array(_closed(_head(), needed))}
    organ = _closed({"key": NAME, "code": NAME, "name_zh": NAME}, ("key", "code"))
    organs = {"schema": {"const": ORGANS}, "organs": _array(organ), "serial_format": NAME}
    rule = _closed({"kind": NAME, "needs": _array(NAME), "why_zh": NAME}, ("kind", "needs", "why_zh"))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Zhunsheng document files",
        "oneOf": [
            _closed({**template, "sample": {"type": "object"}}, ("schema", *needed, "body", "sample")),
            _closed({**entries, "status": TEXT, "source": TEXT}, ("schema", "entries")),
            _closed({**organs, "missing_text_zh": NAME}, ("schema", "organs", "serial_format")),
            _services(),
            _closed(
                {"schema": {"const": BUNDLES}, "rules": _array(rule), "status": TEXT}, ("schema", "rules")
            ),
        ],
        "$defs": {
            "field": _field(),
            "row": _closed({"label": NAME, "text": NAME, "when": NAME}, ("label", "text")),
            "block": _block(),
        },
    }
