"""F-06: the disk is full. Nothing is acknowledged without a row, reading goes on, and once there is room
writing goes on by itself, in the same process. SQLite has then rolled back on its own already."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest

from tests.trust import intake
from tests.trust.children import Child, House, ask
from tests.trust.conftest import database_name, new_house
from tests.trust.disks import LimitedFiles, MountedDisk, mounted

pytestmark = [pytest.mark.faults]
Disk = MountedDisk | LimitedFiles


@contextmanager
def on_a_limited_file(furnished: House, folder: Path) -> Iterator[tuple[House, Disk]]:
    shutil.copy(furnished.file, folder / "house.sqlite3")
    yield House(f"sqlite://{folder / 'house.sqlite3'}", folder), LimitedFiles(folder)


@contextmanager
def on_a_small_disk(furnished: House, folder: Path) -> Iterator[tuple[House, Disk]]:
    """On SQLite the file, on PostgreSQL the tablespace lies on a disk of a few megabytes."""
    sqlite = furnished.url.startswith("sqlite")
    with mounted(folder, 16 if sqlite else 64) as allowed:
        if not allowed:
            pytest.skip("no small disk: mounting one needs root and the right to mount")
        if sqlite:
            shutil.copy(furnished.file, folder / "house.sqlite3")
            yield House(f"sqlite://{folder / 'house.sqlite3'}", folder), MountedDisk(folder)
            return
        server = os.environ["DATABASE_URL"]
        space = folder / "space"
        space.mkdir()
        shutil.chown(space, "postgres", "postgres")
        for parent in (folder, *folder.parents[:3]):
            parent.chmod(parent.stat().st_mode | 0o011)
        with psycopg.connect(server, autocommit=True) as link:
            link.execute(f"CREATE TABLESPACE small LOCATION '{space}'".encode())
            house = new_house(server, database_name(furnished), folder, tablespace="small")
            try:
                yield house, MountedDisk(folder)
            finally:  # a tablespace that goes away with its disk would keep the server from every checkpoint
                link.execute(f'DROP DATABASE "{database_name(house)}" WITH (FORCE)'.encode())
                link.execute(b"DROP TABLESPACE small")


def live_through_a_full_disk(house: House, disk: Disk) -> tuple[set[int], list[str]]:
    """Signals until full, reads while full, signals after; (acknowledged, refusals)."""
    numbers, taken, refused = count(), set(), []
    child = Child(house, intake.take_patiently)

    def tell() -> bool:
        signals = [next(numbers) for _ in range(intake.PIPELINE)]
        child.line.send(signals)
        verdict, what = child.hear()
        taken.update(what) if verdict == "taken" else refused.append(what)
        return bool(verdict == "taken")

    for _ in range(20):
        assert tell()
    disk.fill(child, spare_bytes=100_000)
    while tell():
        assert len(taken) < 20_000, "the disk never filled"
    for _ in range(5):
        tell()
    child.line.send("count")
    assert child.hear() == ("count", len(taken))
    disk.free(child)
    for _ in range(20):
        assert tell(), refused
    child.end()
    return taken, refused


def hold(house: House, disk: Disk) -> None:
    taken, refused = live_through_a_full_disk(house, disk)
    assert len(refused) >= 1
    assert ask(house, intake.numbers_stored) == taken
    told = ask(house, intake.recount)
    assert told == dict.fromkeys(told, len(taken))


@pytest.mark.only_on("sqlite")
def test_a_limit_on_files_loses_nothing_and_passes(furnished: House, tmp_path: Path) -> None:
    with on_a_limited_file(furnished, tmp_path) as (house, disk):
        hold(house, disk)


def test_a_full_disk_loses_nothing_and_passes(furnished: House, tmp_path: Path) -> None:
    with on_a_small_disk(furnished, tmp_path) as (house, disk):
        hold(house, disk)


def test_planted_fault_a_swallowed_error_acknowledges_what_is_not_there(
    furnished: House, tmp_path: Path, vendor: str
) -> None:
    where = on_a_limited_file if vendor == "sqlite" else on_a_small_disk
    with where(furnished, tmp_path) as (house, disk):
        child = Child(house, intake.take_and_swallow)
        disk.fill(child, spare_bytes=50_000)
        told = set()
        for number in range(400):
            child.line.send([number])
            told.update(child.hear()[1])
        disk.free(child)
        child.end()
        assert told - ask(house, intake.numbers_stored)
