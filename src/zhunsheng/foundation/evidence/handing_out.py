"""Handing evidence out: who got which acts and files of us, and why, is itself an act."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from django.db import transaction

from zhunsheng.core.actors import Actor
from zhunsheng.foundation.evidence import actions
from zhunsheng.foundation.evidence.keyring import known, signers
from zhunsheng.foundation.evidence.packages import pack
from zhunsheng.foundation.evidence.proofs import Proven


class NothingToProveError(Exception):
    """None of the acts is in the log under a signed checkpoint, or their persons were forgotten."""


def hand_out(
    *,
    by: Actor,
    at: datetime,
    home: Path,
    proofs: Sequence[Proven],
    files: Mapping[str, bytes],
    more: Mapping[str, bytes],
    reason: str,
) -> bytes:
    """The package of these acts and files, as a zip; a named person's act with a reason.

    Acts whose salt was erased are left out: nobody can show any more what they were about.
    """
    by.require_person("出具证据包")
    told = [proven for proven in proofs if proven.salt]
    if not told or not reason.strip():
        raise NothingToProveError("没有可出具的事项，或未写明用途")
    ours = [signer for signer in signers(home, told[-1].origin) if signer.name == told[-1].origin]
    same = [proven for proven in told if proven.origin == told[-1].origin]
    data = pack(signers=ours, keys=known(home), at=at, proofs=same, files=files, more=more)
    with transaction.atomic():
        detail = {
            "sha256": sha256(data).hexdigest(),
            "events": [proven.event_id for proven in same],
            "files": len(files),
            "why": reason,
        }
        actions.record(by=by, at=at, action="PACKAGE_HANDED_OUT", target="log", detail=detail)
    return data
