"""F-43: who was forgotten stays forgotten, also when a backup of before returns; all proofs still hold."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.trust import forgetting
from tests.trust.children import Child, House, nothing_planted
from tests.trust.conftest import database_name, new_house
from tests.trust.forgetting import GOES, SECRET, STAYS

pytestmark = [pytest.mark.faults]
BOTH = sorted([GOES.key, STAYS.key])


def backup(house: House, folder: Path) -> House:
    """A copy of the database, without anything of the home folder; nobody is at work in it meanwhile."""
    if house.url.startswith("sqlite://"):
        copy = House(f"sqlite://{folder / 'backup.sqlite3'}", folder)
        source, target = sqlite3.connect(house.file), sqlite3.connect(copy.file)
        source.backup(target)
        source.close()
        target.close()
        return copy
    return new_house(os.environ["DATABASE_URL"], database_name(house), folder)


def drop(house: House) -> None:
    """A PostgreSQL house goes when its test is over."""
    if not house.url.startswith("sqlite://"):
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as link:
            link.execute(f'DROP DATABASE "{database_name(house)}" WITH (FORCE)'.encode())


def told_by(house: House, work: Callable[..., None], *given: Any, plant: Callable[[], None]) -> list[Any]:
    """What a child at work in this house says until it ends."""
    return Child(house, work, *given, plant=plant).end()


def lived_through(house: House, tmp_path: Path, plant: Callable[[], None] = nothing_planted) -> list[Any]:
    """Kept; backup; forgotten; restored: what was found after each."""
    home = tmp_path / "home"
    (kept,) = told_by(house, forgetting.keep, home, plant=plant)
    copy = backup(house, tmp_path)
    try:
        (gone,) = told_by(house, forgetting.forget, home, plant=plant)
        if copy.url.startswith("sqlite://"):
            stored = copy.file.read_bytes()
            assert not any(secret.encode() in stored for secret in SECRET.values())
        return [kept, gone, *told_by(copy, forgetting.come_back, home, kept["proofs"], plant=plant)]
    finally:
        drop(copy)


def test_who_was_forgotten_stays_so_after_a_restore(house: House, tmp_path: Path) -> None:
    kept, gone, restored, (turned, halted), (again, decisions) = lived_through(house, tmp_path)
    assert (kept["opens"], kept["salted"]) == (BOTH, BOTH)
    for found in (gone, turned, again):
        assert (found["opens"], found["salted"]) == ([STAYS.key], [STAYS.key])
    assert restored["opens"] == [STAYS.key], "closed before anybody has said a word to the restored database"
    assert "恢复" in halted and decisions == 0
    stages = (kept, gone, restored, turned, again)
    assert [found["counts"] for found in stages] == [kept["counts"]] * 5
    assert [found["faults"] for found in stages] == [[]] * 5
    assert [proven.entry for proven in again["proofs"]] == [proven.entry for proven in kept["proofs"]]


@pytest.mark.parametrize("plant", [forgetting.keep_the_key, forgetting.forget_only_once])
def test_planted_fault_a_half_hearted_erasure(
    house: House, tmp_path: Path, plant: Callable[[], None]
) -> None:
    _kept, _gone, restored, (turned, _halted), _again = lived_through(house, tmp_path, plant)
    assert BOTH in (restored["opens"], turned["salted"])
