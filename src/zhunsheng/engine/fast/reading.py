"""Fields of facts and the filters on them, in machine code."""

# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from zhunsheng.engine.fast import codes as c
from zhunsheng.engine.fast import tables as z
from zhunsheng.engine.fast.columns import Columns
from zhunsheng.engine.fast.days import day_of
from zhunsheng.engine.fast.jit import I64, inlined
from zhunsheng.engine.fast.scratch import Scratch
from zhunsheng.engine.fast.tables import Tables


@inlined
def field_of(tables: Tables, columns: Columns, i: int, object_code: int, field: int) -> tuple[int, int]:
    """(tag, value) of a field of fact i."""
    if field == c.FIELD_OBJECT:
        return c.TEXT, object_code
    if field < 0:
        return c.MISSING, 0
    row = columns.shape[i] * tables.sizes[z.Z_FIELDS] + field
    slot = tables.fields[row, 2]
    if slot < 0:
        return tables.fields[row, 0], tables.fields[row, 1]
    return tables.fields[row, 0], columns.values[columns.pointer[i] + slot]


@inlined
def day_field_of(tables: Tables, columns: Columns, i: int, field: int) -> int:
    """The day in a field of fact i, or of its occurrence; FAR when there is none."""
    if field == c.FIELD_OCCURRED:
        return day_of(columns.occurred[i])
    tag, value = field_of(tables, columns, i, 0, field)
    if field == c.FIELD_NEVER:
        return c.FAR
    if tag == c.DATE:
        return value
    if tag == c.ODD_DATE:
        return (value & ((1 << 24) - 1)) - c.ODD_SHIFT
    return c.FAR


@inlined
def is_listed(literals: I64, low: int, high: int, tag: int, value: int) -> bool:
    """Whether (tag, value) is among the literals."""
    for k in range(low, high):  # noqa: SIM110 - machine code has no generators
        if literals[k, 0] == tag and literals[k, 1] == value:
            return True
    return False


@inlined
def passes_one(tables: Tables, columns: Columns, i: int, object_code: int, row: int, today: int) -> bool:
    """Whether fact i passes one filter."""
    test, field = tables.filters[row, c.Y_TEST], tables.filters[row, c.Y_FIELD]
    limit = tables.filters[row, c.Y_LO]
    if test == c.T_UNTIL or test == c.T_SINCE:
        day = day_field_of(tables, columns, i, field)
        if day == c.FAR:
            return False
        return day - today <= limit if test == c.T_UNTIL else today - day >= limit
    tag, value = field_of(tables, columns, i, object_code, field)
    if tag == c.MISSING:
        return test == c.T_ABSENT
    if test == c.T_PRESENT:
        return True
    if test == c.T_ABSENT:
        return False
    if test == c.T_IN:
        return is_listed(tables.literals, limit, tables.filters[row, c.Y_HI], tag, value)
    if test == c.T_NOT_IN:
        return not is_listed(tables.literals, limit, tables.filters[row, c.Y_HI], tag, value)
    if tag != c.INTEGER and tag != c.FLAG_VALUE:
        return False
    return value >= limit if test == c.T_AT_LEAST else value <= limit


@inlined
def passes_all(
    tables: Tables, columns: Columns, i: int, object_code: int, low: int, high: int, today: int
) -> bool:
    """Whether fact i passes every filter of a range."""
    for row in range(low, high):  # noqa: SIM110 - machine code has no generators
        if not passes_one(tables, columns, i, object_code, row, today):
            return False
    return True


@inlined
def object_code_of(scratch: Scratch, columns: Columns, i: int) -> int:
    """The text code of the object of fact i."""
    local = columns.local[i]
    return columns.objects[scratch.context[c.X_OBJECT_LO] + local - 1] if local > 0 else 0
