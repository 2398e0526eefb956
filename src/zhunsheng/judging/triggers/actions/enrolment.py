"""Enrolment: a privilege of the milder classes, item by item."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from zhunsheng.core.actors import Actor
from zhunsheng.core.clock import SHANGHAI, months_window_left_on
from zhunsheng.foundation.evidence import actions as evidence
from zhunsheng.judging.triggers import facts as written
from zhunsheng.judging.triggers.models import Enrolment, EnrolmentState
from zhunsheng.judging.triggers.policies import TriggerPolicy
from zhunsheng.sensing.signals.new_facts import NewFact


def enrol(
    *,
    by: Actor,
    at: datetime,
    wanted: Sequence[tuple[str, str, str]],
    policy: TriggerPolicy,
) -> list[NewFact]:
    """Enrol (subject, item, class) where the class allows and no revocation bars; the facts to write.

    A subject whose class has fallen keeps its running observations but gets no new enrolment.
    """
    told: list[NewFact] = []
    today = at.astimezone(SHANGHAI).date()
    with transaction.atomic():
        subjects = sorted({subject for subject, _, _ in wanted})
        known: dict[tuple[str, str], Enrolment] = {}
        for start in range(0, len(subjects), 1_000):
            rows = Enrolment.objects.select_for_update().filter(subject__in=subjects[start : start + 1_000])
            known |= {(row.subject, row.item): row for row in rows}
        fresh: list[Enrolment] = []
        for subject, item, class_name in wanted:
            row = known.get((subject, item))
            barred = row is not None and row.barred_until_on is not None and today < row.barred_until_on
            if class_name not in policy.enrolment_classes or barred:
                continue
            if row is not None and row.state == EnrolmentState.ENROLLED:
                continue
            if row is None:
                fresh.append(
                    Enrolment(subject=subject, item=item, state=EnrolmentState.ENROLLED, since_at=at)
                )
            else:
                row.state, row.since_at, row.barred_until_on = EnrolmentState.ENROLLED, at, None
                row.save()
            told.append(written.enrolment(subject, item, "ENROLLED", at))
        Enrolment.objects.bulk_create(fresh, batch_size=1_000)
        detail = {"enrolled": len(told)}
        evidence.record(by=by, at=at, action="ENROLLED", target="enrolment", detail=detail)
    return told


def revoke(
    *, by: Actor, at: datetime, subject: str, item: str, reason: str, policy: TriggerPolicy
) -> list[NewFact]:
    """Take an enrolment away for the set number of months; nothing to do if there is none."""
    day = at.astimezone(SHANGHAI).date()
    with transaction.atomic():
        row = Enrolment.objects.select_for_update().filter(subject=subject, item=item).first()
        if row is None or row.state != EnrolmentState.ENROLLED:
            return []
        row.state, row.since_at = EnrolmentState.REVOKED, at
        row.barred_until_on = months_window_left_on(day, policy.revoked_months)
        row.save()
        detail = {"item": item, "why": reason, "until": row.barred_until_on.isoformat()}
        evidence.record(by=by, at=at, action="ENROLMENT_REVOKED", target=f"subject:{subject}", detail=detail)
    return [written.enrolment(subject, item, "REVOKED", at)]
