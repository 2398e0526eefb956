"""States of an objection."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class ObjectionState(StrEnum):
    """Marked as soon as it is filed; then one decision, for ever.

    UPHELD: as the business says, its values taken or, where it proposed none, the fact retracted.
    PARTLY: other values than it proposed, or some of them. REJECTED: the fact stands.
    """

    MARKED = "MARKED"
    UPHELD = "UPHELD"
    PARTLY = "PARTLY"
    REJECTED = "REJECTED"


FINAL = frozenset({ObjectionState.UPHELD, ObjectionState.PARTLY, ObjectionState.REJECTED})
TRANSITIONS: Mapping[ObjectionState, frozenset[ObjectionState]] = {
    ObjectionState.MARKED: FINAL,
    ObjectionState.UPHELD: frozenset(),
    ObjectionState.PARTLY: frozenset(),
    ObjectionState.REJECTED: frozenset(),
}
