"""First half of the kernel: one subject's facts into the state of its aggregates, and due instants."""

# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from zhunsheng.engine.fast import codes as c
from zhunsheng.engine.fast import tables as z
from zhunsheng.engine.fast.columns import Columns
from zhunsheng.engine.fast.days import day_of, day_start, months_back, months_left, period_end, period_start
from zhunsheng.engine.fast.jit import I64, compiled, inlined
from zhunsheng.engine.fast.reading import day_field_of, field_of, passes_all
from zhunsheng.engine.fast.scratch import Scratch, World
from zhunsheng.engine.fast.tables import Tables


@inlined
def set_bounds(tables: Tables, scratch: Scratch) -> None:
    """Bounds of every window at the instant of the context."""
    bounds, windows = scratch.bounds, tables.windows
    as_of, today = scratch.context[c.X_AS_OF], scratch.context[c.X_TODAY]
    for w in range(len(windows)):
        kind, length = windows[w, c.WIN_KIND], windows[w, c.WIN_LENGTH]
        start, end = -c.FAR, as_of
        if kind == c.W_DAYS or kind == c.W_HOURS:
            end = as_of - windows[w, c.WIN_OFFSET] * 86_400
            start = end - length * (86_400 if kind == c.W_DAYS else 3_600)
        elif kind == c.W_MONTHS:
            start = day_start(months_back(today, length) + 1) - 1
        elif kind >= c.W_DAY and kind <= c.W_YEAR:
            start = day_start(period_start(kind, today)) - 1
        bounds[w, c.B_START], bounds[w, c.B_END] = start, end


@compiled
def set_instant(tables: Tables, scratch: Scratch, as_of: int, known_at: int) -> None:
    """The instant that is judged, and the bounds of every window at it."""
    context = scratch.context
    context[c.X_AS_OF], context[c.X_TODAY], context[c.X_KNOWN_AT] = as_of, day_of(as_of), known_at
    set_bounds(tables, scratch)


@inlined
def note(context: I64, instant: int) -> None:
    """An instant at which the judgement may change by itself; the next one is kept."""
    if instant > context[c.X_AS_OF] and instant < context[c.X_DUE]:
        context[c.X_DUE] = instant


@inlined
def _early_due(tables: Tables, columns: Columns, scratch: Scratch, i: int, e: int, a: int) -> None:
    """Due instants that do not depend on the window: relative filters and day lines."""
    context, aggregates = scratch.context, tables.aggregates
    for row in range(tables.feeds[e, c.F_RELATIVE_LO], tables.feeds[e, c.F_HI]):
        day = day_field_of(tables, columns, i, tables.filters[row, c.Y_FIELD])
        if day != c.FAR:
            limit = tables.filters[row, c.Y_LO]
            sign = -1 if tables.filters[row, c.Y_TEST] == c.T_UNTIL else 1
            note(context, day_start(day + sign * limit))
    if aggregates[a, c.A_MIDNIGHT]:
        note(context, day_start(context[c.X_TODAY] + 1))
    low, high = aggregates[a, c.A_LINES_LO], aggregates[a, c.A_LINES_HI]
    if high > low:
        day = day_field_of(tables, columns, i, aggregates[a, c.A_FIELD])
        if day != c.FAR:
            sign = 1 if aggregates[a, c.A_OP] == c.O_SINCE else -1
            for k in range(low, high):
                for step in range(-1, 2):
                    note(context, day_start(day + sign * (tables.lines[k] + step)))


@inlined
def leaving(tables: Tables, w: int, occurred: int) -> int:
    """When a fact of an instant leaves a window: it is inside until then, FAR if it stays."""
    kind, length = tables.windows[w, c.WIN_KIND], tables.windows[w, c.WIN_LENGTH]
    if kind == c.W_DAYS:
        return occurred + (length + tables.windows[w, c.WIN_OFFSET]) * 86_400
    if kind == c.W_HOURS:
        return occurred + length * 3_600
    if kind == c.W_MONTHS:
        return day_start(months_left(day_of(occurred), length))
    if kind >= c.W_DAY and kind <= c.W_YEAR:
        return day_start(period_end(kind, day_of(occurred)))
    return c.FAR


