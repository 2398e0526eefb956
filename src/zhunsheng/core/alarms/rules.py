"""The lines of supervision alarms as dated records, their published schema, and what each says in words."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any

from jsonschema import Draft202012Validator

from zhunsheng.core.alarms.sentences import RULES, words
from zhunsheng.core.deadlines.sentences import Sentence
from zhunsheng.core.packs.nodes import PackError

SCHEMA = "zhunsheng.alarms/1"
HASH_SHOWN = 12
Schema = dict[str, Any]
NAME: Schema = {"type": "string", "minLength": 1}
NAMES: Schema = {"type": "array", "items": NAME, "minItems": 1}
WHOLE: Schema = {"type": "integer", "minimum": 1}
DAY: Schema = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}


class AlarmKind(StrEnum):
    """What is looked for. Each alarm asks a supervisor to look; it is no judgement on anybody."""

    OVERDUE = "OVERDUE"
    PROLONGED = "PROLONGED"
    REPEATED_MISS = "REPEATED_MISS"
    REPEATED_INSPECTION = "REPEATED_INSPECTION"
    UNEQUAL = "UNEQUAL"
    ACROSS_DISTRICTS = "ACROSS_DISTRICTS"


# What a line of each kind needs besides `from` and `at_least`; nothing else may stand in it.
NEEDS: dict[AlarmKind, Schema] = {
    AlarmKind.OVERDUE: {"beyond_workdays": {"type": "integer", "minimum": 0}},
    AlarmKind.PROLONGED: {
        "months": WHOLE,
        "of": {"type": "array", "items": {"enum": ["EXTENDED", "PAUSED"]}, "minItems": 1},
    },
    AlarmKind.REPEATED_MISS: {"months": WHOLE},
    AlarmKind.REPEATED_INSPECTION: {"months": WHOLE, "of": NAMES},
    AlarmKind.UNEQUAL: {"months": WHOLE, "of": NAMES, "among": NAMES, "sample_min": WHOLE},
    AlarmKind.ACROSS_DISTRICTS: {"months": WHOLE},
}
MAY: dict[AlarmKind, Schema] = {AlarmKind.REPEATED_MISS: {"except": NAMES}}


@dataclass(frozen=True, slots=True)
class AlarmLine:
    """One alarm as it is set for a stretch of days, the last one included.

    It is raised from `at_least` on: matters (OVERDUE), times (PROLONGED, REPEATED_…), percentage points
    (UNEQUAL), districts (ACROSS_DISTRICTS). `of` and `among` are codes of steps, kinds of facts or decisions.
    `version` names the file by its version and the beginning of its SHA-256.
    """

    id: str
    kind: AlarmKind
    name_zh: str
    name_en: str
    basis: tuple[str, str, str]
    version: str
    valid_from: dt.date
    valid_to: dt.date | None
    at_least: int
    months: int = 0
    beyond_workdays: int = 0
    sample_min: int = 0
    of: tuple[str, ...] = ()
    among: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    def in_force(self, on: dt.date) -> bool:
        """Whether the line holds on a day."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)

    def says(self) -> Sentence:
        """The line in words, made from its numbers."""
        return Sentence(
            RULES[self.kind],
            {
                "line": self.at_least,
                "months": self.months,
                "beyond": self.beyond_workdays,
                "sample": self.sample_min,
                "of": words(self.of),
            },
        )


def alarm_schema() -> Schema:
    """The schema of a file below packs/alarms."""
    basis = _closed(dict.fromkeys(("law", "article", "status"), NAME))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:zhunsheng:alarms:1",
        "title": "准绳监督预警文件",
        **_closed(
            {
                "schema": {"const": SCHEMA},
                "version": NAME,
                "name_zh": NAME,
                "source_zh": NAME,
                "status": NAME,
                "alarms": {
                    "type": "array",
                    "items": {"oneOf": [_alarm(kind, basis) for kind in AlarmKind]},
                },
            }
        ),
    }


def _alarm(kind: AlarmKind, basis: Schema) -> Schema:
    needed = {"from": DAY, "at_least": WHOLE, **NEEDS[kind]}
    line = {**_closed(needed, {"to": DAY, **MAY.get(kind, {})})}
    named = {"id": NAME, "kind": {"const": kind.value}, "name_zh": NAME, "name_en": NAME, "basis": basis}
    return _closed({**named, "lines": {"type": "array", "items": line, "minItems": 1}})


def _closed(needed: Schema, may: Schema | None = None) -> Schema:
    properties = {**needed, **(may or {})}
    return {
        "type": "object",
        "properties": properties,
        "required": list(needed),
        "additionalProperties": False,
    }


_VALIDATOR = Draft202012Validator(alarm_schema())


def read_alarms(documents: Iterable[tuple[str, Mapping[str, Any]]]) -> tuple[AlarmLine, ...]:
    """Every line of (path, document) pairs in their order; PackError names file, place and cure."""
    found: list[AlarmLine] = []
    for where, document in documents:
        for fault in sorted(_VALIDATOR.iter_errors(document), key=lambda e: [str(p) for p in e.path]):
            place = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in fault.path)
            raise PackError(f"{where}{place}", "不合 alarms.schema.json：每种预警只写它要的键，日期加引号")
        told = json.dumps(document, ensure_ascii=False, sort_keys=True).encode()
        version = f"{document['version']}·{sha256(told).hexdigest()[:HASH_SHOWN]}"
        for body in document["alarms"]:
            found += _lines(body, version, where)
    ids = [(line.id, line.valid_from) for line in found]
    if len(ids) != len(set(ids)):
        raise PackError(SCHEMA, "同一预警同一日起写了两次")
    return tuple(found)


def _lines(body: Mapping[str, Any], version: str, where: str) -> list[AlarmLine]:
    path = f"{where}:{body['id']}"
    basis = tuple(str(body["basis"][name]) for name in ("law", "article", "status"))
    lines = [
        AlarmLine(
            id=str(body["id"]),
            kind=AlarmKind(body["kind"]),
            name_zh=str(body["name_zh"]),
            name_en=str(body["name_en"]),
            basis=(basis[0], basis[1], basis[2]),
            version=version,
            valid_from=_day(line["from"], path),
            valid_to=_day(line["to"], path) if "to" in line else None,
            at_least=line["at_least"],
            months=line.get("months", 0),
            beyond_workdays=line.get("beyond_workdays", 0),
            sample_min=line.get("sample_min", 0),
            of=tuple(line.get("of", ())),
            among=tuple(line.get("among", ())),
            without=tuple(line.get("except", ())),
        )
        for line in body["lines"]
    ]
    for index, one in enumerate(lines):
        for other in lines[index + 1 :]:
            if one.in_force(other.valid_from) or other.in_force(one.valid_from):
                raise PackError(path, "两行在同一日有效；请写 from 与 to")
    return lines


def _day(text: str, path: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise PackError(path, f"{text!r} 不是日期") from error
