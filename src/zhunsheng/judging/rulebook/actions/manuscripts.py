"""The text of a version while it is written: every save is kept, and none goes over another one unseen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from zhunsheng.core.actors import Actor
from zhunsheng.foundation.evidence import actions as evidence
from zhunsheng.judging.rulebook.actions import EDIT
from zhunsheng.judging.rulebook.lifecycle import (
    MANUSCRIPT_TRANSITIONS,
    ManuscriptConflictError,
    ManuscriptState,
    ProposalStepError,
    SaveHow,
)
from zhunsheng.judging.rulebook.models import Manuscript, ManuscriptSave, ManuscriptTrial


def begin(*, by: Actor, at: datetime, base_hash: str, base_version: str) -> int:
    """A manuscript that begins from a version; its id."""
    by.require_person("修改规则", EDIT)
    with transaction.atomic():
        row = Manuscript.objects.create(
            base_hash=base_hash,
            base_version=base_version,
            author=by.key,
            author_name=by.name,
            opened_at=at,
            changed_at=at,
        )
        _note(by, at, row, "MANUSCRIPT_OPENED", {"base": base_hash})
    return row.id


def save(
    *,
    by: Actor,
    at: datetime,
    manuscript_id: int,
    read: int,
    key: str,
    home: str,
    text: str | None,
    how: SaveHow,
) -> int:
    """Keep another text of one definition, None to take it out; the number of the save.

    `read` is the number of the save that was looked at. ManuscriptConflictError when the definition was saved
    anew since then; other definitions may have been.
    """
    by.require_person("修改规则", EDIT)
    with transaction.atomic():
        row, last = _locked(manuscript_id)
        now = _parts(row, last)
        if now.get(key) != _parts(row, read).get(key):
            raise ManuscriptConflictError("您看过以后，别人已保存了这一条")
        told = hashlib.sha256((text or "").encode()).hexdigest()
        parts = {**now, key: {"home": home, "text": text}}
        number = _keep(by, at, row, last + 1, parts, part=key, how=how.value)
        _note(by, at, row, "MANUSCRIPT_SAVED", {"number": number, "part": key, "how": how, "sha256": told})
    return number


def restore(*, by: Actor, at: datetime, manuscript_id: int, read: int, number: int) -> int:
    """Say again what an earlier save said, 0 for the version it began from; the number of the new save."""
    by.require_person("修改规则", EDIT)
    with transaction.atomic():
        row, last = _locked(manuscript_id)
        if read != last:
            raise ManuscriptConflictError("您看过以后，别人又保存过，请看过再撤销")
        if not 0 <= number < last:
            raise ProposalStepError("没有这一次保存")
        told = {"how": SaveHow.RESTORED.value, "restores": number}
        kept = _keep(by, at, row, last + 1, _parts(row, number), **told)
        _note(by, at, row, "MANUSCRIPT_SAVED", {"number": kept, "restores": number})
    return kept


def note_trial(*, by: Actor, at: datetime, manuscript_id: int, read: int, pack_hash: str) -> None:
    """The text became the version with this hash, to be tried out."""
    by.require_person("修改规则", EDIT)
    with transaction.atomic():
        row, last = _locked(manuscript_id)
        if read != last:
            raise ManuscriptConflictError("您看过以后，别人又保存过，请看过再试算")
        known = {"manuscript": row, "pack_hash": pack_hash}
        _, fresh = ManuscriptTrial.objects.get_or_create(**known, defaults={"number": last, "tried_at": at})
        if fresh:
            _note(by, at, row, "MANUSCRIPT_TRIED", {"number": last, "hash": pack_hash})


def close(*, by: Actor, at: datetime, manuscript_id: int) -> None:
    """Nothing more is written into it; it can be opened again."""
    _step(by, at, manuscript_id, ManuscriptState.CLOSED, "MANUSCRIPT_CLOSED")


def reopen(*, by: Actor, at: datetime, manuscript_id: int) -> None:
    """It is worked on again."""
    _step(by, at, manuscript_id, ManuscriptState.OPEN, "MANUSCRIPT_OPENED")


def _step(by: Actor, at: datetime, manuscript_id: int, after: ManuscriptState, action: str) -> None:
    by.require_person("修改规则", EDIT)
    with transaction.atomic():
        row = Manuscript.objects.select_for_update().get(id=manuscript_id)
        if after not in MANUSCRIPT_TRANSITIONS[ManuscriptState(row.state)]:
            raise ProposalStepError("改稿的状态已经变了，请按页面上现在的步骤继续")
        row.state, row.changed_at = after.value, at
        row.save()
        _note(by, at, row, action, {})


def _locked(manuscript_id: int) -> tuple[Manuscript, int]:
    """The row, which nobody else writes into meanwhile, with the number of its newest save."""
    row = Manuscript.objects.select_for_update().get(id=manuscript_id)
    if row.state != ManuscriptState.OPEN:
        raise ProposalStepError("改稿已收起，先重新打开")
    last = row.saves.order_by("-number").values_list("number", flat=True).first()
    return row, last or 0


def _parts(row: Manuscript, number: int) -> dict[str, dict[str, str | None]]:
    text = row.saves.filter(number=number).values_list("parts", flat=True).first()
    told: dict[str, dict[str, str | None]] = json.loads(text) if text else {}
    return told


def _keep(
    by: Actor, at: datetime, row: Manuscript, number: int, parts: Mapping[str, object], **told: Any
) -> int:
    ManuscriptSave.objects.create(
        manuscript=row,
        number=number,
        parts=json.dumps(parts, ensure_ascii=False),
        saved_by=by.key,
        saved_by_name=by.name,
        saved_at=at,
        **told,
    )
    row.changed_at = at
    row.save(update_fields=["changed_at"])
    return number


def _note(by: Actor, at: datetime, row: Manuscript, action: str, detail: Mapping[str, object]) -> None:
    evidence.record(by=by, at=at, action=action, target=f"manuscript:{row.id}", detail=detail)
