"""Diagrams show what the tables say, no less."""

from __future__ import annotations

from tools.generators import states


def test_every_step_of_every_table_is_drawn() -> None:
    text = states.pages()[states.PAGE]
    found = states.tables()
    assert found
    for table in found.values():
        for before, following in table.items():
            assert all(f"    {before} --> {after}\n" in text for after in following)


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
