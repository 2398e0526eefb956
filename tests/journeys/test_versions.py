"""A definition revised in mid-window: what has begun ends under the old version, new things under the new."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.db import DatabaseError, transaction

from tests.journeys.city import BUREAU, HOUSE, MACHINE, Bureau, at
from zhunsheng.engine.library import open_library
from zhunsheng.engine.packfiles import load_pack, read_documents
from zhunsheng.judging.portraits import actions as portraits
from zhunsheng.judging.portraits import queries as kept
from zhunsheng.judging.portraits.kept import OtherPackError
from zhunsheng.judging.portraits.models import KeptPack
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.workflows.answering import take_answer

E1 = "91980102MA100A1B2U"
pytestmark = pytest.mark.django_db


@pytest.fixture
def packs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(HOUSE / "packs", tmp_path / "packs")
    monkeypatch.setattr(settings, "PACKS", tmp_path / "packs")
    return tmp_path / "packs"


@pytest.fixture
def bureau(packs: Path) -> Bureau:
    city = Bureau()
    city.register(E1, "云汀电梯物业")
    city.enrol(E1, "T02")
    for lift in ("L-7", "L-8"):
        city.tell(E1, "ELEVATOR_RECORD", "2026-01-02", object=lift, inspection_due_on="2027-07-31")
    return city


def revise(packs: Path, old: str, new: str) -> str:
    """The bureau publishes another line for T02; the hash of the new pack."""
    path = packs / "general/items/T02-lift-faults.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return open_library(packs).pack.content_hash


def trapped(bureau: Bureau, lift: str, day: str, number: int) -> None:
    for n in range(number):
        bureau.tell(E1, "ELEVATOR_TRAPPED", f"{day} 08:0{n}", object=lift, number=f"{lift}-{day}-{n}")


def test_an_open_touch_keeps_its_old_line_and_a_new_one_gets_the_new(bureau: Bureau, packs: Path) -> None:
    old = open_library(packs).pack.content_hash
    trapped(bureau, "L-7", "2026-03-02", 2)
    new = revise(packs, "at_least: 4}", "at_least: 3}")
    assert new != old
    trapped(bureau, "L-7", "2026-03-03", 1)
    assert bureau.touches(E1)[-1] == ("T02-1", "L-7", "YELLOW", "OBSERVING"), "three are red only in the new"
    trapped(bureau, "L-8", "2026-03-03", 3)
    assert bureau.touches(E1)[-1] == ("T02-1", "L-8", "RED", "OFFSITE_REVIEW")
    assert [t.pack_hash for t in triggers.touches(viewer=BUREAU)] == [new, old]
    trapped(bureau, "L-7", "2026-03-04", 1)
    assert ("T02-1", "L-7", "RED", "OFFSITE_REVIEW") in bureau.touches(E1), "four are red in both"


def test_a_milder_new_line_does_not_end_what_began_under_the_old(bureau: Bureau, packs: Path) -> None:
    trapped(bureau, "L-7", "2026-03-02", 2)
    revise(packs, "yellow: {count: ELEVATOR_TRAPPED, window: {days: 90}, at_least: 2}", MILD)
    bureau.tell(E1, "LETTER_RETURNED", "2026-03-03")
    assert bureau.touches(E1)[-1] == ("T02-1", "L-7", "YELLOW", "OBSERVING")
    take_answer(by=MACHINE, at=at("2026-03-04"), touch_id=bureau.last_touch(E1), answer="DONE")
    bureau.pass_time("2026-06-10")
    assert bureau.touches(E1)[-1][3] == "NORMAL"
    trapped(bureau, "L-7", "2026-06-11", 2)
    assert len(bureau.touches(E1)) == 1, "two are nothing in the new"
    trapped(bureau, "L-7", "2026-06-12", 1)
    assert len(bureau.touches(E1)) == 2


MILD = "yellow: {count: ELEVATOR_TRAPPED, window: {days: 90}, at_least: 3}"


def test_a_point_that_the_new_version_drops_still_ends_under_the_old(bureau: Bureau, packs: Path) -> None:
    trapped(bureau, "L-7", "2026-03-02", 2)
    revise(packs, "id: T02-1", "id: T02-9")
    take_answer(by=MACHINE, at=at("2026-03-04"), touch_id=bureau.last_touch(E1), answer="DONE")
    bureau.pass_time("2026-06-10")
    told = [t for t in bureau.touches(E1) if t[0] == "T02-1"]
    assert told == [("T02-1", "L-7", "YELLOW", "NORMAL")]


def test_a_kept_pack_is_the_same_pack_and_never_changes(bureau: Bureau, packs: Path) -> None:
    trapped(bureau, "L-7", "2026-03-02", 2)
    pack = open_library(packs).pack
    ((version, content_hash, _),) = kept.kept_packs(viewer=BUREAU)
    assert (version, content_hash) == (pack.version, pack.content_hash)
    found = kept.kept_pack(viewer=BUREAU, content_hash=content_hash)
    loaded = load_pack(packs / "general")
    assert found == (loaded.pack, loaded.contracts)
    assert kept.kept_pack(viewer=BUREAU, content_hash="0" * 64) is None
    with pytest.raises(DatabaseError), transaction.atomic():
        KeptPack.objects.filter(content_hash=content_hash).update(version="2099")


def test_documents_that_make_another_pack_are_not_kept_under_this_hash(packs: Path) -> None:
    pack = open_library(packs).pack
    documents = [(name, dict(d)) for name, d in read_documents(packs / "general") if "T02" not in name]
    with pytest.raises(OtherPackError):
        portraits.keep_pack(by=MACHINE, at=at("2026-03-01"), pack=pack, documents=documents)
