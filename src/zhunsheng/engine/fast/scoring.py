"""Third part of the kernel: indicators, families, the score, rules and the class."""

# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from zhunsheng.engine.fast import codes as c
from zhunsheng.engine.fast.columns import Columns
from zhunsheng.engine.fast.days import day_of, months_back
from zhunsheng.engine.fast.feeding import slot_of
from zhunsheng.engine.fast.jit import I32, I64, U8, compiled, inlined
from zhunsheng.engine.fast.judging import ask, is_number, measure_value, sign_of
from zhunsheng.engine.fast.reading import object_code_of, passes_all
from zhunsheng.engine.fast.scratch import Scratch, World
from zhunsheng.engine.fast.tables import Tables


@inlined
def bin_points(tables: Tables, low: int, high: int, top: int, per: int, bottom: int) -> int:
    """The points of the last bin that the value reaches; 0 below the first."""
    points = 0
    for k in range(low, high):
        if sign_of(top, per, tables.grades[k, 0], bottom) >= 0:
            points = tables.grades[k, 1]
    return points


@inlined
def faded(points: int, age_days: int, window_days: int) -> int:
    """Full for the first half of the window, then linear to zero, cut toward zero."""
    if 2 * age_days <= window_days:
        return points
    rest = 2 * max(window_days - age_days, 0)
    return points * rest // window_days if points >= 0 else -(-points * rest // window_days)


@compiled
def _grade(
    tables: Tables, columns: Columns, scratch: Scratch, i: int, low: int, high: int
) -> tuple[bool, int]:
    code, today = object_code_of(scratch, columns, i), scratch.context[c.X_TODAY]
    for k in range(low, high):
        grade = tables.grades[k]
        if passes_all(tables, columns, i, code, grade[2], grade[3], today):
            return True, grade[0]
    return False, 0


@compiled
def listed_points(tables: Tables, columns: Columns, scratch: Scratch, g: int) -> int:
    """STEPS, EACH and WORST: the sum (or the greatest) of what single facts are worth, newest first."""
    node, context = tables.indicators[g], scratch.context
    a, low, high = node[c.G_A], node[c.G_LO], node[c.G_HI]
    w, today = tables.aggregates[a, c.A_WINDOW], context[c.X_TODAY]
    length = tables.windows[w, c.WIN_LENGTH]
    if tables.windows[w, c.WIN_KIND] == c.W_MONTHS:
        length = today - months_back(today, length)
    head = scratch.state[slot_of(tables, scratch, a, 0), c.V_HEAD]
    shape, repeat_from = node[c.G_SHAPE], node[c.G_REPEAT_FROM]
    counted, link = 0, head
    if shape == c.S_EACH and repeat_from > 0:
        while link > 0:
            found, points = _grade(tables, columns, scratch, scratch.chain[link, 0], low, high)
            counted += 1 if found and points != 0 else 0
            link = scratch.chain[link, 1]
    total, k, best, link = 0, 0, -c.FAR, head
    while link > 0:
        i = scratch.chain[link, 0]
        link = scratch.chain[link, 1]
        k += 1
        if shape == c.S_STEPS:
            points = bin_points(tables, low, high, k, 1, 1) - bin_points(tables, low, high, k - 1, 1, 1)
        else:
            found, points = _grade(tables, columns, scratch, i, low, high)
            if not found:
                continue
            if shape == c.S_EACH and repeat_from > 0 and points != 0:
                if counted >= repeat_from:
                    points = points * node[c.G_REPEAT_PERCENT] // 100
                counted -= 1
        if node[c.G_DECAYS]:
            points = faded(points, today - day_of(columns.occurred[i]), length)
        total += points
        best = max(best, points)
    if shape == c.S_WORST:
        return best if best > -c.FAR else 0
    return total


