"""F-27: hit where something becomes lasting, and restored from a backup, the signer tells one story."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.trust import logs
from tests.trust.children import Child, House, ask, nothing_planted
from tests.trust.tracing import Call, calls_in, traced

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.only_on("sqlite")]
LASTING = frozenset({"fdatasync", "fsync", "rename", "ftruncate", "unlink"})
WRITES = frozenset({"pwrite64", "write"})


def sized(notes: Iterable[str]) -> dict[int, set[str]]:
    """The texts that were signed for each size; one each is right."""
    found: dict[int, set[str]] = {}
    for note in notes:
        text = logs.text_of(note)
        found.setdefault(int(text.split("\n")[1]), set()).add(text)
    return found


def run(house: House, work: Callable[..., None], *given: Any, plant: Callable[[], None]) -> Any:
    child = Child(house, work, *given, plant=plant)
    told = child.hear()
    child.end()
    return told


class Bench:
    """One turn of the log after another under strace, each from the same database and home."""

    def __init__(self, house: House, strace: str) -> None:
        self.house, self.strace = house, strace
        self.log = house.home / "strace.log"
        self.home, self.kept = house.home / "home", house.home / "kept"
        self.notes = run(house, logs.acts_and_seals, self.home, 1, plant=nothing_planted)
        run(house, logs_act, plant=nothing_planted)
        self.kept.mkdir()
        shutil.copy(house.file, self.kept / "database")
        shutil.copytree(self.home, self.kept / "home")

    def reset(self) -> None:
        for leftover in self.house.home.glob("house.sqlite3-*"):
            leftover.unlink()
        shutil.copy(self.kept / "database", self.house.file)
        shutil.rmtree(self.home)
        shutil.copytree(self.kept / "home", self.home)

    def strike(self, *options: str) -> list[str]:
        """One turn with a fault; what the child said."""
        self.reset()
        child = Child(self.house, logs.seal_one, self.home)
        with traced(self.strace, child, self.log, *options):
            return [str(word) for word in child.end()]

    def wrong(self, call: Call, fault: str) -> str:
        """What is wrong after a turn in which this call met with the fault; '' when nothing is."""
        said = self.strike("-e", f"inject={call.name}:{fault}:when={call.number}")
        note, stored, faults = ask(self.house, logs.after_all, self.home)
        signed = [word for word in said if word.startswith(logs.HOST)]
        stories = sized([*self.notes, *signed, *stored, *([note] if note.startswith(logs.HOST) else [])])
        if faults or not note.startswith(logs.HOST) or any(len(texts) > 1 for texts in stories.values()):
            return f"{call.words} {fault}: {note} {faults} {stories}"
        return ""


def logs_act(line: Any) -> None:
    logs.act(logs.ACTS)
    line.send("acted")


def test_the_signer_hit_wherever_something_changes_goes_on_with_the_same_story(
    house: House, strace: str
) -> None:
    bench = Bench(house, strace)
    bench.strike()
    calls = calls_in(bench.log)
    assert len(calls) >= 80
    lasting = [call for call in calls if call.name in LASTING]
    made = [call for call in calls if "O_CREAT" in call.words]
    writes = [call for call in calls if call.name in WRITES][::3]
    assert len(lasting) >= 8 and len(writes) >= 5
    faults = [(call, "signal=KILL") for call in (*lasting, *made, *writes)]
    faults += [(call, "error=EIO") for call in (*lasting, *writes[::3])]
    assert [why for call, fault in faults if (why := bench.wrong(call, fault))] == []


def backup_and_go_on(house: House, home: Path, plant: Callable[[], None]) -> tuple[list[str], str]:
    """Three turns, a backup of the database, two more turns, the backup back, other acts: what is signed."""
    before = run(house, logs.acts_and_seals, home, 3, plant=plant)
    backup = house.home / "backup"
    shutil.copy(house.file, backup)
    lost = run(house, logs.acts_and_seals, home, 2, plant=plant)
    for leftover in house.home.glob("house.sqlite3-*"):
        leftover.unlink()
    shutil.copy(backup, house.file)
    child = Child(house, logs.acts_after_restore, home, plant=plant)
    told = child.hear()
    child.end()
    return [*before, *lost], told


def test_a_restored_database_signs_nothing(house: House) -> None:
    _, told = backup_and_go_on(house, house.home / "home", nothing_planted)
    assert told.startswith("halted")


def test_planted_fault_a_mark_in_the_database_signs_two_stories(house: House) -> None:
    signed, told = backup_and_go_on(house, house.home / "home", logs.keep_the_mark_in_the_database)
    assert any(len(texts) > 1 for texts in sized([*signed, told]).values())
