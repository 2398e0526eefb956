"""Databases of their own for tests that kill: pytest's own database must not die with a child."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest

from tests.trust import intake
from tests.trust.children import Child, House

NUMBERS = count(1)


def _furnish(house: House) -> None:
    child = Child(house, intake.migrate)
    assert child.hear() == "ready"
    child.end()


def new_house(server_url: str, template: str, home: Path, *, tablespace: str = "pg_default") -> House:
    """A PostgreSQL database made from a template (or from nothing)."""
    name = f"trust_{os.getpid()}_{next(NUMBERS)}"
    with psycopg.connect(server_url, autocommit=True) as link:
        made = f'CREATE DATABASE "{name}" TEMPLATE "{template or "template1"}" TABLESPACE {tablespace}'
        link.execute(made.encode())
    before, _, query = server_url.partition("?")
    return House(f"{before.rpartition('/')[0]}/{name}?{query}", home)


def database_name(house: House) -> str:
    """The name of a PostgreSQL house's database."""
    return house.url.partition("?")[0].rpartition("/")[2]


@pytest.fixture(scope="session")
def furnished(vendor: str, tmp_path_factory: pytest.TempPathFactory) -> House:
    """Migrated and empty; never used itself, only copied."""
    home = tmp_path_factory.mktemp("furnished")
    if vendor == "sqlite":
        house = House(f"sqlite://{home / 'house.sqlite3'}", home)
    else:
        house = new_house(os.environ["DATABASE_URL"], "", home)
    _furnish(house)
    return house


@pytest.fixture
def house(vendor: str, furnished: House, tmp_path: Path) -> Iterator[House]:
    """A fresh copy on the database of this run."""
    if vendor == "sqlite":
        shutil.copy(furnished.file, tmp_path / "house.sqlite3")
        yield House(f"sqlite://{tmp_path / 'house.sqlite3'}", tmp_path)
        return
    made = new_house(os.environ["DATABASE_URL"], database_name(furnished), tmp_path)
    yield made
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as link:
        link.execute(f'DROP DATABASE "{database_name(made)}" WITH (FORCE)'.encode())
