"""The lines of a trigger point that can be moved: whole numbers in its text, each with its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from zhunsheng.core.packs.load import Document
from zhunsheng.core.packs.nodes import COMPARISONS, PackError

Named = tuple[str, Document]
CONDITIONS = ("yellow", "red", "critical", "unless", "clear")
MOVABLE = frozenset({*COMPARISONS, "days", "hours", "months", "times_percent", "sample_min"})
LATER = (
    "clear_at_percent",
    "hold_days",
    "cooldown_days",
    "once_per_days",
    "observe_days",
    "reply_workdays",
)


def lines_of(documents: Sequence[Named], point: str) -> dict[str, int]:
    """Place → number of everything that can be moved in a point, such as `yellow.all.0.at_least` → 3."""
    body = _point(documents, point)
    told = {name: body[name] for name in LATER if isinstance(body.get(name), int)}
    for name in CONDITIONS:
        told |= dict(_numbers(body.get(name), name))
    return told


def moved(documents: Sequence[Named], point: str, place: str, value: int) -> list[Named]:
    """The documents with one line at another value; the others are the same. PackError for no such line."""
    if place not in lines_of(documents, point):
        raise PackError(f"{point}.{place}", "触发点没有这样一个可以移动的数")
    told = [(name, unshared(d) if _has(d, point) else d) for name, d in documents]
    node: Any = _point(told, point)
    *path, last = place.split(".")
    for step in path:
        node = node[int(step)] if isinstance(node, list) else node[step]
    node[last] = value
    return told


def unshared(node: Any) -> Any:
    """A copy in which no two places share a node.

    YAML lets a part be written once and named elsewhere (`&a`, `*a`); both places are then one node, and a
    change at the one would silently be made at the other.
    """
    if isinstance(node, Mapping):
        return {name: unshared(inner) for name, inner in node.items()}
    return [unshared(inner) for inner in node] if isinstance(node, list) else node


def _numbers(node: object, path: str) -> Iterator[tuple[str, int]]:
    if isinstance(node, Mapping):
        for name, inner in node.items():
            if type(inner) is int and name in MOVABLE:
                yield f"{path}.{name}", inner
            elif name != "where":
                yield from _numbers(inner, f"{path}.{name}")
    elif isinstance(node, list):
        for number, inner in enumerate(node):
            yield from _numbers(inner, f"{path}.{number}")


def _has(document: Document, point: str) -> bool:
    return any(p.get("id") == point for p in document.get("points", ()))


def _point(documents: Sequence[Named], point: str) -> Mapping[str, Any]:
    for _name, document in documents:
        for body in document.get("points", ()):
            if body.get("id") == point:
                found: Mapping[str, Any] = body
                return found
    raise PackError(point, "没有这个触发点")
