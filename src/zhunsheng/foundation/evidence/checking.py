"""The whole log taken apart and put together again from its leaves; nothing stored is believed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256

from zhunsheng.core.tlog.checkpoints import read_checkpoint
from zhunsheng.core.tlog.leaves import LeafError, check_entry
from zhunsheng.core.tlog.merkle import Frontier, leaf_hash
from zhunsheng.core.tlog.notes import NoteError, Verifier, read_note, verified
from zhunsheng.core.tlog.tiles import WIDTH, complete_hash
from zhunsheng.foundation.evidence.models import (
    AuditEvent,
    Leaf,
    LeafSalt,
    LogCheckpoint,
    LogCosignature,
    LogEra,
    LogTile,
    LogTimestamp,
    SealedDetail,
)
from zhunsheng.foundation.evidence.others import Authority
from zhunsheng.foundation.evidence.personal import AlteredError, erased, open_for
from zhunsheng.foundation.evidence.sequencer import event_of
from zhunsheng.foundation.evidence.vouching import STAMPED, StampError, check_stamp

ROWS_A_LOOK = 2_000
FAULTS_MAX = 100


@dataclass
class Checked:
    """What was looked at, and every fault in words."""

    leaves: int = 0
    silent: int = 0
    checkpoints: int = 0
    waiting: int = 0
    cosignatures: int = 0
    stamps: int = 0
    faults: list[str] = field(default_factory=list)

    def fault(self, text: str) -> None:
        """Note a fault; past the first hundred only that there are more."""
        if len(self.faults) < FAULTS_MAX:
            self.faults.append(text)


def check_all(verifiers: list[Verifier], who: Authority | None) -> Checked:
    """Every log of this database against its acts, tiles, checkpoints and the keys that are trusted."""
    checked = Checked()
    for era in LogEra.objects.order_by("number"):
        _check_era(era, verifiers, checked)
    checked.waiting = AuditEvent.objects.count() - checked.leaves
    _check_vouched(verifiers, who, checked)
    _check_sealed(checked)
    return checked


def _leaves(era: int) -> Iterator[list[Leaf]]:
    last = -1
    while rows := list(Leaf.objects.filter(era=era, index__gt=last).order_by("index")[:ROWS_A_LOOK]):
        yield rows
        last = rows[-1].index


def _check_era(era: LogEra, verifiers: list[Verifier], checked: Checked) -> None:
    frontier, above = Frontier(), _Above(era, checked)
    signed = list(LogCheckpoint.objects.filter(era=era.number).order_by("size"))
    for rows in _leaves(era.number):
        _check_contents(rows, checked)
        for leaf in rows:
            if leaf.index != frontier.size:
                checked.fault(f"{era.origin}: 第 {frontier.size} 条缺失")
                return
            told = leaf_hash(bytes(leaf.entry))
            frontier.push(told)
            above.push(0, told)
            while signed and signed[0].size == frontier.size:
                _check_note(era, signed.pop(0), frontier, verifiers, checked)
    if frontier.size != era.size or signed:
        checked.fault(
            f"{era.origin}: 日志应有 {max([era.size, *(c.size for c in signed)])} 条，实有 {frontier.size} 条"
        )
    if LogTile.objects.filter(era=era.number).count() != above.full:
        checked.fault(f"{era.origin}: 瓦片数目不符")


class _Above:
    """Tiles as they must be, held against those that are stored."""

    def __init__(self, era: LogEra, checked: Checked) -> None:
        self.era, self.checked, self.full = era, checked, 0
        self._rows: list[list[bytes]] = []
        self._indices: list[int] = []

    def push(self, level: int, told: bytes) -> None:
        """Another hash of a tile level."""
        if level == len(self._rows):
            self._rows.append([])
            self._indices.append(0)
        row = self._rows[level]
        row.append(told)
        if len(row) < WIDTH:
            return
        above, index = complete_hash(row), self._indices[level]
        stored = LogTile.objects.filter(era=self.era.number, level=level, index=index).first()
        if stored is None or bytes(stored.hashes) != b"".join(row) or bytes(stored.above) != above:
            self.checked.fault(f"{self.era.origin}: 瓦片 {level}/{index} 与叶子不符")
        self.full += 1
        self._rows[level], self._indices[level] = [], index + 1
        self.push(level + 1, above)


def _check_contents(rows: list[Leaf], checked: Checked) -> None:
    """Each leaf against its act; a leaf whose salt was deleted is counted, not opened."""
    numbers = [leaf.event_id for leaf in rows]
    events = AuditEvent.objects.in_bulk(numbers)
    salts = LeafSalt.objects.in_bulk(numbers)
    for leaf in rows:
        checked.leaves += 1
        event, salt = events.get(leaf.event_id), salts.get(leaf.event_id)
        if event is None:
            checked.fault(f"日志第 {leaf.index} 条所记的留痕 {leaf.event_id} 不见了")
        elif salt is None:
            checked.silent += 1
        else:
            try:
                check_entry(bytes(leaf.entry), bytes(salt.salt), event_of(event).content())
            except LeafError as error:
                checked.fault(f"留痕 {leaf.event_id}：{error}")


def _check_note(
    era: LogEra, row: LogCheckpoint, frontier: Frontier, verifiers: list[Verifier], checked: Checked
) -> None:
    checked.checkpoints += 1
    try:
        note = read_note(row.note)
        verified(note, verifiers)
        told = read_checkpoint(note.text)
    except NoteError as error:
        checked.fault(f"检查点 {row.size}：{error}")
        return
    if (told.origin, told.size, told.root) != (era.origin, row.size, frontier.root()):
        checked.fault(f"检查点 {row.size} 与叶子不符：有叶子在签署之后被改动")


def _check_vouched(verifiers: list[Verifier], who: Authority | None, checked: Checked) -> None:
    """Cosignatures against our own text, time stamps against what they were asked about."""
    known = {verifier.name: verifier for verifier in verifiers}
    for row in LogCosignature.objects.iterator(ROWS_A_LOOK):
        signed = LogCheckpoint.objects.filter(era=row.era, size=row.size).first()
        try:
            if signed is None or row.witness not in known:
                raise NoteError("不认识的见证人，或没有这个检查点")
            told = read_note(signed.note).text
            verified(read_note(f"{told}\n{row.line}"), [known[row.witness]])
            checked.cosignatures += 1
        except NoteError as error:
            checked.fault(f"{row.witness} 对检查点 {row.size} 的见证：{error}")
    for stamped in LogTimestamp.objects.iterator(ROWS_A_LOOK):
        signed = LogCheckpoint.objects.filter(era=stamped.era, size=stamped.size).first()
        try:
            if signed is None or not stamped.note.startswith(signed.note) or who is None:
                raise StampError("没有这个检查点，或没有时间戳机构的证书")
            check_stamp(bytes(stamped.response), stamped.note.encode(), who)
            digest = sha256(bytes(stamped.response)).hexdigest()
            if not AuditEvent.objects.filter(action=STAMPED, detail__sha256=digest).exists():
                raise StampError("不是当时留痕的那一份")
            checked.stamps += 1
        except StampError as error:
            checked.fault(f"检查点 {stamped.size} 的时间戳：{error}")


def _check_sealed(checked: Checked) -> None:
    forgotten = {decision.person for decision in erased()}
    for row in SealedDetail.objects.iterator(ROWS_A_LOOK):
        try:
            told = open_for(row.person, bytes(row.sealed), bound=row.commitment)
        except AlteredError:
            told = b""
        if told is None and row.person not in forgotten:
            checked.fault(f"封存内容 {row.commitment[:12]} 的密钥不见了")
        elif told is not None and sha256(told).hexdigest() != row.commitment:
            checked.fault(f"封存内容 {row.commitment[:12]} 被改动")
