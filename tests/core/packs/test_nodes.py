"""A misspelt key or a wrong value inside a measure is refused, wherever it stands."""

from __future__ import annotations

from typing import Any

import pytest

from zhunsheng.core.packs.nodes import NodeReader, PackError

DAYS = {"days": 30}
COUNT = {"count": "K", "window": DAYS}


@pytest.mark.parametrize(
    ("node", "place"),
    [
        ({"ratio": {"of": {**COUNT, "wehre": {"a": 1}}, "to": COUNT}, "at_least": 1}, "x.ratio.of"),
        ({"ratio": {"of": COUNT, "to": COUNT}, "where": {"a": 1}, "at_least": 1}, "x"),
        ({"trend": COUNT, "where": {"a": 1}, "at_least": 1}, "x"),
        ({**COUNT, "sample_min": 20, "at_least": 1}, "x"),
        ({**COUNT, "where": {"a": 2.5}, "at_least": 1}, "x.where.a"),
        ({**COUNT, "where": {"a": []}, "at_least": 1}, "x.where.a"),
        ({**COUNT, "where": {"a": None}, "at_least": 1}, "x.where.a"),
        ({**COUNT, "where": {"a": {"at_least": "5"}}, "at_least": 1}, "x.where.a.at_least"),
        ({**COUNT, "where": {"a": {"at_least": True}}, "at_least": 1}, "x.where.a.at_least"),
        ({"latest": "K.a", "in": [1.5]}, "x.in"),
    ],
)
def test_nothing_is_silently_left_aside(node: dict[str, Any], place: str) -> None:
    with pytest.raises(PackError) as refused:
        NodeReader().condition(node, "x")
    assert refused.value.path == place