@inlined
def _window_due(tables: Tables, scratch: Scratch, a: int, w: int, occurred: int) -> None:
    """When the oldest fact leaves a window; a fact that is not inside yet also enters it."""
    context = scratch.context
    if occurred > scratch.bounds[w, c.B_START] and scratch.seen_due[a] != context[c.X_STAMP]:
        scratch.seen_due[a] = context[c.X_STAMP]
        note(context, leaving(tables, w, occurred))
    if tables.windows[w, c.WIN_OFFSET]:
        note(context, occurred + tables.windows[w, c.WIN_OFFSET] * 86_400)


@inlined
def slot_of(tables: Tables, scratch: Scratch, a: int, local: int) -> int:
    """The row of `state` that holds an aggregate for one object."""
    slot = tables.aggregates[a, c.A_SLOT]
    if tables.aggregates[a, c.A_BY_OBJECT]:
        return slot + tables.sizes[z.Z_PLAIN] + local * tables.sizes[z.Z_BY_OBJECT]
    return slot


@inlined
def use(scratch: Scratch, slot: int) -> None:
    """Remember that a slot has to be cleared."""
    if scratch.state[slot, c.V_FACT] == 0:
        scratch.used[scratch.context[c.X_USED]] = slot
        scratch.context[c.X_USED] += 1


@inlined
def is_new(scratch: Scratch, slot: int, tag: int, value: int) -> bool:
    """Whether a value was not yet seen for a slot; it is remembered."""
    hashed, stamp = scratch.hashed, scratch.context[c.X_STAMP]
    mask = len(hashed) - 1
    k = (slot * 40_503 + value * 2_654_435_761 + tag * 97) & mask
    while hashed[k, 0] == stamp:
        if hashed[k, 1] == slot and hashed[k, 2] == tag and hashed[k, 3] == value:
            return False
        k = (k + 1) & mask
    hashed[k, 0], hashed[k, 1], hashed[k, 2], hashed[k, 3] = stamp, slot, tag, value
    return True


@inlined
def admit(tables: Tables, columns: Columns, scratch: Scratch, i: int, a: int, slot: int, code: int) -> bool:
    """One fact that passed everything into the values of a slot; whether it counts there."""
    state, op = scratch.state, tables.aggregates[a, c.A_OP]
    if op == c.O_SUM or op == c.O_MAX or op == c.O_MIN or op == c.O_DISTINCT:
        tag, value = field_of(tables, columns, i, code, tables.aggregates[a, c.A_FIELD])
        if op == c.O_DISTINCT:
            if tag == c.MISSING or not is_new(scratch, slot, tag, value):
                return False
        elif tag != c.INTEGER and tag != c.FLAG_VALUE:
            return False
        held = state[slot, c.V_SUM]
        if op == c.O_SUM:
            state[slot, c.V_SUM] = held + value
        elif state[slot, c.V_COUNT] == 0:
            state[slot, c.V_SUM] = value
        elif op == c.O_MAX:
            state[slot, c.V_SUM] = max(held, value)
        elif op == c.O_MIN:
            state[slot, c.V_SUM] = min(held, value)
    state[slot, c.V_COUNT] += 1
    state[slot, c.V_FACT] = max(state[slot, c.V_FACT], i + 1)
    return True


