"""The numbers of trigger supervision that a bureau may set, read from the pack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class TriggerPolicy:
    """From a `zhunsheng.trigger-policy/1` document."""

    enrolment_classes: frozenset[str]
    revoked_months: int
    area_firms_min: int
    area_days: int
    class_moved_max_permille: int
    suspending_states: frozenset[str]

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> TriggerPolicy:
        """All keys are required."""
        return cls(
            frozenset(document["enrolment_classes"]),
            int(document["revoked_months"]),
            int(document["area_firms_min"]),
            int(document["area_days"]),
            int(document["class_moved_max_permille"]),
            frozenset(document["suspending_states"]),
        )
