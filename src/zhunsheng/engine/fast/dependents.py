"""Which verdicts can differ from those of a subject without facts, by the slots its facts have touched.

A verdict is a *unit*: points first, then indicators, then rules, in the order of the pack. A unit reads the
state of the aggregates in its conditions and nothing else of the subject's facts, apart from its objects,
enrolment, peer group and silent sources, which are looked at before this table is trusted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from zhunsheng.engine.fast import codes as c
from zhunsheng.engine.fast.compile import SHAPES, Compiler
from zhunsheng.engine.fast.jit import I64

CASES = next(number for shape, number in SHAPES.items() if shape.value == "CASES")


def _of_condition(read: Compiler, condition: int) -> Iterable[int]:
    """Numbers of the aggregates that a condition reads."""
    if condition < 0:
        return
    for node in read.nodes[read.conditions[condition][c.K_LO] : read.conditions[condition][c.K_HI]]:
        if node[c.N_TYPE] == c.NODE_COMPARE:
            yield node[c.N_A]
            yield node[c.N_B]
            if node[c.N_LINE_KIND] == c.L_AGGREGATE:
                yield node[c.N_LINE_LO]


def reads_of_units(read: Compiler) -> list[set[int]]:
    """For each unit the numbers of the aggregates that it reads."""
    found: list[set[int]] = []
    for first, last, applies, _ in read.items:
        for point in read.points[first:last]:
            parts = (applies, *point[c.P_YELLOW : c.P_NO_DATA + 1])
            found.append({a for part in parts for a in _of_condition(read, part)})
    for node in read.indicators:
        if node[c.G_SHAPE] == CASES:
            cases = read.grades[node[c.G_LO] : node[c.G_HI]]
            found.append({a for case in cases for a in _of_condition(read, case[0])})
        else:
            found.append({node[c.G_A], node[c.G_B]})
    found += [set(_of_condition(read, rule[0])) for rule in read.rules]
    return found


def dependents_of(
    read: Compiler, aggregates: Sequence[tuple[int, ...]], plain: int, by_object: int
) -> tuple[I64, I64]:
    """(where the units of a slot begin, units): plain slots first, then one row for slots of any object."""
    units: list[set[int]] = [set() for _ in range(plain + by_object)]
    for unit, numbers in enumerate(reads_of_units(read)):
        for number in numbers - {-1}:
            row = aggregates[number]
            units[row[c.A_SLOT] + (plain if row[c.A_BY_OBJECT] else 0)].add(unit)
            if row[c.A_TOTAL] >= 0:
                units[row[c.A_TOTAL]].add(unit)
    lengths = [len(own) for own in units]
    flat = [unit for own in units for unit in sorted(own)]
    return np.cumsum([0, *lengths], dtype=np.int64), np.array(flat, dtype=np.int64)
