"""Every measure that a point names has a name of its own, and of its own colour."""

from __future__ import annotations

import yaml

from tests.core.packs_general.judging import FOLDER, LOADED


def test_measures_are_named() -> None:
    named = yaml.safe_load((FOLDER / "measures.yaml").read_text(encoding="utf-8"))["measures"]
    for point in (point for item in LOADED.pack.items for point in item.points):
        assert {named[code]["level"] for code in point.yellow_measures} <= {"YELLOW"}, point.id
        assert {named[code]["level"] for code in point.red_measures} <= {"RED"}, point.id
