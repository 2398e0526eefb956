"""Enrolment: a privilege of the milder classes, item by item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import transaction

from zhunsheng.core.actors import Actor
from zhunsheng.core.clock import SHANGHAI, months_window_left_on
from zhunsheng.foundation.evidence import actions as evidence
from zhunsheng.judging.triggers import facts as written
from zhunsheng.judging.triggers.lifecycle import ENROLMENT_TRANSITIONS, EnrolmentState
from zhunsheng.judging.triggers.models import Enrolment, Touch
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
                    Enrolment(subject=subject, item=item, state=EnrolmentState.ENROLLED.value, since_at=at)
                )
            else:
                row.state, row.since_at, row.barred_until_on = EnrolmentState.ENROLLED.value, at, None
                row.reason = ""
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
    barred = months_window_left_on(at.astimezone(SHANGHAI).date(), policy.revoked_months)
    return _end(by, at, subject, item, EnrolmentState.REVOKED, reason, barred)


def leave(*, by: Actor, at: datetime, subject: str, item: str, reason: str) -> list[NewFact]:
    """A business gives its enrolment up; no bar and no disadvantage. Routine draws apply again."""
    return _end(by, at, subject, item, EnrolmentState.LEFT, reason, None)


def end_where_class_fell(
    *, by: Actor, at: datetime, classes: Mapping[str, str], policy: TriggerPolicy
) -> list[NewFact]:
    """End the enrolments of subjects (subject → class in effect) whose class no longer allows them.

    M5: an observation that runs is finished first, so an item with an open touch keeps its enrolment until a
    later run. Losing the class is no revocation: nothing bars a new enrolment when the class is back.
    """
    fallen = sorted(s for s, name in classes.items() if name not in policy.enrolment_classes)
    told: list[NewFact] = []
    with transaction.atomic():
        for start in range(0, len(fallen), 1_000):
            part = fallen[start : start + 1_000]
            running = set(
                Touch.objects.filter(subject__in=part, ended_at=None).values_list("subject", "item")
            )
            rows = Enrolment.objects.filter(subject__in=part, state=EnrolmentState.ENROLLED.value)
            for subject, item in rows.values_list("subject", "item"):
                if (subject, item) not in running:
                    reason = f"信用风险类别为 {classes[subject]}"
                    told += _end(by, at, subject, item, EnrolmentState.LEFT, reason, None)
    return told


def _end(
    by: Actor,
    at: datetime,
    subject: str,
    item: str,
    state: EnrolmentState,
    reason: str,
    barred: date | None,
) -> list[NewFact]:
    with transaction.atomic():
        row = Enrolment.objects.select_for_update().filter(subject=subject, item=item).first()
        if row is None or state not in ENROLMENT_TRANSITIONS[EnrolmentState(row.state)]:
            return []
        row.state, row.since_at, row.barred_until_on, row.reason = state.value, at, barred, reason
        row.save()
        detail = {"item": item, "why": reason, "until": barred.isoformat() if barred else None}
        target = f"subject:{subject}"
        evidence.record(by=by, at=at, action=f"ENROLMENT_{state}", target=target, detail=detail)
    return [written.enrolment(subject, item, state.value, at)]
