"""Getting cosignatures and time stamps for the newest checkpoint, and keeping what proves a refusal.

Calls go out between transactions. An answer counts only when its signature is right for our own text.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from django.db import transaction
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    VerifierBuilder,
    decode_timestamp_response,
)
from rfc3161_client.errors import VerificationError

from zhunsheng.core.actors import Actor
from zhunsheng.core.tlog.checkpoints import decimal
from zhunsheng.core.tlog.notes import Note, read_note, verified
from zhunsheng.core.tlog.witness import PROOF_LINES_MAX, Ask
from zhunsheng.foundation import wire
from zhunsheng.foundation.evidence import actions
from zhunsheng.foundation.evidence.keyring import verifier
from zhunsheng.foundation.evidence.keys import FOLDER, write_secret
from zhunsheng.foundation.evidence.models import LogCheckpoint, LogCosignature, LogTimestamp
from zhunsheng.foundation.evidence.others import Authority, Other, authority, witnesses
from zhunsheng.foundation.evidence.proofs import consistency, cosigned_note
from zhunsheng.foundation.evidence.sequencer import current_era

CALL_SECONDS_MAX = 10.0
STAMP_EVERY = timedelta(hours=1)
REFUSED, STAMPED = "refused", "LOG_STAMPED"
BY = Actor.service("log")


@dataclass
class Vouched:
    """What came in, and what went wrong: `alarms` are about the log itself, `silent` about a bad line."""

    cosigned: list[str] = field(default_factory=list)
    stamped: bool = False
    silent: list[str] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)


def vouch(*, home: Path, at: datetime) -> Vouched:
    """Ask every witness, and once an hour the authority, about the newest checkpoint."""
    told, era = Vouched(), current_era()
    newest = LogCheckpoint.objects.filter(era=era.number).order_by("-size").first() if era else None
    if newest is None:
        return told
    for other in witnesses(home):
        name = verifier(other.vkey).name
        mine = LogCosignature.objects.filter(era=newest.era, witness=name)
        last = mine.order_by("-size").values_list("size", flat=True).first() or 0
        if last < newest.size:
            _ask(home, at, newest, other, last, told)
    who = authority(home)
    since = at - STAMP_EVERY
    fresh = LogTimestamp.objects.filter(era=newest.era, at__gt=since, at__lte=at).exists()
    if who is not None and not fresh:
        _stamp(at, newest, who, told)
    return told


def _ask(home: Path, at: datetime, newest: LogCheckpoint, other: Other, old: int, told: Vouched) -> None:
    """One witness; when it remembers another size than we do, once more from there."""
    name, sent = verifier(other.vkey).name, []
    for _ in range(2):
        proof = consistency(newest.era, old, newest.size) if old else []
        ask = Ask(old, tuple(proof[:PROOF_LINES_MAX]), newest.note)
        sent.append(ask)
        try:
            reply = wire.call("POST", f"{other.address}/add-checkpoint", ask.encoded(), {}, CALL_SECONDS_MAX)
        except (wire.NotConnectedError, wire.BrokenOffError) as error:
            told.silent.append(f"{name}: {error}")
            return
        if reply.status != 409:
            break
        try:
            old = decimal(reply.body.decode().removesuffix("\n"))
        except ValueError:
            told.silent.append(f"{name}: 409")
            return
        if old > newest.size:
            _keep_refusal(home, at, name, sent[-1], reply)
            told.alarms.append(f"{name} 已见证到 {old} 条，本机只有 {newest.size} 条：日志被回退")
            return
    if reply.status == 200:
        _take_line(at, newest, other, reply, told)
    elif reply.status in {409, 422}:
        _keep_refusal(home, at, name, sent[-1], reply)
        told.alarms.append(f"{name} 认为日志前后不一致：日志被改写，或另有一份")
    else:
        told.silent.append(f"{name}: HTTP {reply.status}")


def _take_line(at: datetime, newest: LogCheckpoint, other: Other, reply: wire.Reply, told: Vouched) -> None:
    trusted = verifier(other.vkey)
    try:
        whole = read_note(read_note(newest.note).encoded() + reply.body.decode())
        (signature,) = verified(Note(read_note(newest.note).text, whole.signatures), [trusted])
    except ValueError as error:
        told.silent.append(f"{trusted.name}: {error}")
        return
    LogCosignature.objects.create(
        era=newest.era, size=newest.size, witness=trusted.name, line=signature.line, at=at
    )
    told.cosigned.append(trusted.name)


def _keep_refusal(home: Path, at: datetime, name: str, ask: Ask, reply: wire.Reply) -> None:
    """What was asked and what was answered, for whoever has to find out which log is the true one."""
    kept = {
        "witness": name,
        "at": at.isoformat(),
        "asked": ask.encoded().decode(),
        "status": reply.status,
        "answer": reply.body.decode(errors="replace"),
    }
    folder = home / FOLDER / REFUSED
    path = folder / f"{at:%Y%m%d%H%M%S}-{os.urandom(4).hex()}.json"
    write_secret(path, json.dumps(kept, ensure_ascii=False, indent=1).encode())


def _stamp(at: datetime, newest: LogCheckpoint, who: Authority, told: Vouched) -> None:
    note = cosigned_note(newest)
    asked = TimestampRequestBuilder().data(note.encode()).hash_algorithm(HashAlgorithm.SHA256)
    request = asked.nonce(nonce=True).build()
    headers = {"Content-Type": "application/timestamp-query"}
    try:
        reply = wire.call("POST", who.address, request.as_bytes(), headers, CALL_SECONDS_MAX)
        check_stamp(reply.body, note.encode(), who, request.nonce)
    except (wire.NotConnectedError, wire.BrokenOffError, StampError) as error:
        told.silent.append(f"{who.address}: {error}")
        return
    # Not every byte of a response is signed; its digest in an act of ours covers the rest.
    with transaction.atomic():
        LogTimestamp.objects.create(era=newest.era, size=newest.size, note=note, response=reply.body, at=at)
        detail = {"sha256": sha256(reply.body).hexdigest(), "size": newest.size}
        actions.record(by=BY, at=at, action=STAMPED, target="log", detail=detail)
    told.stamped = True


class StampError(ValueError):
    """An answer that is no time stamp over these bytes by this authority."""


def check_stamp(response: bytes, data: bytes, who: Authority, nonce: int | None = None) -> datetime:
    """The time at which the authority saw the data; StampError."""
    builder = VerifierBuilder()
    for root in who.roots:
        builder = builder.add_root_certificate(root)
    try:
        told = decode_timestamp_response(response)
        if nonce is not None:
            builder = builder.nonce(nonce)
        builder.build().verify_message(told, data)
        return told.tst_info.gen_time
    except (VerificationError, ValueError, TypeError) as error:
        raise StampError(f"时间戳不成立：{error}") from error
