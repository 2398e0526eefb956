"""Whether a line says that something is so, or that something has happened.

A state (a certificate near its end, nothing applied for) is put right when it is no longer so. What has
happened stays in its window for a while, whatever the business does: it is put right when it does not
happen again. The end of an observation asks for this difference.
"""

from __future__ import annotations

from typing import assert_never

from zhunsheng.core.rules.tree import (
    Aggregate,
    All,
    AnyOf,
    Compare,
    Comparison,
    Condition,
    Measure,
    Not,
    Op,
    WindowKind,
)

STATES = frozenset({Op.LATEST, Op.DAYS_SINCE, Op.DAYS_UNTIL, Op.OBJECTS})
ABSENCE = frozenset({Comparison.AT_MOST, Comparison.LESS_THAN, Comparison.EQUALS})


def says_a_state(node: Condition) -> bool:
    """True when some part of the condition reads a state or an absence, or looks back without an end."""
    match node:
        case Compare():
            return _reads_a_state(node.measure) or node.comparison in ABSENCE
        case All(parts) | AnyOf(parts):
            return any(says_a_state(part) for part in parts)
        case Not():
            return True
        case _ as never:
            assert_never(never)


def _reads_a_state(measure: Measure) -> bool:
    if isinstance(measure, Aggregate):
        return measure.op in STATES or measure.window.kind is WindowKind.ALL
    return _reads_a_state(measure.numerator)
