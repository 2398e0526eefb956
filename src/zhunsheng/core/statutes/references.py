"""Citations as packs write them (83(4), 21(1)(5)), and the records of the laws they cite."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from zhunsheng.core.packs.nodes import PackError, only_keys
from zhunsheng.core.statutes.numerals import read_number
from zhunsheng.core.statutes.parsing import NUMBER

SCHEMA = "zhunsheng.laws/1"
PLACE = re.compile(r"^(\d+)(?:-(\d+))?((?:\(\d+\))*)$")
ASKED = re.compile(rf"^(.*?)\s*第?\s*(\d{{1,4}}|{NUMBER})\s*(?:条(?:之({NUMBER}))?)?$")
RECORD_KEYS = {"law", "full_name", "about_zh", "status", "from", "to", "successor"}


@dataclass(frozen=True, slots=True)
class Place:
    """Article, branch (之), and the numbers in brackets: paragraph and item, or one of them."""

    number: int
    branch: int
    inner: tuple[int, ...]


def read_place(text: str) -> Place | None:
    """A place in a statute; None for what is not an article, such as a heading of a notice."""
    match = PLACE.match(text)
    if match is None:
        return None
    inner = tuple(int(n) for n in re.findall(r"\d+", match[3]))
    return Place(int(match[1]), int(match[2] or 0), inner)


def asked_place(question: str) -> tuple[str, Place] | None:
    """What a person typed as law and article (食品安全法 136, 食品安全法第八条); None for anything else."""
    match = ASKED.match(question.strip())
    if match is None:
        return None
    try:
        number, branch = (read_number(part) if part else 0 for part in match.group(2, 3))
    except ValueError:
        return None
    return match[1].strip(" 《》"), Place(number, branch, ())


@dataclass(frozen=True, slots=True)
class LawRecord:
    """A law that the project cites, under its short name, with our own words on what it is about."""

    law: str
    full_name: str
    about_zh: str
    status: str
    valid_from: dt.date | None
    valid_to: dt.date | None
    successor: str


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a pack cites what."""

    where: str
    law: str
    article: str
    status: str


def read_records(documents: Iterable[tuple[str, Mapping[str, Any]]]) -> dict[str, LawRecord]:
    """Records by short name; PackError for a name written twice or a key nobody reads."""
    found: dict[str, LawRecord] = {}
    for where, document in documents:
        if document.get("schema") != SCHEMA:
            continue
        for body in document["laws"]:
            only_keys(body, RECORD_KEYS, where)
            name = str(body["law"])
            if name in found:
                raise PackError(where, f"{name} 写了两次")
            found[name] = LawRecord(
                name,
                str(body.get("full_name", name)),
                str(body["about_zh"]),
                str(body["status"]),
                body.get("from"),
                body.get("to"),
                str(body.get("successor", "")),
            )
    return found


def citations(where: str, node: object) -> Iterator[Citation]:
    """Every mapping below a node that names law, article and status."""
    if isinstance(node, Mapping):
        if {"law", "article", "status"} <= node.keys():
            yield Citation(where, str(node["law"]), str(node["article"]), str(node["status"]))
        for part in node.values():
            yield from citations(where, part)
    elif isinstance(node, list | tuple):
        for part in node:
            yield from citations(where, part)
