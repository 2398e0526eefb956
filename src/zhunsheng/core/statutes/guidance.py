"""Guidance and self-check sheets as entries of lists: dated, sourced, bound to trigger points and trades.

Both are voluntary (M06): a guide sets no duty, and what a business says of itself is no mark against it. The
published schema is the one that the reader holds every entry against.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from zhunsheng.core.packs.nodes import PackError
from zhunsheng.core.statutes.lists import entries_of

GUIDANCE, SELF_CHECKS = "guidance", "self_checks"
GUIDE, SHEET = "GUIDANCE", "SELF_CHECK"
QUESTION_TYPES = ("YES_NO", "NUMBER", "DATE", "TEXT")
Schema = dict[str, Any]
NAME: Schema = {"type": "string", "minLength": 1}
NAMES: Schema = {"type": "array", "items": NAME}
DAY: Schema = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
CURES = {
    "required": "请补上这一栏",
    "additionalProperties": "请删去不认识的栏，或改成认识的栏名",
    "enum": "请改成列出的值之一",
    "const": "请改成要求的值",
    "minLength": "请写上内容",
    "minItems": "请至少写一条",
    "pattern": "请按要求的格式写，日期写成 '2026-05-20'",
    "type": "请改成要求的类型",
}


@dataclass(frozen=True, slots=True)
class Guide:
    """One guide. `points` are trigger points, `industries` beginnings of trade codes, none for all."""

    code: str
    title: str
    points: tuple[str, ...]
    industries: tuple[str, ...]
    steps: tuple[str, ...]
    missed: tuple[str, ...]
    basis: tuple[tuple[str, str, str], ...]
    source: str
    checked_on: str
    status: str


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a sheet. `photo`: a picture is asked for; `guide`: what helps with it."""

    id: str
    ask: str
    type: str
    required: bool
    photo: bool
    guide: str
    unit: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """One self-check sheet. It is proposed again after so many days."""

    code: str
    title: str
    points: tuple[str, ...]
    industries: tuple[str, ...]
    again_after_days: int
    questions: tuple[Question, ...]
    source: str
    status: str


def guidance_schema() -> Schema:
    """The schema (2020-12) of one entry of either list."""
    law = {"law": NAME, "article": NAME, "status": {"enum": ["VERIFIED", "EXCERPT", "UNVERIFIED"]}}
    shared: Schema = {
        "code": NAME,
        "title_zh": NAME,
        "points": NAMES,
        "industries": NAMES,
        "source_zh": NAME,
        "checked_on": DAY,
        "status": {"enum": ["PROPOSAL", "VERIFIED"]},
    }
    guide = {
        "type": {"const": GUIDE},
        "steps_zh": {**NAMES, "minItems": 1},
        "missed_zh": NAMES,
        "basis": {"type": "array", "items": _closed(law, set())},
    }
    question = {
        "id": {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"},
        "ask_zh": NAME,
        "type": {"enum": [*QUESTION_TYPES]},
        "required": {"type": "boolean"},
        "photo": {"type": "boolean"},
        "guide": NAME,
        "unit_zh": NAME,
    }
    sheet = {
        "type": {"const": SHEET},
        "again_after_days": {"type": "integer", "minimum": 1},
        "questions": {
            "type": "array",
            "minItems": 1,
            "items": _closed(question, {"required", "photo", "guide", "unit_zh"}),
        },
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:zhunsheng:guidance:1",
        "title": "合规指引与自查表的条目",
        "type": "object",
        "required": ["type"],
        "properties": {"type": {"enum": [GUIDE, SHEET]}},
        "if": {"properties": {"type": {"const": GUIDE}}},
        "then": _closed({**shared, **guide}, {"missed_zh"}),
        "else": _closed({**shared, **sheet}, set()),
    }


def _closed(properties: Schema, optional: set[str]) -> Schema:
    required = [name for name in properties if name not in optional]
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


_VALIDATOR = Draft202012Validator(guidance_schema())
_KIND = {GUIDANCE: GUIDE, SELF_CHECKS: SHEET}


def check_entries(content: Mapping[str, Any]) -> None:
    """Refuse a list of guides or sheets with a fault: PackError with entry, field and cure."""
    kind = _KIND.get(str(content["list"]))
    if kind is None:
        return
    entries_of(content)
    for number, entry in enumerate(content["entries"], start=1):
        where = f"第 {number} 条 {entry.get('code', '')}".strip()
        if entry.get("type") != kind:
            raise PackError(f"{where} type", f"这份清单的条目都是 {kind}，请改成 {kind}")
        fault = next(iter(_VALIDATOR.iter_errors(entry)), None)
        if fault is not None:
            _refuse(where, fault)
        asked = [question["id"] for question in entry.get("questions", ())]
        twice = sorted({name for name in asked if asked.count(name) > 1})
        if twice:
            raise PackError(f"{where} questions", f"问题 {twice} 写了两次，请改成不同的 id")


def _refuse(where: str, fault: ValidationError) -> None:
    field = ".".join(str(part) for part in fault.absolute_path)
    cure = CURES.get(str(fault.validator), "请对照 guidance.schema.json 改")
    raise PackError(f"{where} {field}".strip(), f"{fault.message}；{cure}")


def guides_of(content: Mapping[str, Any]) -> list[Guide]:
    """The guides of a list, in its order."""
    return [
        Guide(
            entry["code"],
            entry["title_zh"],
            tuple(entry["points"]),
            tuple(entry["industries"]),
            tuple(entry["steps_zh"]),
            tuple(entry.get("missed_zh", ())),
            tuple((law["law"], law["article"], law["status"]) for law in entry["basis"]),
            entry["source_zh"],
            entry["checked_on"],
            entry["status"],
        )
        for entry in content["entries"]
    ]


def sheets_of(content: Mapping[str, Any]) -> list[Sheet]:
    """The self-check sheets of a list, in its order."""
    return [
        Sheet(
            entry["code"],
            entry["title_zh"],
            tuple(entry["points"]),
            tuple(entry["industries"]),
            entry["again_after_days"],
            tuple(_questions(entry["questions"])),
            entry["source_zh"],
            entry["status"],
        )
        for entry in content["entries"]
    ]


def _questions(told: list[Mapping[str, Any]]) -> Iterator[Question]:
    for one in told:
        yield Question(
            one["id"],
            one["ask_zh"],
            one["type"],
            one.get("required", True),
            one.get("photo", False),
            one.get("guide", ""),
            one.get("unit_zh", ""),
        )


def of_trade(one: Guide | Sheet, industry: str, points: frozenset[str]) -> bool:
    """Whether it is for a business of this trade, or about one of these trigger points."""
    return (
        bool(points & set(one.points))
        or not one.industries
        or any(industry.startswith(beginning) for beginning in one.industries)
    )
