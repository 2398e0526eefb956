"""The numbers of trigger supervision that a bureau may set, read from the pack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class AreaLink:
    """Firms are of one group while a fact of this kind, with these values, names the same object for them."""

    kind: str
    where: Mapping[str, str]
    name_zh: str

    def area_of(self, key: str) -> str:
        """The name of the group around one object, as an alert carries it."""
        return f"{self.name_zh}:{key}"


@dataclass(frozen=True, slots=True)
class TriggerPolicy:
    """From a `zhunsheng.trigger-policy/1` document."""

    enrolment_classes: frozenset[str]
    revoked_months: int
    area_firms_min: int
    area_days: int
    area_links: tuple[AreaLink, ...]
    class_moved_max_permille: int
    suspending_states: frozenset[str]
    control_measures: frozenset[str]
    reminders_max: int
    expiry_only: frozenset[str]
    remind_after_days: Mapping[str, tuple[int, ...]]
    checking_tasks: frozenset[str]
    widening_grounds: Mapping[str, str]
    snooze_days_max: tuple[tuple[date, int], ...]

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> TriggerPolicy:
        """All keys are required."""
        return cls(
            frozenset(document["enrolment_classes"]),
            int(document["revoked_months"]),
            int(document["area_firms_min"]),
            int(document["area_days"]),
            tuple(AreaLink(n["kind"], dict(n["where"]), n["name_zh"]) for n in document["area_links"]),
            int(document["class_moved_max_permille"]),
            frozenset(document["suspending_states"]),
            frozenset(document["control_measures"]),
            int(document["reminders_max"]),
            frozenset(document["expiry_only"]),
            {point: tuple(map(int, days)) for point, days in document["remind_after_days"].items()},
            frozenset(document["checking_tasks"]),
            dict(document["widening_grounds"]),
            tuple(sorted((n["from"], int(n["days"])) for n in document["snooze_days_max"])),
        )

    def snooze_days_on(self, on: date) -> int:
        """The most days for which a point may be snoozed from a day on; none before the first entry."""
        return max(((since, days) for since, days in self.snooze_days_max if since <= on), default=(on, 0))[1]
