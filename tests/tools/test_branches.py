"""The guard on branches sees a branch that no test takes."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import pytest

from tools import branches

WALL = """
def opens(viewer: str, owner: str) -> bool:
    shown = False
    if viewer == owner:
        shown = True
    return shown
"""


def measured(folder: Path, lane: str, calls: Sequence[tuple[str, str]]) -> Path:
    """What one run leaves that makes these calls of a watched module."""
    path = folder / f"{lane}.data"
    measure = branches.measuring(str(path), ["seeded_wall"])
    measure.start()
    try:
        wall = import_module("seeded_wall")
        for viewer, owner in calls:
            wall.opens(viewer, owner)
    finally:
        measure.stop()
        sys.modules.pop("seeded_wall", None)
    measure.save()
    return path


@pytest.fixture(autouse=True)
def _watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "seeded_wall.py").write_text(WALL, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(branches, "BUILD", tmp_path)


def test_a_branch_that_no_test_takes_fails_the_guard(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Every line runs; that somebody else comes to the door is not tried.
    seeded = measured(tmp_path, "sqlite", [("E1", "E1")])
    assert not branches.holds([seeded], ["seeded_wall"])
    assert "4->6" in capsys.readouterr().out


def test_what_one_database_lacks_the_other_may_show(tmp_path: Path) -> None:
    one = measured(tmp_path, "sqlite", [("E1", "E1")])
    other = measured(tmp_path, "postgresql", [("E1", "E2")])
    assert branches.holds([one, other], ["seeded_wall"])


def test_a_run_without_a_measurement_fails_the_guard(tmp_path: Path) -> None:
    whole = measured(tmp_path, "sqlite", [("E1", "E1"), ("E1", "E2")])
    assert not branches.holds([whole, tmp_path / "postgresql.data"], ["seeded_wall"])


def test_what_is_watched_is_there() -> None:
    """A renamed package or folder does not drop out in silence."""
    for name in branches.WATCHED.packages:
        import_module(name)
    for place in branches.WATCHED.tests:
        assert (branches.ROOT / place).exists(), place
