"""Recording classes: a run takes effect as a whole, is held as a whole, and never rewrites the past."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from zhunsheng.core.actors import Actor
from zhunsheng.core.clock import moment
from zhunsheng.core.packs.lines import Named
from zhunsheng.core.rules.tree import Pack
from zhunsheng.engine.judgement import Judgement, ModelResult
from zhunsheng.foundation.evidence import actions as evidence
from zhunsheng.judging.portraits.kept import read_back
from zhunsheng.judging.portraits.lifecycle import RunState
from zhunsheng.judging.portraits.models import ClassRun, CreditReport, KeptPack, SubjectClass

NO_CLASS = "–"


class RunNotHeldError(Exception):
    """Only a held run can be released or discarded."""


def record_run(
    *,
    by: Actor,
    at: datetime,
    pack: Pack,
    judgements: Sequence[Judgement],
    cause: str = "MONTHLY",
    moved_max_permille: int = 1000,
) -> tuple[int, RunState]:
    """Store a run; (id, state). It is HELD when more than the set share of classed subjects would move.

    Subjects without a class so far never trip the breaker. All judgements must share one as_of and known_at.
    """
    if len({(j.as_of, j.known_at) for j in judgements}) != 1:
        raise ValueError("一次分类只有一个截止时点")
    with transaction.atomic():
        before = _current_classes([j.subject for j in judgements])
        steps = Counter(
            (before.get((j.subject, m.model), NO_CLASS), m.class_name) for j in judgements for m in j.models
        )
        moved = sum(n for (old, new), n in steps.items() if old not in {NO_CLASS, new})
        known = sum(n for (old, _), n in steps.items() if old != NO_CLASS)
        held = known > 0 and moved * 1000 > moved_max_permille * known
        run = ClassRun.objects.create(
            cause=cause,
            as_of=moment(judgements[0].as_of),
            known_at=moment(judgements[0].known_at),
            pack_version=pack.version,
            pack_hash=pack.content_hash,
            state=RunState.HELD if held else RunState.EFFECTIVE,
            subjects=len(judgements),
            moved=moved,
            migration={f"{old}→{new}": n for (old, new), n in sorted(steps.items())},
            made_at=at,
        )
        rows = [_row(run, j.subject, m) for j in judgements for m in j.models]
        if not held:
            _step_down([row.subject for row in rows])
            for row in rows:
                row.current = True
        SubjectClass.objects.bulk_create(rows, batch_size=1_000)
        detail = {"cause": cause, "subjects": len(judgements), "moved": moved, "pack": pack.content_hash}
        evidence.record(
            by=by, at=at, action=f"CLASS_RUN_{run.state}", target=f"class-run:{run.id}", detail=detail
        )
    return run.id, RunState(run.state)


def _current_classes(subjects: Sequence[str]) -> dict[tuple[str, str], str]:
    told: dict[tuple[str, str], str] = {}
    for start in range(0, len(subjects), 2_000):
        rows = SubjectClass.objects.filter(current=True, subject__in=subjects[start : start + 2_000])
        told |= {(s, m): c for s, m, c in rows.values_list("subject", "model", "class_name")}
    return told


def _step_down(subjects: Sequence[str]) -> None:
    for start in range(0, len(subjects), 2_000):
        part = subjects[start : start + 2_000]
        SubjectClass.objects.filter(current=True, subject__in=part).update(current=False)


def _row(run: ClassRun, subject: str, told: ModelResult) -> SubjectClass:
    """Non-zero items only: indicator, points; family and floor adjustments keep the sum exact."""
    items = [[r.indicator, r.points] for r in told.indicators if r.points]
    items += [[f"cap:{family}", points] for family, points in told.family_adjustments]
    if told.floor_adjustment:
        items.append(["floor", told.floor_adjustment])
    return SubjectClass(
        run=run,
        subject=subject,
        model=told.model,
        class_name=told.class_name,
        class_by_score=told.class_by_score,
        score=told.score,
        items=items,
        rules=list(told.rules),
        sufficiency_permille=told.sufficiency_permille,
        insufficient=told.insufficient,
        current=False,
    )


def release_run(*, by: Actor, at: datetime, run_id: int, reason: str) -> None:
    """Let a held run take effect: a named person's decision with a reason."""
    _settle(by, at, run_id, reason, RunState.EFFECTIVE)


def discard_run(*, by: Actor, at: datetime, run_id: int, reason: str) -> None:
    """Say that a held run shall never take effect: a named person's decision with a reason."""
    _settle(by, at, run_id, reason, RunState.DISCARDED)


def _settle(by: Actor, at: datetime, run_id: int, reason: str, state: RunState) -> None:
    by.require_person("放行或作废分类结果", "class.settle")
    with transaction.atomic():
        run = ClassRun.objects.select_for_update().filter(id=run_id).first()
        if run is None or run.state != RunState.HELD or not reason.strip():
            raise RunNotHeldError(f"{run_id}: {run.state if run else '-'}")
        run.state, run.settled_by, run.settled_reason = state, by.name, reason
        run.save(update_fields=["state", "settled_by", "settled_reason"])
        if state is RunState.EFFECTIVE:
            subjects = list(run.classes.values_list("subject", flat=True))
            _step_down(subjects)
            run.classes.update(current=True)
        target = f"class-run:{run_id}"
        evidence.record(by=by, at=at, action=f"CLASS_RUN_{state}", target=target, detail={"why": reason})


def keep_pack(*, by: Actor, at: datetime, pack: Pack, documents: Sequence[Named]) -> bool:
    """Keep the text of a pack on its first use or trial; False when it is kept already. Never changed."""
    with transaction.atomic():
        if KeptPack.objects.filter(content_hash=pack.content_hash).exists():
            return False
        text = json.dumps(list(documents), ensure_ascii=False, default=str)
        read_back(json.loads(text), pack.content_hash)
        KeptPack.objects.create(
            content_hash=pack.content_hash,
            pack_id=pack.id,
            version=pack.version,
            documents=text,
            kept_at=at,
        )
        detail = {"version": pack.version, "hash": pack.content_hash}
        evidence.record(by=by, at=at, action="PACK_KEPT", target=f"pack:{pack.id}", detail=detail)
    return True


def keep_report(*, by: Actor, at: datetime, run_id: int, period: str, content: Mapping[str, Any]) -> bool:
    """Keep the report on a run; False when it is there already. It is never changed."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    told = hashlib.sha256(text.encode()).hexdigest()
    with transaction.atomic():
        _, fresh = CreditReport.objects.get_or_create(
            run_id=run_id, period=period, defaults={"content": text, "content_hash": told, "made_at": at}
        )
        if fresh:
            detail = {"period": period, "hash": told}
            evidence.record(by=by, at=at, action="REPORT_KEPT", target=f"class-run:{run_id}", detail=detail)
    return fresh
