"""Second half of the kernel: values, conditions in three outcomes, points, indicators and classes."""

# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from zhunsheng.engine.fast import codes as c
from zhunsheng.engine.fast.columns import Columns
from zhunsheng.engine.fast.feeding import slot_of
from zhunsheng.engine.fast.jit import I64, U8, compiled, inlined
from zhunsheng.engine.fast.reading import day_field_of, field_of, is_listed, object_code_of
from zhunsheng.engine.fast.scratch import Scratch, World
from zhunsheng.engine.fast.tables import Tables


@inlined
def aggregate_value(
    tables: Tables, columns: Columns, scratch: Scratch, a: int, o: int, heed: bool
) -> tuple[int, int, int, bool, bool]:
    """(reason, tag, number or value, complete, is a held value) of an aggregate for object o."""
    context, aggregates, state = scratch.context, tables.aggregates, scratch.state
    op = aggregates[a, c.A_OP]
    silent = heed and (context[c.X_SILENT] & aggregates[a, c.A_SOURCES]) != 0
    if silent and (op == c.O_SUM or op == c.O_MIN or op == c.O_OBJECTS or op == c.O_SINCE):
        return c.SOURCE_SILENT, 0, 0, True, False
    slot = slot_of(tables, scratch, a, o)
    if op == c.O_OBJECTS and not aggregates[a, c.A_SCOPE_OBJECT]:
        slot = aggregates[a, c.A_TOTAL]
    count = state[slot, c.V_COUNT]
    if op == c.O_COUNT or op == c.O_DISTINCT or op == c.O_OBJECTS:
        return c.NONE, c.INTEGER, count, not silent, False
    if op == c.O_FLAG:
        return c.NONE, c.INTEGER, 1 if count else 0, not silent, False
    if op == c.O_SUM:
        return c.NONE, c.INTEGER, state[slot, c.V_SUM], True, False
    if count == 0:
        return c.NO_FACT, 0, 0, not silent, False
    if op == c.O_MAX or op == c.O_MIN:
        return c.NONE, c.INTEGER, state[slot, c.V_SUM], not silent, False
    i = state[slot, c.V_FACT] - 1
    field = aggregates[a, c.A_FIELD]
    if op == c.O_LATEST:
        tag, value = field_of(tables, columns, i, object_code_of(scratch, columns, i), field)
        if tag == c.MISSING:
            return c.FIELD_MISSING, 0, 0, True, False
        return c.NONE, tag, value, True, True
    day = day_field_of(tables, columns, i, field)
    if day == c.FAR:
        return c.FIELD_MISSING, 0, 0, True, False
    elapsed = context[c.X_TODAY] - day
    return c.NONE, c.INTEGER, elapsed if op == c.O_SINCE else -elapsed, True, False


@inlined
def is_number(tag: int) -> bool:
    """Whether a held value counts as a whole number."""
    return tag == c.INTEGER or tag == c.FLAG_VALUE


@inlined
def measure_value(
    tables: Tables,
    columns: Columns,
    scratch: Scratch,
    a: int,
    b: int,
    per: int,
    sample_min: int,
    o: int,
    heed: bool,
) -> tuple[int, int, int, int, bool, bool]:
    """(reason, tag, numerator without `per`, denominator, complete, is a held value)."""
    reason, tag, top, complete, held = aggregate_value(tables, columns, scratch, a, o, heed)
    if b < 0:
        return reason, tag, top, 1, complete, held
    reason_b, tag_b, bottom, complete_b, _ = aggregate_value(tables, columns, scratch, b, o, heed)
    if reason != c.NONE:
        return reason, 0, 0, 1, True, False
    if not is_number(tag):
        return c.FIELD_MISSING, 0, 0, 1, True, False
    if not complete:
        return c.SOURCE_SILENT, 0, 0, 1, True, False
    if reason_b != c.NONE:
        return reason_b, 0, 0, 1, True, False
    if not is_number(tag_b):
        return c.FIELD_MISSING, 0, 0, 1, True, False
    if not complete_b:
        return c.SOURCE_SILENT, 0, 0, 1, True, False
    if bottom < sample_min:
        return c.SAMPLE_TOO_SMALL, 0, 0, 1, True, False
    return c.NONE, c.INTEGER, top, bottom, True, False


@compiled
def _wide(a: int, b: int) -> tuple[int, int]:
    """a × b as (high, low) in base 2^62, |a| and |b| below 2^62; low is not negative."""
    sign = 1 if (a >= 0) == (b >= 0) else -1
    x, y = abs(a), abs(b)
    base = (1 << 31) - 1
    x1, x0, y1, y0 = x >> 31, x & base, y >> 31, y & base
    middle = x1 * y0 + ((x0 * y0) >> 31)
    middle_low = (middle & base) + x0 * y1
    high = x1 * y1 + (middle >> 31) + (middle_low >> 31)
    low = ((middle_low & base) << 31) | ((x0 * y0) & base)
    if sign < 0:
        if low:
            return -high - 1, (1 << 62) - low
        return -high, 0
    return high, low


