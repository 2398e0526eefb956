"""Acts become leaves: in order, none missing, none twice, provable, silent about persons."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from tests.contexts.evidence.logs import BUREAU, CLERK, NOW, OFFICER, act, checked, prove, sealed, trusted
from zhunsheng.core.actors import HumanDecisionRequiredError, Viewer
from zhunsheng.core.tlog import merkle, tiles
from zhunsheng.core.tlog.leaves import LeafError
from zhunsheng.foundation.evidence import actions, personal, queries, sequencer, tree
from zhunsheng.foundation.evidence.keys import FOLDER, KEY, KeyFileError
from zhunsheng.foundation.evidence.models import AuditEvent, Leaf, LeafSalt, LogEra, LogTile, SealedDetail
from zhunsheng.foundation.evidence.signing import RollbackError, begin_again

pytestmark = pytest.mark.django_db


def test_each_act_is_a_leaf_and_each_leaf_is_proved(tmp_path: Path) -> None:
    act(5)
    first = sealed(tmp_path)
    assert (first.taken, first.size, first.fresh) == (5, 5, True)
    act(3, by=CLERK)
    assert sealed(tmp_path).size == 8
    told = queries.proofs_of(viewer=BUREAU, targets=["subject:S1"])
    assert [p.index for p in told] == [1, 6]
    for proven in told:
        prove(proven, trusted(tmp_path))
    found = checked(tmp_path)
    assert (found.leaves, found.silent, found.checkpoints, found.waiting, found.faults) == (8, 0, 2, 0, [])


def test_without_news_nothing_is_signed_again(tmp_path: Path) -> None:
    act(1)
    note = sealed(tmp_path).note
    again = sealed(tmp_path)
    assert (again.taken, again.fresh, again.note) == (0, False, note)


def test_only_who_audits_sees_the_log(tmp_path: Path) -> None:
    act(1)
    sealed(tmp_path)
    business = Viewer.business("S0")
    assert queries.proofs_of(viewer=business, targets=["subject:S0"]) == []
    assert queries.checkpoint(viewer=business) is None
    assert queries.check(viewer=business, verifiers=[]).leaves == 0
    assert queries.stamps(viewer=business, origin=LogEra.objects.get().origin, size=1) == {}
    newest, note = queries.checkpoint(viewer=BUREAU) or (None, "")
    assert newest is not None and newest.size == 1 and newest.text in note


def test_a_leaf_says_nothing_of_a_person(tmp_path: Path) -> None:
    with transaction.atomic():
        told = {"phone": "13900009801", "why": "群众反映"}
        actions.record(by=OFFICER, at=NOW, action="SEEN", target="subject:91980100MA0", detail=told)
    sealed(tmp_path)
    (entry,) = tree.entries_between(1, 0, 1)
    for word in ("13900009801", "群众", "程岚", "P-CHENG", "91980100MA0"):
        assert word not in entry.decode()


def test_the_tree_is_the_same_however_it_came_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tiles fill across parts and turns; the root is that of all leaves at once."""
    monkeypatch.setattr(sequencer, "LEAVES_A_COMMIT", 150)
    for number in (1, 254, 1, 1, 300, 211):
        act(number)
        sealed(tmp_path)
    entries = tree.entries_between(1, 0, 768)
    leaves = [merkle.leaf_hash(entry) for entry in entries]
    assert tree.root_of(1, 768) == merkle.root(768, merkle.from_leaves(leaves))
    assert LogTile.objects.count() == 3
    for tile in tiles.tiles_of(768):
        data = tree.tile_bytes(1, tile)
        first = tile.index * tiles.WIDTH
        below = merkle.from_leaves(leaves)
        assert tiles.read_tile(data, tile.width) == [
            below(8 * tile.level, first + k) for k in range(tile.width)
        ]
    assert tiles.read_entries(tree.bundle_bytes(1, 2, 256), 256) == entries[512:]
    assert checked(tmp_path).faults == []


def test_what_was_rolled_back_leaves_no_gap(tmp_path: Path) -> None:
    act(2)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        act(2)
        _ = 1 // 0
    act(1)
    assert sealed(tmp_path).size == 3
    assert list(Leaf.objects.values_list("index", flat=True)) == [0, 1, 2]


def in_another_session(started: threading.Event, go_on: threading.Event) -> None:
    with transaction.atomic():
        actions.record(by=CLERK, at=NOW, action="SLOW", target="t", detail={})
        started.set()
        go_on.wait(20)
    connection.close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.only_on("postgresql")
def test_a_number_that_is_committed_late_is_taken_up_late_and_not_lost(tmp_path: Path) -> None:
    started, go_on = threading.Event(), threading.Event()
    slow = threading.Thread(target=in_another_session, args=(started, go_on))
    slow.start()
    started.wait(20)
    act(3)
    assert sealed(tmp_path).size == 3
    act(1)
    assert sealed(tmp_path).size == 4
    era = LogEra.objects.get()
    late = min(Leaf.objects.values_list("event_id", flat=True)) - 1
    assert era.settled_id < late
    go_on.set()
    slow.join()
    assert sealed(tmp_path).size == 5
    assert Leaf.objects.get(index=4).event_id == late
    assert sealed(tmp_path).taken == 0
    assert LogEra.objects.get().settled_id >= late + 4
    assert checked(tmp_path).faults == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.only_on("postgresql")
