"""The plain majority of a pack, laid out for one instant: counts and sums in a window against fixed lines.

Most of what a batch does is to count a fact and to see whether the count has reached a line. For that the
general tables ask a dozen questions whose answers are the same for every subject: of which sort the aggregate
is, where its window begins at this instant, whether a source is silent. Here they are asked once. What is not
plain is left to the general tables. A changed rule makes new tables in a few milliseconds, and no code.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from zhunsheng.engine.fast import codes as c
from zhunsheng.engine.fast import tables as z
from zhunsheng.engine.fast.jit import I64
from zhunsheng.engine.fast.tables import Tables

# Columns of plain feeds: facts count that came after the start and whose value (-1: any) lies between low
# and high; what is added up (-1: nothing); seconds until a fact leaves the window (0: nobody waits for it,
# -1: ask the calendar).
FEED_START, FEED_SLOT, FEED_TEST, FEED_LOW, FEED_HIGH, FEED_SUM, FEED_LEAVES, FEED_WINDOW = range(8)
# Columns of plain units. A point has its lines and what clears it; an indicator its bins, cap and family.
UNIT_INDICATOR, UNIT_PLACE, UNIT_VALUE, UNIT_A, UNIT_B, UNIT_C, UNIT_FAMILY = range(7)
UNIT_WIDTH = 7
Marks = npt.NDArray[np.bool_]
RISING = {c.Q_AT_LEAST: 0, c.Q_MORE: 1}
FALLING = {c.Q_AT_MOST: 0, c.Q_LESS: -1}


class Plain(NamedTuple):
    """Feeds in the places of `Tables.feeds`, by shape the plain ones first, the longest window first of all.

    `middle`: by shape the first feed that is not plain; `order`: its number in `Tables.feeds`. `unit_at` and
    `units`: by slot the plain units that read it; `depend_at` and `depends`: the others.
    """

    middle: I64
    feeds: I64
    order: I64
    unit_at: I64
    units: I64
    depend_at: I64
    depends: I64


class PlainMaker:
    """Keeps what was made last: blocks of one run are judged at one instant."""

    def __init__(self) -> None:
        self._feeds: tuple[tuple[object, ...], tuple[I64, I64, I64]] | None = None
        self._units: tuple[I64, int, tuple[I64, I64, I64, I64]] | None = None

    def nothing(self, tables: Tables, shapes: int) -> Plain:
        """Nothing is plain: all is asked of the general tables, as for few subjects."""
        slots = len(tables.depend_at)
        none, feeds = np.zeros(slots, dtype=np.int64), z.grid([], FEED_WINDOW + 1)
        order = np.arange(len(tables.feeds), dtype=np.int64)
        middle = tables.feed_at[:shapes]
        return Plain(middle, feeds, order, none, z.grid([], UNIT_WIDTH), tables.depend_at, tables.depends)

    def at(self, tables: Tables, shapes: int, bounds: I64, silent: int) -> Plain:
        """For an instant with these bounds of windows and these silent sources."""
        key = (id(tables.feeds), shapes, bounds.tobytes())
        if self._feeds is None or self._feeds[0] != key:
            self._feeds = (key, plain_feeds(tables, shapes, bounds))
        held = self._units
        if held is None or held[0] is not tables.depends or held[1] != silent:
            held = self._units = (tables.depends, silent, plain_units(tables, silent))
        return Plain(*self._feeds[1], *held[2])


def plain_feeds(tables: Tables, shapes: int, bounds: I64) -> tuple[I64, I64, I64]:
    """(middle, feeds, order)."""
    feed_at = tables.feed_at[: shapes + 1]
    feeds = tables.feeds[: feed_at[-1]]
    shape = np.repeat(np.arange(shapes), np.diff(feed_at))
    aggregates = tables.aggregates[feeds[:, c.F_TARGET]]
    places, op = aggregates[:, c.A_WINDOW], aggregates[:, c.A_OP]
    windows = tables.windows[places]
    tested, low, high, can_test = _tests(tables, feeds, shape)
    summed, can_sum = _value_slots(tables, shape, aggregates[:, c.A_FIELD])
    plain = (op == c.O_COUNT) | ((op == c.O_SUM) & can_sum)
    for column in (c.A_BY_OBJECT, c.A_EARLY, c.A_LISTED):
        plain &= aggregates[:, column] == 0
    plain &= (windows[:, c.WIN_KIND] != c.W_SINCE) & (windows[:, c.WIN_OFFSET] == 0)
    plain &= (feeds[:, c.F_NEVER] == 0) & can_test
    start = bounds[places, c.B_START]
    order = np.lexsort((start, ~plain, shape))
    counted = np.bincount(shape[plain], minlength=shapes)
    made = (
        *(start, aggregates[:, c.A_SLOT], tested, low, high, np.where(op == c.O_SUM, summed, -1)),
        *(_leaving(windows, aggregates[:, c.A_DUE] != 0), places),
    )
    return feed_at[:-1] + counted, np.ascontiguousarray(np.column_stack(made)[order]), order


def _value_slots(tables: Tables, shape: I64, fields: I64) -> tuple[I64, Marks]:
    """Where a field's number stands among the values of a shape's facts, and whether it is such a number."""
    rows = tables.fields[shape * tables.sizes[z.Z_FIELDS] + np.maximum(fields, 0)]
    number = (rows[:, 0] == c.INTEGER) | (rows[:, 0] == c.FLAG_VALUE)
    return rows[:, 2], (fields >= 0) & number & (rows[:, 2] >= 0)


def _tests(tables: Tables, feeds: I64, shape: I64) -> tuple[I64, I64, I64, Marks]:
    """(value that is tested or -1, from, to, whether there is no more to test than that)."""
    first, count = feeds[:, c.F_PLAIN_LO], feeds[:, c.F_HI] - feeds[:, c.F_PLAIN_LO]
    filters = tables.filters if len(tables.filters) else np.zeros((1, 4), dtype=np.int64)
    rows = filters[np.where(count > 0, first, 0)]
    slots, is_number = _value_slots(tables, shape, rows[:, c.Y_FIELD])
    least, most = rows[:, c.Y_TEST] == c.T_AT_LEAST, rows[:, c.Y_TEST] == c.T_AT_MOST
    one = (count == 1) & is_number & (least | most)
    low = np.where(one & least, rows[:, c.Y_LO], -c.FAR)
    high = np.where(one & most, rows[:, c.Y_LO], c.FAR)
    return np.where(one, slots, -1), low, high, one | (count == 0)


def _leaving(windows: I64, waited: Marks) -> I64:
    kind, length = windows[:, c.WIN_KIND], windows[:, c.WIN_LENGTH]
    seconds = np.where(kind == c.W_DAYS, length * 86_400, -1)
    seconds = np.where(kind == c.W_HOURS, length * 3_600, seconds)
    return np.where(waited & (kind != c.W_ALL), seconds, 0)


def plain_units(tables: Tables, silent: int) -> tuple[I64, I64, I64, I64]:
    """(unit_at, units, depend_at, depends)."""
    unit_at, depend_at = [0], [0]
    units: list[tuple[int, ...]] = []
    depends: list[int] = []
    for slot in range(len(tables.depend_at) - 1):
        for unit in tables.depends[tables.depend_at[slot] : tables.depend_at[slot + 1]].tolist():
            row = _unit(tables, unit, silent)
            if row is not None and row[0] == slot:
                units.append(row[1])
            else:
                depends.append(unit)
        unit_at.append(len(units))
        depend_at.append(len(depends))
    told = (unit_at, depend_at, depends)
    ends, others_at, others = (np.array(numbers, dtype=np.int64) for numbers in told)
    return ends, z.grid(units, UNIT_WIDTH), others_at, others


def _unit(tables: Tables, unit: int, silent: int) -> tuple[int, tuple[int, ...]] | None:
    """The only slot that a plain unit reads, and its row; None for one that is not plain."""
    if unit < len(tables.points):
        return _point(tables, unit, silent)
    number = unit - len(tables.points)
    if number >= len(tables.indicators):
        return None
    node = tables.indicators[number].tolist()
    read = _slot_and_value(tables, node[c.G_A], silent)
    if node[c.G_SHAPE] != c.S_LEVEL or node[c.G_B] >= 0 or node[c.G_PER] != 1 or read is None:
        return None
    family = node[c.G_FAMILY] if node[c.G_FAMILY] >= 0 else len(tables.families) + node[c.G_MODEL]
    row = (1, number, read[1], node[c.G_LO], node[c.G_HI], node[c.G_CAP], family)
    return read[0], row


def _point(tables: Tables, number: int, silent: int) -> tuple[int, tuple[int, ...]] | None:
    point = tables.points[number].tolist()
    item = tables.items[tables.item_of[number]].tolist()
    others = (point[c.P_CRITICAL], point[c.P_UNLESS], point[c.P_NO_DATA], point[c.P_OBJECTS])
    if max(others) >= 0 or item[c.I_APPLIES] >= 0 or item[c.I_NEEDS_ENROLMENT]:
        return None
    lines, aggregates = [], set()
    parts = ((c.P_YELLOW, RISING), (c.P_RED, RISING), (c.P_CLEAR, FALLING))
    for part, steps in parts:
        if point[part] < 0:
            lines.append(c.FAR)
            continue
        told = _line(tables, point[part], steps)
        if told is None:
            return None
        aggregates.add(told[0])
        lines.append(told[1])
    read = _slot_and_value(tables, aggregates.pop(), silent) if len(aggregates) == 1 else None
    return None if read is None else (read[0], (0, point[c.P_DENSE], read[1], *lines, 0))


def _line(tables: Tables, condition: int, steps: dict[int, int]) -> tuple[int, int] | None:
    """The aggregate that is compared and the last number that still holds; None for another condition."""
    first, end = tables.conditions[condition, c.K_LO], tables.conditions[condition, c.K_HI]
    node = tables.nodes[first].tolist()
    if end - first != 1 or node[c.N_TYPE] != c.NODE_COMPARE or node[c.N_LINE_KIND] != c.L_INTEGER:
        return None
    if node[c.N_B] >= 0 or node[c.N_PER] != 1 or node[c.N_COMPARISON] not in steps:
        return None
    return node[c.N_A], node[c.N_LINE_LO] + steps[node[c.N_COMPARISON]]


def _slot_and_value(tables: Tables, number: int, silent: int) -> tuple[int, int] | None:
    """The slot of a count or sum and the place of its value; None where silence or objects matter."""
    row = tables.aggregates[number].tolist()
    if row[c.A_BY_OBJECT] or row[c.A_SOURCES] & silent:
        return None
    if row[c.A_OP] == c.O_SUM:
        return row[c.A_SLOT], c.V_SUM
    return (row[c.A_SLOT], c.V_COUNT) if row[c.A_OP] in {c.O_COUNT, c.O_DISTINCT} else None