@inlined
def judge_indicator(
    tables: Tables, columns: Columns, scratch: Scratch, world: World, g: int
) -> tuple[int, int]:
    """(points, reason why it is not known, 0 when it is)."""
    node = tables.indicators[g]
    cap = node[c.G_CAP]
    if node[c.G_SHAPE] == c.S_CASES:
        for k in range(node[c.G_LO], node[c.G_HI]):
            found = ask(tables, columns, scratch, world, tables.grades[k, 0], 0, True)
            if found & 3 == c.UNKNOWN:
                return 0, found >> 2
            if found & 3 == c.HOLDS:
                return max(-cap, min(cap, tables.grades[k, 1])), c.NONE
        return 0, c.NONE
    reason, tag, top, bottom, complete, _ = measure_value(
        tables, columns, scratch, node[c.G_A], node[c.G_B], node[c.G_PER], node[c.G_SAMPLE_MIN], 0, True
    )
    if reason != c.NONE:
        return 0, reason
    if not is_number(tag):
        return 0, c.FIELD_MISSING
    if node[c.G_SHAPE] == c.S_LEVEL:
        points = bin_points(tables, node[c.G_LO], node[c.G_HI], top, node[c.G_PER], bottom)
    else:
        points = listed_points(tables, columns, scratch, g)
    return max(-cap, min(cap, points)), c.NONE if complete else c.SOURCE_SILENT


@compiled
def judge_model(
    tables: Tables,
    columns: Columns,
    scratch: Scratch,
    world: World,
    m: int,
    points: I32,
    reasons: U8,
    holding: U8,
    out: I32,
) -> None:
    """out: score, class by score, class, sufficiency, insufficient."""
    model = tables.models[m]
    for g in range(model[c.M_IND_LO], model[c.M_IND_HI]):
        points[g], reasons[g] = judge_indicator(tables, columns, scratch, world, g)
    for r in range(model[c.M_RULE_LO], model[c.M_RULE_HI]):
        holds = ask(tables, columns, scratch, world, tables.rules[r, 0], 0, True) & 3 == c.HOLDS
        holding[r] = 1 if holds else 0
    close_model(tables, scratch, m, points, reasons, holding, out)


@inlined
def close_model(
    tables: Tables, scratch: Scratch, m: int, points: I32, reasons: U8, holding: U8, out: I32
) -> None:
    """Caps, score and class of a model whose indicators and rules are judged."""
    add_up(tables, scratch.family, m, points, reasons)
    settle(tables, scratch.family, m, holding, out)


@inlined
def add_up(tables: Tables, sums: I64, m: int, points: I32, reasons: U8) -> None:
    """The sums of the families of a model, of its indicators without family, and how many are known."""
    model, loose = tables.models[m], len(tables.families) + m
    for f in range(model[c.M_FAM_LO], model[c.M_FAM_HI]):
        sums[f] = 0
    sums[loose] = 0
    known = 0
    for g in range(model[c.M_IND_LO], model[c.M_IND_HI]):
        known += 1 if reasons[g] == c.NONE else 0
        f = tables.indicators[g, c.G_FAMILY]
        sums[f if f >= 0 else loose] += points[g]
    sums[loose + len(tables.models)] = known


@inlined
def settle(tables: Tables, sums: I64, m: int, holding: U8, out: I32) -> None:
    """Caps, score and class from the sums of a model."""
    model, loose = tables.models[m], len(tables.families) + m
    score, known = sums[loose], sums[loose + len(tables.models)]
    for f in range(model[c.M_FAM_LO], model[c.M_FAM_HI]):
        score += min(sums[f], tables.families[f, 0])
    score = max(score, 0)
    by_score = 0
    while score > tables.cuts[model[c.M_CUT_LO] + by_score, 0]:
        by_score += 1
    severe = by_score
    for r in range(model[c.M_RULE_LO], model[c.M_RULE_HI]):
        if holding[r]:
            severe = max(severe, tables.rules[r, 1])
    count = model[c.M_IND_HI] - model[c.M_IND_LO]
    sufficiency = known * 1_000 // count if count > 0 else 0
    insufficient = sufficiency < model[c.M_SUFFICIENCY]
    if insufficient:
        severe = max(severe, model[c.M_INSUFFICIENT])
    out[0], out[1], out[2], out[3], out[4] = score, by_score, severe, sufficiency, 1 if insufficient else 0