@inlined
def _add(tables: Tables, columns: Columns, scratch: Scratch, i: int, a: int, slot: int, code: int) -> None:
    """The same, with the slot remembered for clearing and the fact in its list."""
    state, context = scratch.state, scratch.context
    is_empty = state[slot, c.V_FACT] == 0
    if not admit(tables, columns, scratch, i, a, slot, code):
        return
    if is_empty:
        scratch.used[context[c.X_USED]] = slot
        context[c.X_USED] += 1
    if tables.aggregates[a, c.A_LISTED]:
        context[c.X_CHAIN] += 1
        link = context[c.X_CHAIN]
        scratch.chain[link, 0], scratch.chain[link, 1] = i, state[slot, c.V_HEAD]
        state[slot, c.V_HEAD] = link


@inlined
def _object_passes(tables: Tables, scratch: Scratch, a: int, local: int, passed: bool, i: int) -> None:
    """OBJECTS: the latest fact of an object replaces what its earlier one said."""
    slot = slot_of(tables, scratch, a, local)
    use(scratch, slot)
    total = tables.aggregates[a, c.A_TOTAL]
    use(scratch, total)
    state = scratch.state
    now = 1 if passed else 0
    state[total, c.V_COUNT] += now - state[slot, c.V_COUNT]
    state[slot, c.V_COUNT] = now
    state[slot, c.V_FACT] = i + 1
    state[total, c.V_FACT] = i + 1


@inlined
def feed(tables: Tables, columns: Columns, scratch: Scratch, i: int, e: int, code: int) -> None:
    """One fact to one aggregate."""
    today, feeds = scratch.context[c.X_TODAY], tables.feeds
    a = feeds[e, c.F_TARGET]
    low, middle, high = feeds[e, c.F_PLAIN_LO], feeds[e, c.F_RELATIVE_LO], feeds[e, c.F_HI]
    w, occurred = tables.aggregates[a, c.A_WINDOW], columns.occurred[i]
    op, local = tables.aggregates[a, c.A_OP], columns.local[i]
    early = tables.aggregates[a, c.A_EARLY]
    if occurred <= scratch.bounds[w, c.B_START] and not early:
        return
    passed = feeds[e, c.F_NEVER] == 0
    if low < middle:
        passed = passed and passes_all(tables, columns, i, code, low, middle, today)
    if not passed and op != c.O_OBJECTS:
        return
    if tables.aggregates[a, c.A_DUE]:
        if early:
            _early_due(tables, columns, scratch, i, e, a)
        if tables.windows[w, c.WIN_KIND] != c.W_ALL and tables.windows[w, c.WIN_KIND] != c.W_SINCE:
            _window_due(tables, scratch, a, w, occurred)
    if occurred <= scratch.bounds[w, c.B_START] or occurred > scratch.bounds[w, c.B_END]:
        return
    if middle < high:
        passed = passed and passes_all(tables, columns, i, code, middle, high, today)
    if not passed and op != c.O_OBJECTS:
        return
    if tables.windows[w, c.WIN_KIND] == c.W_SINCE:
        _feed_since(tables, columns, scratch, i, a, w, passed, code)
    elif op == c.O_OBJECTS:
        _object_passes(tables, scratch, a, local, passed, i)
    else:
        _add(tables, columns, scratch, i, a, slot_of(tables, scratch, a, local), code)


@compiled
def _feed_since(
    tables: Tables, columns: Columns, scratch: Scratch, i: int, a: int, w: int, passed: bool, code: int
) -> None:
    """A fact counts after the latest event; with an event of one object, after that object's."""
    event, by_object = tables.windows[w, c.WIN_EVENT], tables.windows[w, c.WIN_EVENT_BY_OBJECT]
    objects = scratch.context[c.X_OBJECTS]
    local, row = columns.local[i], event * (objects + 1)
    first = last = local
    if tables.aggregates[a, c.A_CROSS]:
        first, last = 0, objects
    for o in range(first, last + 1):
        after = scratch.last_event[row + (o if by_object else 0)]
        if after == 0 or i < after:
            continue
        if tables.aggregates[a, c.A_OP] == c.O_OBJECTS:
            _object_passes(tables, scratch, a, local, passed, i)
        else:
            _add(tables, columns, scratch, i, a, slot_of(tables, scratch, a, o), code)


