"""Which mandates stand at an instant: the one place that says so."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Q, QuerySet

from zhunsheng.core.actors import Actor, ActorKind
from zhunsheng.core.clock import day_of, instant
from zhunsheng.registers.mandates.lifecycle import Act, MandateState
from zhunsheng.registers.mandates.models import Mandate


def day(at: datetime) -> date:
    """The day in Asia/Shanghai."""
    return day_of(instant(at))


def _lasting(prefix: str, on: date) -> Q:
    ends = Q(**{f"{prefix}valid_to__isnull": True}) | Q(**{f"{prefix}valid_to__gte": on})
    begun = {f"{prefix}state": MandateState.ACCEPTED.value, f"{prefix}valid_from__lte": on}
    return Q(**begun) & ends


def standing(at: datetime) -> QuerySet[Mandate]:
    """Accepted, begun, not expired; and so is the mandate that each was given under."""
    on = day(at)
    origin = Q(given_under__isnull=True) | _lasting("given_under__", on)
    rows = Mandate.objects.filter(_lasting("", on) & origin, subject__withdrawn_at=None)
    return rows.select_related("subject", "person")


def actor_of(row: Mandate) -> Actor:
    """The business, by the hand of this person: what they may do, and the mandate for the audit trail."""
    person, subject = row.person, row.subject
    assert person is not None
    return Actor(
        ActorKind.BUSINESS,
        subject.key,
        f"{subject.name}（{person.name}）",
        frozenset(Act(act).power for act in row.acts),
        under=f"mandate:{row.id} person:{person.key}",
    )