def test_planted_fault_who_goes_by_the_highest_number_loses_the_late_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def highest(era: LogEra) -> int:
        return AuditEvent.objects.order_by("-id").values_list("id", flat=True).first() or 0

    monkeypatch.setattr(sequencer, "look", highest)
    started, go_on = threading.Event(), threading.Event()
    slow = threading.Thread(target=in_another_session, args=(started, go_on))
    slow.start()
    started.wait(20)
    act(3)
    sealed(tmp_path)
    go_on.set()
    slow.join()
    sealed(tmp_path)
    assert checked(tmp_path).waiting == 1


def test_what_has_no_one_spelling_is_refused_when_it_is_written() -> None:
    with pytest.raises(LeafError), transaction.atomic():
        actions.record(by=CLERK, at=NOW, action="SEEN", target="t", detail={"part": [{"share": 0.5}]})


def test_forgetting_a_person_silences_leaves_and_keeps_proofs(tmp_path: Path, settings: Any) -> None:
    settings.HOME = tmp_path
    with transaction.atomic():
        told = actions.seal_detail(by=CLERK, at=NOW, person="P-CHENG", told={"device": "手机 13900009801"})
        actions.record(by=OFFICER, at=NOW, action="FILE_KEPT", target="touch:1", detail=told)
    act(2, by=CLERK)
    sealed(tmp_path)
    before = queries.proofs_of(viewer=BUREAU, targets=["touch:1"])[0]
    with pytest.raises(HumanDecisionRequiredError):
        actions.forget(by=CLERK, at=NOW, person="P-CHENG", reason="期满")
    assert actions.forget(by=OFFICER, at=NOW, person="P-CHENG", reason="保存期满") == 1
    sealed(tmp_path)
    after = queries.proofs_of(viewer=BUREAU, targets=["touch:1"])[0]
    assert after.entry == before.entry and after.salt == b"" and before.salt
    with pytest.raises(LeafError):
        prove(after, trusted(tmp_path))
    found = checked(tmp_path)
    assert (found.silent, found.faults) == (1, [])
    assert not SealedDetail.objects.exists()


def test_a_sealed_detail_that_was_altered_is_seen(tmp_path: Path) -> None:
    with transaction.atomic():
        actions.seal_detail(by=CLERK, at=NOW, person="P", told={"device": "甲"})
    good = bytes(SealedDetail.objects.get().sealed)
    assert checked(tmp_path).faults == [] and "甲".encode() not in good
    SealedDetail.objects.update(sealed=good[:-1] + bytes([good[-1] ^ 1]))
    assert len(checked(tmp_path).faults) == 1


def test_a_persons_key_that_is_gone_without_a_decision_is_told(tmp_path: Path, settings: Any) -> None:
    settings.HOME = tmp_path
    with transaction.atomic():
        actions.seal_detail(by=CLERK, at=NOW, person="P", told={"device": "甲"})
    personal.destroy("P")
    assert "密钥不见了" in checked(tmp_path).faults[0]


def test_a_key_that_is_gone_or_open_to_all_signs_nothing(tmp_path: Path) -> None:
    act(1)
    sealed(tmp_path)
    act(1)
    key = tmp_path / FOLDER / KEY
    assert key.stat().st_mode & 0o777 == 0o600
    key.chmod(0o644)
    with pytest.raises(KeyFileError):
        sealed(tmp_path)
    key.unlink()
    with pytest.raises(KeyFileError):
        sealed(tmp_path)
    assert not key.exists()


def test_a_restored_database_signs_nothing_until_a_person_begins_another_log(tmp_path: Path) -> None:
    act(4)
    sealed(tmp_path)
    with transaction.atomic():
        act(3)
        sealed(tmp_path)
        transaction.set_rollback(True)
    act(9)
    with pytest.raises(RollbackError, match="7 条"):
        sealed(tmp_path)
    old = LogEra.objects.get()
    later = NOW + timedelta(hours=1)
    with pytest.raises(HumanDecisionRequiredError):
        begin_again(by=CLERK, home=tmp_path, at=later, reason="恢复")
    era = begin_again(by=OFFICER, home=tmp_path, at=later, reason="磁盘损坏后从备份恢复")
    assert era.origin.startswith(old.origin + "/")
    told = sealed(tmp_path)
    assert (told.taken, told.size) == (10, 10)
    for target in ("subject:S1", "log"):
        for proven in queries.proofs_of(viewer=BUREAU, targets=[target]):
            prove(proven, trusted(tmp_path))
    (begun,) = queries.entries_of(viewer=BUREAU, target="log")
    assert (begun.detail["held"], begun.detail["signed"]) == (4, 7)
    assert checked(tmp_path).faults == []


def test_a_database_whose_first_leaves_differ_signs_nothing(tmp_path: Path) -> None:
    with transaction.atomic():
        act(3)
        sealed(tmp_path)
        transaction.set_rollback(True)
    with pytest.raises(RollbackError):
        sealed(tmp_path)
    assert not LeafSalt.objects.exists()


def test_a_database_without_its_home_signs_nothing(tmp_path: Path) -> None:
    act(1)
    sealed(tmp_path / "one")
    with pytest.raises(RollbackError):
        sealed(tmp_path / "other")
