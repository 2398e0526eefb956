"""A pack as its single definitions: each trigger point and indicator by the id of its card, and put back.

What is edited is one definition; what is judged with is the pack that it belongs to.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from zhunsheng.core.packs.lines import Named, unshared
from zhunsheng.core.packs.load import Document
from zhunsheng.core.packs.nodes import PackError

ITEM, INDICATOR = "zhunsheng.item/1", "zhunsheng.indicator/1"


@dataclass(frozen=True, slots=True)
class Part:
    """One definition. `key` is the id of its card; `home` the item of a point, '' for an indicator.

    `node` is None for one that was taken out.
    """

    key: str
    home: str
    node: Document | None

    @property
    def is_indicator(self) -> bool:
        """An indicator, else a trigger point."""
        return not self.home

    @property
    def id(self) -> str:
        """The id as the definition itself writes it."""
        return self.key.rpartition(":")[2]

    def owns(self, path: str) -> bool:
        """Whether a finding of the proof is about this definition."""
        rest = path.removeprefix(self.id)
        return rest != path and rest[:1] in {"", ".", "["}


def parts_of(documents: Iterable[Named]) -> dict[str, Part]:
    """Every point and indicator by the id of its card, in the order of the documents."""
    told: dict[str, Part] = {}
    for _name, document in documents:
        if document.get("schema") == ITEM:
            for node in document["points"]:
                told[node["id"]] = Part(node["id"], document["id"], node)
        elif document.get("schema") == INDICATOR:
            key = f"{document['model']}:{document['id']}"
            told[key] = Part(key, "", document)
    return told


def homes_of(documents: Iterable[Named]) -> list[tuple[str, str]]:
    """(id, name) of every item that a point can stand in."""
    return [(d["id"], d["name_zh"]) for _name, d in documents if d.get("schema") == ITEM]


def composed(documents: Sequence[Named], changed: Iterable[Part]) -> list[Named]:
    """The documents with changed definitions in place of their own; new ones come last in their home."""
    told = list(documents)
    for part in changed:
        told = _with_indicator(told, part) if part.is_indicator else _with_point(told, part)
    return told


def _with_indicator(documents: list[Named], part: Part) -> list[Named]:
    told: list[Named] = []
    found = False
    for name, document in documents:
        same = document.get("schema") == INDICATOR and f"{document['model']}:{document['id']}" == part.key
        found = found or same
        if not same:
            told.append((name, document))
        elif part.node is not None:
            told.append((name, part.node))
    return told if found or part.node is None else [*told, (f"indicators/{part.id}.yaml", part.node)]


def _with_point(documents: list[Named], part: Part) -> list[Named]:
    number = next(
        (n for n, (_, d) in enumerate(documents) if d.get("schema") == ITEM and d["id"] == part.home), None
    )
    if number is None:
        raise PackError(part.key, f"没有事项 {part.home}")
    name, item = documents[number]
    points: list[Any] = []
    for node in item["points"]:
        if node["id"] != part.key:
            points.append(node)
        elif part.node is not None:
            points.append(part.node)
    if part.node is not None and all(node["id"] != part.key for node in item["points"]):
        points.append(part.node)
    return [*documents[:number], (name, {**item, "points": points}), *documents[number + 1 :]]


def copied(part: Part, id_: str) -> Part:
    """The same definition under another id, in the same home."""
    node = {**unshared(part.node), "id": id_}
    return Part(id_ if part.home else f"{node['model']}:{id_}", part.home, node)