@compiled
def compare_products(a: int, b: int, x: int, y: int) -> int:
    """The sign of a·b − x·y, exact."""
    small = 1 << 31
    if abs(a) < small and abs(b) < small and abs(x) < small and abs(y) < small:
        left, right = a * b, x * y
        return 1 if left > right else -1 if left < right else 0
    left_high, left_low = _wide(a, b)
    right_high, right_low = _wide(x, y)
    if left_high != right_high:
        return 1 if left_high > right_high else -1
    return 1 if left_low > right_low else -1 if left_low < right_low else 0


@inlined
def sign_of(a: int, b: int, x: int, y: int) -> int:
    """The sign of a·b − x·y, exact, at once where nothing is multiplied."""
    if b == 1 and y == 1:
        return 1 if a > x else -1 if a < x else 0
    return compare_products(a, b, x, y)


@inlined
def _peer(world: World, context: I64, line: int) -> tuple[bool, int]:
    """The scaled statistic of a peer line for the subject's group."""
    peers = world.peers
    for k in range(len(peers)):
        if (
            peers[k, 0] == line
            and peers[k, 1] + 1 == context[c.X_GROUP_TAG]
            and peers[k, 2] == context[c.X_GROUP_VALUE]
        ):
            return True, peers[k, 3]
    return False, 0


@inlined
def _outcome(truth: int, reason: int) -> int:
    return truth + reason * 4


@inlined
def compare(
    tables: Tables, columns: Columns, scratch: Scratch, world: World, n: int, o: int, heed: bool
) -> int:
    """Truth + 4 × reason of one comparison."""
    node = tables.nodes[n]
    reason, tag, top, bottom, complete, held = measure_value(
        tables, columns, scratch, node[c.N_A], node[c.N_B], node[c.N_PER], node[c.N_SAMPLE_MIN], o, heed
    )
    if reason != c.NONE:
        return _outcome(c.UNKNOWN, reason)
    kind, comparison, per = node[c.N_LINE_KIND], node[c.N_COMPARISON], node[c.N_PER]
    if kind == c.L_LIST:
        if not held and bottom != 1:
            return _outcome(c.UNKNOWN, c.FIELD_MISSING)
        if not complete:
            return _outcome(c.UNKNOWN, c.SOURCE_SILENT)
        value = top if held else top * per
        inside = is_listed(tables.literals, node[c.N_LINE_LO], node[c.N_LINE_HI], tag, value)
        return c.HOLDS if inside == (comparison == c.Q_IN) else c.FAILS
    if not is_number(tag):
        return _outcome(c.UNKNOWN, c.FIELD_MISSING)
    line, scale = node[c.N_LINE_LO], per
    if kind == c.L_PEER:
        found, line = _peer(world, scratch.context, node[c.N_LINE_LO])
        if not found:
            return _outcome(c.UNKNOWN, c.NO_PEERS)
        scale = per * 100_000
    elif kind == c.L_AGGREGATE:
        line_reason, line_tag, line, line_complete, _ = aggregate_value(
            tables, columns, scratch, node[c.N_LINE_LO], o, heed
        )
        if line_reason != c.NONE:
            return _outcome(c.UNKNOWN, line_reason)
        if not line_complete:
            return _outcome(c.UNKNOWN, c.SOURCE_SILENT)
        if not is_number(line_tag):
            return _outcome(c.UNKNOWN, c.FIELD_MISSING)
    sign = sign_of(top, scale, line, bottom)
    truth = _holds(comparison, sign)
    rising = comparison == c.Q_AT_LEAST or comparison == c.Q_MORE
    falling = comparison == c.Q_AT_MOST or comparison == c.Q_LESS
    if not complete and not (truth and rising) and (truth or not falling):
        return _outcome(c.UNKNOWN, c.SOURCE_SILENT)
    return c.HOLDS if truth else c.FAILS


@inlined
def _holds(comparison: int, sign: int) -> bool:
    if comparison == c.Q_AT_LEAST:
        return sign >= 0
    if comparison == c.Q_MORE:
        return sign > 0
    if comparison == c.Q_AT_MOST:
        return sign <= 0
    if comparison == c.Q_LESS:
        return sign < 0
    return sign == 0


