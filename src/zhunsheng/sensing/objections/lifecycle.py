"""States of an objection."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class ObjectionState(StrEnum):
    """Marked as soon as it is filed; then one decision, for ever."""

    MARKED = "MARKED"
    UPHELD = "UPHELD"
    REJECTED = "REJECTED"


TRANSITIONS: Mapping[ObjectionState, frozenset[ObjectionState]] = {
    ObjectionState.MARKED: frozenset({ObjectionState.UPHELD, ObjectionState.REJECTED}),
    ObjectionState.UPHELD: frozenset(),
    ObjectionState.REJECTED: frozenset(),
}