@compiled
def find_events(tables: Tables, columns: Columns, scratch: Scratch, i: int, code: int) -> None:
    """Note fact i as the latest event (its number + 1) of the windows that wait for it."""
    context, shape = scratch.context, columns.shape[i]
    objects = context[c.X_OBJECTS]
    for k in range(len(tables.events)):
        if tables.events[k, 0] != shape:
            continue
        if passes_all(tables, columns, i, code, tables.events[k, 2], tables.events[k, 3], context[c.X_TODAY]):
            row = tables.events[k, 1] * (objects + 1)
            # Windows with an event of the subject look at place 0, those of an object at its own place;
            # one event window is either the one or the other.
            place = columns.local[i] if _is_by_object(tables, tables.events[k, 1]) else 0
            scratch.last_event[row + place] = i + 1


@inlined
def _is_by_object(tables: Tables, event: int) -> bool:
    for w in range(len(tables.windows)):
        if tables.windows[w, c.WIN_EVENT] == event:
            return tables.windows[w, c.WIN_EVENT_BY_OBJECT] == 1
    return False


@inlined
def play_role(tables: Tables, columns: Columns, scratch: Scratch, i: int, code: int, role: int) -> None:
    """State of a source, enrolment, peer group: facts that judging itself reads."""
    context = scratch.context
    if role & c.R_PEER_GROUP:
        context[c.X_GROUP_TAG], context[c.X_GROUP_VALUE] = field_of(tables, columns, i, code, 1)
        context[c.X_GROUP_TAG] += 1
        return
    tag, value = field_of(tables, columns, i, code, 0)
    if role & c.R_STATUS:
        for k in range(len(tables.sources)):
            if tables.sources[k] == code:
                bit = 1 << k
                silent = tag == c.TEXT and value == tables.sizes[z.Z_SILENT]
                context[c.X_SILENT] = (context[c.X_SILENT] | bit) if silent else (context[c.X_SILENT] & ~bit)
    if role & c.R_ENROLMENT:
        context[c.X_ENROLLED_ANY] = 1
        for k in range(len(tables.enrolments)):
            if tables.enrolments[k] == code:
                enrolled = tag == c.TEXT and value == tables.sizes[z.Z_ENROLLED]
                scratch.enrolled[k] = 1 if enrolled else 0


@inlined
def is_standing(columns: Columns, scratch: Scratch, i: int) -> bool:
    """Whether fact i is known and in force."""
    return columns.recorded[i] <= scratch.context[c.X_KNOWN_AT] and columns.hidden[i] == 0


@inlined
def clear_used(scratch: Scratch) -> None:
    """Empty the slots that were used."""
    context, state = scratch.context, scratch.state
    for k in range(context[c.X_USED]):
        for v in range(4):
            state[scratch.used[k], v] = 0
    context[c.X_USED] = context[c.X_CHAIN] = 0


@inlined
def begin(columns: Columns, scratch: Scratch, world: World, subject: int, events: int) -> None:
    """Clear what the last subject used."""
    context = scratch.context
    clear_used(scratch)
    for k in range(context[c.X_OBJECTS] + 1):
        scratch.member[k] = 0
    if context[c.X_ENROLLED_ANY]:
        scratch.enrolled[:] = 0
    first = columns.object_at[subject]
    context[c.X_ENROLLED_ANY] = 0
    context[c.X_STAMP] += 1
    context[c.X_OBJECT_LO], context[c.X_OBJECTS] = first, columns.object_at[subject + 1] - first
    context[c.X_SILENT], context[c.X_DUE] = world.silent[0], c.FAR
    context[c.X_GROUP_TAG] = 0
    for k in range(events * (context[c.X_OBJECTS] + 1)):
        scratch.last_event[k] = 0
    note(context, world.next_fact)