@inlined
def ask(
    tables: Tables, columns: Columns, scratch: Scratch, world: World, condition: int, o: int, heed: bool
) -> int:
    """Truth + 4 × reason of a condition (Kleene); an absent one fails."""
    if condition < 0:
        return c.FAILS
    low, high = tables.conditions[condition, c.K_LO], tables.conditions[condition, c.K_HI]
    result = scratch.result
    for n in range(low, high):
        kind = tables.nodes[n, c.N_TYPE]
        if kind == c.NODE_COMPARE:
            result[n] = compare(tables, columns, scratch, world, n, o, heed)
        elif kind == c.NODE_NOT:
            inner = result[tables.nodes[n, c.N_A]]
            result[n] = inner if inner & 3 == c.UNKNOWN else 1 - inner
        else:
            settles = c.FAILS if kind == c.NODE_ALL else c.HOLDS
            found = 1 - settles
            for k in range(tables.nodes[n, c.N_A], tables.nodes[n, c.N_B]):
                part = result[tables.kids[k]]
                if part & 3 == settles:
                    found = settles
                    break
                if part & 3 == c.UNKNOWN and found & 3 != c.UNKNOWN:
                    found = part
            result[n] = found
    return result[high - 1]


@inlined
def judge_point(
    tables: Tables, columns: Columns, scratch: Scratch, world: World, p: int, o: int, is_open: bool
) -> int:
    """Colour + 8 × cleared + 16 × reason."""
    points, answers = tables.points, scratch.answers
    for part in range(c.P_NO_DATA + 1):
        answers[part] = ask(tables, columns, scratch, world, points[p, part], o, part != c.P_NO_DATA)
    excluded, critical = answers[c.P_UNLESS], answers[c.P_CRITICAL]
    if excluded & 3 == c.HOLDS:
        return c.CALM
    if critical & 3 == c.HOLDS:
        return c.C_CRITICAL
    red = yellow = c.FAILS
    if is_open:
        red, yellow = answers[c.P_RED], answers[c.P_YELLOW]
    touched = c.C_RED if red & 3 == c.HOLDS else c.C_NONE
    if touched == c.C_NONE:
        if answers[c.P_NO_DATA] & 3 == c.HOLDS:
            return c.C_NO_DATA + 16 * c.NO_FACT
        if yellow & 3 == c.HOLDS:
            touched = c.C_YELLOW
    if touched != c.C_NONE:
        if excluded & 3 == c.UNKNOWN:
            return c.C_UNKNOWN + 16 * (excluded >> 2)
        return touched
    for found in (critical, red, yellow):
        if found & 3 == c.UNKNOWN:
            reason = found >> 2
            return (c.C_NO_DATA if reason == c.SOURCE_SILENT else c.C_UNKNOWN) + 16 * reason
    held_back = is_open and points[p, c.P_CLEAR] >= 0
    if held_back and answers[c.P_CLEAR] & 3 != c.HOLDS:
        return c.C_NONE
    return c.CALM


@inlined
def closed_by(tables: Tables, columns: Columns, scratch: Scratch, world: World, t: int) -> int:
    """What the points of an item show whose object pool does not hold; -1 when it does."""
    if tables.items[t, c.I_APPLIES] < 0:
        return -1
    pool = ask(tables, columns, scratch, world, tables.items[t, c.I_APPLIES], 0, True)
    if pool & 3 == c.HOLDS:
        return -1
    return c.C_UNKNOWN + 16 * (pool >> 2) if pool & 3 == c.UNKNOWN else c.CALM


@compiled
def judge_points(
    tables: Tables, columns: Columns, scratch: Scratch, world: World, dense: U8, rows: I64, row: int
) -> int:
    """All points of a subject: whole-subject ones to `dense`, others appended to `rows`; the new end."""
    for t in range(len(tables.items)):
        closed = closed_by(tables, columns, scratch, world, t)
        is_open = tables.items[t, c.I_NEEDS_ENROLMENT] == 0 or scratch.enrolled[t] == 1
        for p in range(tables.items[t, c.I_POINTS_LO], tables.items[t, c.I_POINTS_HI]):
            objects = tables.points[p, c.P_OBJECTS]
            first, last = (0, 0) if objects < 0 else (1, scratch.context[c.X_OBJECTS])
            for o in range(first, last + 1):
                if o > 0 and not scratch.member[o] & (1 << objects):
                    continue
                shown = closed
                if closed < 0:
                    shown = judge_point(tables, columns, scratch, world, p, o, is_open)
                if o == 0:
                    dense[tables.points[p, c.P_DENSE]] = shown
                    continue
                rows[row, 0], rows[row, 1] = p, columns.objects[scratch.context[c.X_OBJECT_LO] + o - 1]
                rows[row, 2] = shown
                row += 1
    return row
