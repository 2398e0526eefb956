"""Diagrams show what the tables say, no less."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tools.generators import states


def test_every_step_of_every_table_is_drawn() -> None:
    text = states.pages()[states.PAGE]
    found = states.tables()
    assert found
    for table in found.values():
        for before, following in table.items():
            for step in following:
                to = following[step] if isinstance(following, Mapping) else step
                assert re.search(rf"^    {before} --> {to}(: {step})?$", text, re.MULTILINE), (before, step)


def test_a_step_is_never_drawn_as_a_state() -> None:
    table = {"OPEN": {"ANSWERED": "DONE"}, "DONE": {}}
    assert states.diagram(table).splitlines()[1:] == ["    OPEN --> DONE: ANSWERED", "    DONE --> [*]"]


def test_a_final_state_ends() -> None:
    assert "    B --> [*]" in states.diagram({"A": frozenset({"B"}), "B": frozenset()})


def test_every_lifecycle_module_has_a_table() -> None:
    modules = {name.rpartition(".")[0] for name in states.tables()}
    silent = [
        str(path)
        for path in states.SOURCE.glob("zhunsheng/*/*/lifecycle.py")
        if ".".join(path.relative_to(states.SOURCE).with_suffix("").parts) not in modules
    ]
    assert silent == []
