"""Who alters the database is seen: each thing that may be done to it, and what the check says of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection, models, transaction

from tests.contexts.evidence.authority import Authority
from tests.contexts.evidence.logs import (
    BUREAU,
    NOW,
    OFFICER,
    act,
    checked,
    prove,
    sealed,
    trusted,
    vouched_for,
)
from tests.contexts.evidence.test_packages import resigned
from tests.emptying import triggers_at_rest
from zhunsheng.core.tlog.notes import NoteError
from zhunsheng.foundation.evidence import actions, others, queries, sequencer
from zhunsheng.foundation.evidence.checking import FAULTS_MAX
from zhunsheng.foundation.evidence.handing_out import hand_out
from zhunsheng.foundation.evidence.keyring import verifier
from zhunsheng.foundation.evidence.models import (
    AuditEvent,
    Leaf,
    LogCheckpoint,
    LogCosignature,
    LogEra,
    LogTile,
    LogTimestamp,
    SealedDetail,
)
from zhunsheng.foundation.evidence.packages import PackageError, check_package, unpacked
from zhunsheng.foundation.evidence.signing import RollbackError
from zhunsheng.foundation.evidence.vouching import STAMPED, vouch

pytestmark = pytest.mark.django_db
ROW = models.Model


@pytest.fixture(scope="module")
def authority() -> Iterator[Authority]:
    with Authority(NOW) as running:
        yield running


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, authority: Authority) -> Path:
    """Four checkpoints, two of them cosigned and stamped, and a sealed detail."""
    with transaction.atomic():
        told = actions.seal_detail(by=OFFICER, at=NOW, person="P", told={"device": "执法记录仪 7 号"})
        actions.record(by=OFFICER, at=NOW, action="FILE_KEPT", target="touch:1", detail=told)
    sealed(tmp_path)
    vouched_for(tmp_path, monkeypatch, authority)
    for hours in (0, 2):
        sealed(tmp_path)
        told_by = vouch(home=tmp_path, at=NOW + timedelta(hours=hours))
        assert (len(told_by.cosigned), told_by.stamped) == (1, True)
    sealed(tmp_path)
    return tmp_path


def gone(model: type[ROW], **which: object) -> Callable[[], object]:
    def delete() -> None:
        row = model._default_manager.filter(**which).order_by("-pk")[0]
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {model._meta.db_table} WHERE id = {row.pk}")

    return delete


def altered(model: type[ROW], **values: object) -> Callable[[], object]:
    return lambda: model._default_manager.filter(pk=model._default_manager.latest("pk").pk).update(**values)


def another_note() -> None:
    """The newest checkpoint says what an older one said, and said truly."""
    altered(LogCheckpoint, note=LogCheckpoint.objects.earliest("pk").note)()


def a_tile_too_many() -> None:
    LogTile.objects.create(era=1, level=0, index=0, hashes=b"", above=b"")


ALTERATIONS = {
    "a leaf in the middle is gone": (gone(Leaf, index=1), "第 1 条缺失"),
    "the last leaf is gone": (gone(Leaf), "实有"),
    "a tile too many": (a_tile_too_many, "瓦片数目不符"),
    "an act is gone": (gone(AuditEvent), "不见了"),
    "an act is told otherwise": (altered(AuditEvent, target="subject:S9"), "内容与日志中的承诺不符"),
    "a checkpoint is no checkpoint": (altered(LogCheckpoint, note="x"), "检查点 5："),
    "a checkpoint stands for another": (another_note, "与叶子不符"),
    "a witness nobody knows": (altered(LogCosignature, witness="x"), "不认识的见证人"),
    "a cosignature over something else": (altered(LogCosignature, size=1), "的见证"),
    "a stamp of no checkpoint": (altered(LogTimestamp, size=9), "没有这个检查点"),
    "a stamp that is none": (altered(LogTimestamp, response=b"x"), "时间戳不成立"),
    "a stamp that was not noted": (gone(AuditEvent, action=STAMPED), "不是当时留痕的那一份"),
    "a sealed detail is told otherwise": (altered(SealedDetail, sealed=bytes(40)), "被改动"),
}


def faults_of(home: Path, alteration: Callable[[], object]) -> str:
    with transaction.atomic():
        with triggers_at_rest():
            alteration()
        told = "\n".join(checked(home).faults)
        transaction.set_rollback(True)
    return told


def test_each_alteration_is_told_for_what_it_is(log: Path) -> None:
    assert checked(log).faults == []
    told = {name: faults_of(log, alteration) for name, (alteration, _) in ALTERATIONS.items()}
    assert [name for name, (_, words) in ALTERATIONS.items() if words not in told[name]] == []
    assert checked(log).faults == []


def test_after_the_first_hundred_faults_no_more_are_listed(tmp_path: Path) -> None:
    act(FAULTS_MAX + 1)
    sealed(tmp_path)
    assert faults_of(tmp_path, lambda: AuditEvent.objects.update(target="x")).count("\n") == FAULTS_MAX - 1


def test_a_tile_that_is_gone_or_altered_is_told_and_proofs_do_without_it(tmp_path: Path) -> None:
    act(260)
    sealed(tmp_path)
    assert "瓦片 0/0" in faults_of(tmp_path, altered(LogTile, above=b"x"))
    with triggers_at_rest():
        gone(LogTile)()
    assert checked(tmp_path).faults[-1].endswith("瓦片数目不符")
    (proven,) = queries.proofs_of(viewer=BUREAU, targets=["subject:S1"])
    prove(proven, trusted(tmp_path))


def test_a_log_that_was_altered_or_renamed_signs_nothing_more(tmp_path: Path) -> None:
    act(3)
    sealed(tmp_path)
    with transaction.atomic():
        LogEra.objects.update(origin="elsewhere/log/1")
        with pytest.raises(RollbackError, match="elsewhere"):
            sealed(tmp_path)
        transaction.set_rollback(True)
    with triggers_at_rest():
        altered(Leaf, entry=b"{}")()
    with pytest.raises(RollbackError, match="前 3 条"):
        sealed(tmp_path)


def test_what_no_checkpoint_covers_has_no_proof_yet(tmp_path: Path) -> None:
    act(1)
    assert queries.proofs_of(viewer=BUREAU, targets=["subject:S0"]) == []
    sequencer.sequence(sequencer.begin(origin="yunting.example/log/1", at=NOW).number)
    assert Leaf.objects.count() == 1
    assert queries.proofs_of(viewer=BUREAU, targets=["subject:S0"]) == []


def test_a_proof_holds_under_the_log_s_own_key_and_not_under_a_witness_s_alone(log: Path) -> None:
    (proven,) = queries.proofs_of(viewer=BUREAU, targets=["touch:1"])
    assert proven.holds(trusted(log))
    (other,) = others.witnesses(log)
    assert not proven.holds([verifier(other.vkey)])
    with pytest.raises(NoteError, match="日志自己"):
        proven.check([verifier(other.vkey)])


def test_forgetting_somebody_needs_a_reason() -> None:
    with pytest.raises(ValueError, match="理由"):
        actions.forget(by=OFFICER, at=NOW, person="P", reason=" ")


def test_a_stamp_over_another_checkpoint_proves_nothing(log: Path) -> None:
    """Two stamps in one package change places, and the log's owner signs the list again."""
    proofs = queries.proofs_of(viewer=BUREAU, targets=["touch:1"])
    more = queries.stamps(viewer=BUREAU, origin=proofs[0].origin, size=proofs[0].size)
    data = hand_out(by=OFFICER, at=NOW, home=log, proofs=proofs, files={}, more=more, reason="公证")
    assert len(check_package(data, trusted(log)).stamped) == 2
    files = unpacked(data)
    first, second = (name for name in files if name.endswith(".tsr"))
    swapped = files | {first: files[second], second: files[first]}
    with pytest.raises(PackageError, match="不是这个检查点"):
        check_package(resigned(log, swapped), trusted(log))
