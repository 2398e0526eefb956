"""Two levels of lists in conflict: a qualified person chooses which one applies, and says why."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from zhunsheng.core.actors import Actor
from zhunsheng.core.clock import day_of, instant
from zhunsheng.core.statutes.lists import LEVELS, entries_of, proposed
from zhunsheng.foundation.evidence import actions as evidence
from zhunsheng.registers.statutes.lifecycle import ListStepError
from zhunsheng.registers.statutes.models import ListChoice, ListVersion

CHOOSE = "list.choose"


def choose(
    *,
    by: Actor,
    at: datetime,
    version_ids: tuple[int, int],
    chosen_id: int,
    lower_more_favourable: bool,
    lower_within_authority: bool,
    reason: str,
) -> int:
    """Which of two versions in force applies from this day on; the choice's id.

    What M01 proposes is worked out from the two answers and kept beside the choice, followed or not. The
    last choice of the same two versions is superseded; a new version of either list asks for a new one.
    ListStepError when the two are not in conflict, without a reason, or for whoever drafted one of them.
    """
    by.require_person("选定适用的清单", CHOOSE)
    with transaction.atomic():
        rows = list(ListVersion.objects.select_for_update().filter(id__in=version_ids).order_by("id"))
        _refuse(by, at, rows, chosen_id, reason)
        higher, lower = sorted(rows, key=lambda row: LEVELS.index(row.level))
        told = proposed(
            higher.list_key,
            lower.list_key,
            lower_more_favourable=lower_more_favourable,
            lower_within_authority=lower_within_authority,
        )
        made = ListChoice.objects.create(
            higher=higher,
            lower=lower,
            chosen=higher if chosen_id == higher.id else lower,
            proposed=higher if told.proposed == higher.list_key else lower,
            lower_more_favourable=lower_more_favourable,
            lower_within_authority=lower_within_authority,
            reason=reason.strip(),
            supersedes=ListChoice.objects.filter(higher=higher, lower=lower).order_by("id").last(),
            at=at,
            by=by.key,
            by_name=by.name,
        )
        _audit(by, at, made)
    return made.id


def _refuse(by: Actor, at: datetime, rows: list[ListVersion], chosen_id: int, reason: str) -> None:
    today = day_of(instant(at))
    if len({row.level for row in rows}) < len({"higher", "lower"}):
        raise ListStepError("应选两份不同层级的清单")
    if chosen_id not in {row.id for row in rows}:
        raise ListStepError("请选定两份中的一份")
    if any(
        row.valid_from is None
        or today < row.valid_from
        or (row.valid_to is not None and row.valid_to < today)
        for row in rows
    ):
        raise ListStepError("两份清单须都在施行中")
    kinds = [{str(entry["type"]) for entry in entries_of(row.content).values()} for row in rows]
    if not set.intersection(*kinds):
        raise ListStepError("两份清单没有同类条目，不存在不一致")
    if by.key in {row.author for row in rows}:
        raise ListStepError("起草其中一份的人不能选定")
    if not reason.strip():
        raise ListStepError("选定须写明理由")


def _audit(by: Actor, at: datetime, made: ListChoice) -> None:
    """One entry in the trail of each of the two lists."""
    names = {row.id: f"list:{row.list_key}@{row.number}" for row in (made.higher, made.lower)}
    detail = {
        "higher": names[made.higher_id],
        "lower": names[made.lower_id],
        "chosen": names[made.chosen_id],
        "proposed": names[made.proposed_id],
        "reason": made.reason,
    }
    evidence.record_many(
        by=by, at=at, action="LIST_CHOSEN", entries=[(name, detail) for name in names.values()]
    )
