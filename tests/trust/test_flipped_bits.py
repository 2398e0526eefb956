"""F-23: one bit changed anywhere in a small log or in a package of it is seen, by both checkers."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, models, transaction

from tests.contexts.evidence.authority import Authority
from tests.contexts.evidence.logs import BUREAU, NOW, OFFICER, act, checked, sealed, trusted, vouched_for
from tests.contexts.evidence.test_packages import a_package
from tests.emptying import triggers_at_rest
from tools import verify_evidence
from zhunsheng.core.tlog import notes
from zhunsheng.core.tlog.notes import NoteError, Verifier
from zhunsheng.foundation.evidence import actions, others, queries
from zhunsheng.foundation.evidence.keyring import known
from zhunsheng.foundation.evidence.models import (
    AuditEvent,
    Leaf,
    LeafSalt,
    LogCheckpoint,
    LogCosignature,
    LogTile,
    LogTimestamp,
    SealedDetail,
)
from zhunsheng.foundation.evidence.packages import PackageError, check_package
from zhunsheng.foundation.evidence.vouching import vouch

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
TEXTS = ((LogCheckpoint, "note"), (LogCosignature, "line"), (LogTimestamp, "note"))
BYTES = ((Leaf, "entry"), (LeafSalt, "salt"), (LogTimestamp, "response"), (SealedDetail, "sealed"))
# A response is long and each look at it slow: some of its bytes.
EVERY = {"response": 25}
STORED = (*TEXTS, *BYTES, (AuditEvent, "actor_name"), (AuditEvent, "target"))


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Four leaves, three checkpoints, a cosignature, a time stamp, a sealed detail."""
    with transaction.atomic():
        told = a_sealed_detail()
        actions.record(by=OFFICER, at=NOW, action="FILE_KEPT", target="touch:1", detail=told)
    sealed(tmp_path)
    with Authority(NOW) as authority:
        vouched_for(tmp_path, monkeypatch, authority)
        sealed(tmp_path)
        told_by = vouch(home=tmp_path, at=NOW)
    sealed(tmp_path)
    assert (told_by.cosigned, told_by.stamped) == (["w.example/w"], True)
    return tmp_path


def a_sealed_detail() -> dict[str, str]:
    return actions.seal_detail(by=OFFICER, at=NOW, person="P", told={"device": "执法记录仪 7 号"})


@contextmanager
def changed(row: models.Model, field: str, value: Any) -> Iterator[None]:
    """The row as somebody with the whole database in his hands would write it; put back afterwards."""
    before = getattr(row, field)
    rows = type(row)._default_manager.filter(pk=row.pk)
    rows.update(**{field: value})
    yield
    rows.update(**{field: before})


def flips(value: Any) -> Iterator[Any]:
    """The value with one bit changed, once for each byte; where base64 ends, once for each bit."""
    data = value.encode() if isinstance(value, str) else bytes(value)
    for place in range(len(data)):
        ends = isinstance(value, str) and place >= len(data) - 4
        for bit in range(7) if ends else (place % 7,):
            other = bytearray(data)
            other[place] ^= 1 << bit
            if not isinstance(value, str):
                yield bytes(other)
            elif "\x00" not in (text := other.decode(errors="replace")):
                yield text


def unseen(home: Path, places: tuple[tuple[Any, str], ...]) -> tuple[int, list[str]]:
    """How many bytes were changed, and which changes nobody saw."""
    tried, missed = 0, []
    verifiers, who = trusted(home), others.authority(home)
    with triggers_at_rest():
        for model, field in places:
            for row in model._default_manager.all():
                every = EVERY.get(field, 1)
                for value in islice(flips(getattr(row, field)), 0, None, every):
                    tried += 1
                    with changed(row, field, value):
                        if not queries.check(viewer=BUREAU, verifiers=verifiers, who=who).faults:
                            missed.append(f"{model.__name__}.{field} {value!r}")
    return tried, missed


@pytest.mark.only_on("sqlite")
def test_every_changed_byte_of_a_small_log_is_seen(log: Path) -> None:
    assert checked(log).faults == []
    tried, missed = unseen(log, STORED)
    assert tried > 1_500
    assert missed == []
    assert checked(log).faults == []


def test_planted_fault_lax_base64_lets_changes_through(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def lax(text: str) -> bytes:
        try:
            return base64.b64decode(text)
        except ValueError as error:
            raise NoteError(text) from error

    monkeypatch.setattr(notes, "strict_base64", lax)
    _, missed = unseen(log, ((LogCosignature, "line"),))
    assert missed


def test_a_changed_hash_of_a_full_tile_is_seen(tmp_path: Path) -> None:
    act(260)
    sealed(tmp_path)
    tile = LogTile.objects.get()
    with triggers_at_rest():
        for field, size in (("hashes", 256), ("above", 1)):
            data = bytes(getattr(tile, field))
            for place in range(0, 32 * size, 32 * max(size // 64, 1)):
                other = bytearray(data)
                other[place + place % 31] ^= 1 << (place % 8)
                with changed(tile, field, bytes(other)):
                    assert checked(tmp_path).faults
    assert checked(tmp_path).faults == []


@pytest.mark.parametrize("model", [AuditEvent, Leaf, LogTile])
def test_a_row_that_is_gone_is_seen(tmp_path: Path, model: type[models.Model]) -> None:
    act(258)
    sealed(tmp_path)
    row = model._default_manager.order_by("-pk")[0]
    with triggers_at_rest(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {model._meta.db_table} WHERE id = {row.pk}")
    assert checked(tmp_path).faults


def refused_by_us(verifiers: list[Verifier]) -> Callable[[bytes], bool]:
    def refused(data: bytes) -> bool:
        try:
            check_package(data, verifiers)
        except PackageError:
            return True
        return False

    return refused


def refused_by_the_other(keys: list[str]) -> Callable[[bytes], bool]:
    known_keys = [verify_evidence.Key(text) for text in keys]

    def refused(data: bytes) -> bool:
        try:
            package = verify_evidence.Package(data, known_keys)
            package.entries()
            package.stamps()
        except (verify_evidence.WrongError, ValueError, KeyError, IndexError, AttributeError, TypeError):
            return True
        return False

    return refused


@pytest.mark.only_on("sqlite")
def test_every_changed_byte_of_a_package_is_refused_by_both(tmp_path: Path) -> None:
    data = a_package(tmp_path)
    ours, theirs = refused_by_us(trusted(tmp_path)), refused_by_the_other(known(tmp_path))
    assert not ours(data) and not theirs(data)
    assert len(data) > 4_000
    missed = [place for place, other in enumerate(flips(data)) if not (ours(other) and theirs(other))]
    assert missed == []
