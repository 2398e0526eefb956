"""Checkpoints: the log's signed word on its size and root, never one that goes back on an earlier word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import transaction

from zhunsheng.core.actors import Actor
from zhunsheng.core.tlog.checkpoints import Checkpoint, read_checkpoint
from zhunsheng.core.tlog.notes import Note, read_note
from zhunsheng.foundation.evidence import actions, sm2
from zhunsheng.foundation.evidence.keyring import change_key, retire, signers
from zhunsheng.foundation.evidence.keys import FOLDER, KEY, Signer, ed25519_signer, make_ed25519
from zhunsheng.foundation.evidence.mark import Mark, alone, read_mark, write_mark
from zhunsheng.foundation.evidence.models import LogCheckpoint, LogEra
from zhunsheng.foundation.evidence.sequencer import begin, current_era, sequence
from zhunsheng.foundation.evidence.tree import root_of

BY = Actor.service("log")


class RollbackError(Exception):
    """The database holds less than was signed, or something else: it was restored, or somebody altered it."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """One turn of the log: what came in, how long it is, and whether a new checkpoint was signed."""

    taken: int
    size: int
    note: str
    fresh: bool


def seal(*, home: Path, at: datetime, host: str) -> Sealed:
    """Take up what was committed, and sign if the log has grown. RollbackError, KeyFileError."""
    with alone(home):
        era = _era(home, at, host)
        check_mark(home, era)
        taken = sequence(era.number)
        era.refresh_from_db()
        told = _sign(home, era, at, taken, signers(home, era.origin))
        if told.fresh:
            retire(home)
        return told


def _era(home: Path, at: datetime, host: str) -> LogEra:
    era = current_era()
    if era is not None:
        return era
    if read_mark(home) is not None:
        raise RollbackError("数据库中没有日志，而本机曾经签署过：数据库像是换过或从备份恢复的")
    path = home / FOLDER / KEY
    public = ed25519_signer(path, "new").public if path.exists() else make_ed25519(path)
    return begin(origin=f"{host}/log/{public[:4].hex()}", at=at)


def check_mark(home: Path, era: LogEra) -> None:
    """RollbackError unless the database still holds the tree that was last signed."""
    mark = read_mark(home)
    signed = LogCheckpoint.objects.filter(era=era.number).order_by("-size").first()
    if mark is None:
        if signed is not None:
            raise RollbackError("本机没有签署记录，而数据库中有已签署的检查点：home 目录像是换过的")
        return
    if mark.origin != era.origin:
        raise RollbackError(f"本机最后签署的是 {mark.origin}，数据库中的日志是 {era.origin}")
    if era.size < mark.size:
        raise RollbackError(f"已签署到 {mark.size} 条，数据库中只有 {era.size} 条：像是从备份恢复的")
    if root_of(era.number, mark.size) != mark.root:
        raise RollbackError(f"前 {mark.size} 条与签署时不同：日志被改动，或是恢复后另起的分叉")


def _sign(home: Path, era: LogEra, at: datetime, taken: int, signers: Sequence[Signer]) -> Sealed:
    known = LogCheckpoint.objects.filter(era=era.number, size=era.size).first()
    if known is not None or era.size == 0:
        return Sealed(taken, era.size, known.note if known else "", fresh=False)
    checkpoint = Checkpoint(era.origin, era.size, root_of(era.number, era.size))
    write_mark(home, Mark(era.origin, era.size, checkpoint.root))
    text = checkpoint.text
    note = Note(text, tuple(signer.sign(text) for signer in signers)).encoded()
    LogCheckpoint.objects.create(era=era.number, size=era.size, note=note, at=at)
    return Sealed(taken, era.size, note, fresh=True)


def begin_again(*, by: Actor, home: Path, at: datetime, reason: str) -> LogEra:
    """After a restore: another log, whose first leaf says where the old one stood. Its proofs stay good.

    A named person's decision with a reason. What the restored database lost of the old log is told by its
    witnesses and by the mark, and stands in that first leaf.
    """
    by.require_person("另起证据日志")
    if not reason.strip():
        raise ValueError("另起日志须写明理由")
    with alone(home), transaction.atomic():
        old, mark = current_era(), read_mark(home)
        if old is None or mark is None:
            raise RollbackError("没有可接续的日志")
        detail = {
            "old": old.origin,
            "held": old.size,
            "held_root": root_of(old.number, old.size).hex(),
            "signed": mark.size,
            "signed_root": mark.root.hex(),
            "signed_origin": mark.origin,
            "why": reason,
        }
        base = old.origin.partition("/log/")[0] + "/log/" + old.origin.partition("/log/")[2].split("/")[0]
        era = LogEra.objects.create(
            number=old.number + 1,
            origin=f"{base}/{at:%Y%m%d%H%M%S}",
            began_at=at,
            settled_id=old.settled_id,
        )
        actions.record(by=by, at=at, action="LOG_BEGUN_AGAIN", target="log", detail=detail)
        write_mark(home, Mark(era.origin, 0, root_of(era.number, 0)))
    return era


def rotate(*, by: Actor, home: Path, at: datetime, reason: str) -> None:
    """Another key signs from the next checkpoint on, which both sign: who trusts the old sees the new named.

    A named person's decision with a reason.
    """
    by.require_person("更换签名密钥")
    if not reason.strip():
        raise ValueError("更换密钥须写明理由")
    with alone(home), transaction.atomic():
        era = current_era()
        if era is None:
            raise RollbackError("还没有日志")
        old = signers(home, era.origin)[0].vkey
        change_key(home)
        detail = {"old": old, "new": signers(home, era.origin)[0].vkey, "why": reason}
        actions.record(by=by, at=at, action="LOG_KEY_CHANGED", target="log", detail=detail)


def add_sm2(*, by: Actor, home: Path, at: datetime) -> None:
    """From the next checkpoint on an SM2 line stands beside; nothing to do when there is a key."""
    by.require_person("启用国密签名")
    path = home / FOLDER / sm2.KEY
    with alone(home), transaction.atomic():
        era = current_era()
        if era is None:
            raise RollbackError("还没有日志")
        if not path.exists():
            sm2.make_sm2(path)
            detail = {"new": signers(home, era.origin)[-1].vkey}
            actions.record(by=by, at=at, action="LOG_KEY_ADDED", target="log", detail=detail)


def latest(*, era: int) -> tuple[Checkpoint, str] | None:
    """The largest signed checkpoint and its note."""
    row = LogCheckpoint.objects.filter(era=era).order_by("-size").first()
    return (read_checkpoint(read_note(row.note).text), row.note) if row is not None else None
