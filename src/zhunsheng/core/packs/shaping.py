"""The shape of a definition changed by a button: a part taken out, one more, a filter, a further line."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from zhunsheng.core.packs.forms import JOINS, at_place
from zhunsheng.core.packs.lines import unshared
from zhunsheng.core.packs.load import INDICATOR_KEYS, POINT_KEYS, Document

LINES = ("yellow", "red", "critical", "unless", "clear", "no_data")
NAMED = ("id", "schema", "model", "family", "name_zh", "risk_zh", "shape")
# What no button adds, as it refers to other definitions: it is written in YAML.
WRITTEN = frozenset({"freezes"})
BASIS: Document = {"law": "", "article": "", "status": "UNVERIFIED"}
TEXTS = frozenset({"explain_zh", "source_zh"})


def new_point(id_: str, name: str, kind: str) -> dict[str, Any]:
    """The beginning of a point; what is missing the proof says."""
    return {
        "id": id_,
        "name_zh": name,
        "risk_zh": name,
        "yellow": _line(kind),
        "basis": [],
        "status": "PROPOSAL",
    }


def missing(node: Document) -> list[str]:
    """The keys that a button can add."""
    keys = INDICATOR_KEYS if "schema" in node else POINT_KEYS
    order = [*LINES, *sorted(keys - {*LINES})]
    return [key for key in order if key in keys and key not in node and key not in {*NAMED, *WRITTEN}]


def removable(node: Document, place: str) -> bool:
    """Whether a button may take out what stands at the place."""
    above, _, last = place.rpartition(".")
    here = at_place(node, above)
    if isinstance(here, list):
        return last.isdigit() and int(last) < len(here)
    inside = above.rpartition(".")[2] == "where"
    return isinstance(here, Mapping) and last in here and (inside or not above) and place not in NAMED


def removed(node: Document, place: str) -> dict[str, Any]:
    """Without what stands at the place; of a join whose last part goes, the join goes too."""
    told: dict[str, Any] = unshared(node)
    above, _, last = place.rpartition(".")
    here = at_place(told, above)
    if isinstance(here, list):
        del here[int(last)]
        join = above.rpartition(".")[2]
        if not here and join in JOINS:
            higher = above.rpartition(".")[0]
            return removed(told, higher) if removable(told, higher) else told
    else:
        del here[last]
    return told


def one_more(node: Document, place: str) -> dict[str, Any]:
    """A list gets a copy of its last part; a single condition is joined with a copy of itself."""
    told: dict[str, Any] = unshared(node)
    here = at_place(told, place)
    if isinstance(here, list):
        here.append(deepcopy(here[-1]) if here else _first(place))
        return told
    if isinstance(here, dict) and place:
        above, _, last = place.rpartition(".")
        at_place(told, above)[last] = {"all": [deepcopy(here), deepcopy(here)]}
    return told


def _first(place: str) -> dict[str, Any]:
    if place == "basis":
        return dict(BASIS)
    return {"where": {}, "points": 0} if place == "grades" else {"at_least": 0, "points": 0}


def filtered(node: Document, place: str, field: str, value: object) -> dict[str, Any]:
    """A measure that reads only facts with this field at a value; a filter that is there stays."""
    told: dict[str, Any] = unshared(node)
    here = at_place(told, place)
    if isinstance(here, dict):
        where = dict(here.get("where") or {})
        where.setdefault(field, value)
        if "where" in here:
            here["where"] = where
        else:
            before = dict(here)
            here.clear()
            for number, (name, inner) in enumerate(before.items()):
                here[name] = inner
                if not number:
                    here["where"] = where
    return told


def with_key(node: Document, key: str, kind: str) -> dict[str, Any]:
    """With one of the missing keys, begun from what is there already."""
    told: dict[str, Any] = unshared(node)
    if key not in missing(node):
        return told
    model = next((unshared(node[name]) for name in LINES if node.get(name)), _line(kind))
    begun: dict[str, Any] = {
        **dict.fromkeys(LINES, model),
        "per_object": {"kinds": [kind], "name_zh": "对象"},
        "measures": {"yellow": [], "red": []},
        "basis": [dict(BASIS)],
        "status": "PROPOSAL",
        "measure": {"count": kind, "window": "all"},
        "bins": [{"at_least": 0, "points": 0}],
        "grades": [{"where": {}, "points": 0}],
        "cases": [{"when": _line(kind), "points": 0, "label_zh": ""}],
        "decays": False,
        "repeat": {"from": 1, "percent": 100},
        "clear_at_percent": 100,
    }
    return {**told, key: begun.get(key, "" if key in TEXTS else 0)}


def _line(kind: str) -> dict[str, Any]:
    return {"count": kind, "window": "all", "at_least": 1}
