"""Packs and facts at random: every op, window, scope, shape, comparison, correction and silence.

Used by `engine.prove` and by the generative tests. The source of chance is handed in, so a seed repeats
a case and a shrinking source makes it small. What is made is valid, not sensible.
"""

from __future__ import annotations

import datetime as dt
from random import Random

from zhunsheng.core.clock import day_start
from zhunsheng.core.facts import Fact, Scalar
from zhunsheng.core.rules.tree import (
    CALENDAR_WINDOWS,
    OBJECT,
    OCCURRED,
    Aggregate,
    All,
    AnyOf,
    Bin,
    Case,
    ClassRule,
    Compare,
    Comparison,
    Condition,
    CutOff,
    Family,
    Filter,
    Grade,
    Indicator,
    Item,
    Literal,
    Measure,
    Model,
    Not,
    Op,
    Pack,
    PeerLine,
    Ratio,
    Scope,
    Select,
    Shape,
    Test,
    TriggerPoint,
    Window,
    WindowKind,
)

KINDS = ("K0", "K1", "K2", "K3")
SOURCES = {"K0": "src-a", "K1": "src-a", "K2": "src-b"}
OBJECTS = ("", "", "o1", "o2", "2026-02-28", "乙")
FIELDS = ("n", "s", "d", "b", "m")
NUMBERS: tuple[Literal, ...] = (0, 1, 2, 3, -1, 7, 1 << 40)
TEXTS: tuple[Literal, ...] = ("x", "y", "", "1", "2026-02-28", "20260228")
LITERALS: tuple[Literal, ...] = (*NUMBERS, *TEXTS, True, False)
FIRST_DAY = dt.date(2025, 11, 28)
DAYS = 130
HINTS = (0, 0, 0, 3_600, 43_200, 86_399)


def some_instant(chance: Random) -> int:
    """Mostly midnights, noons and last seconds, so that boundaries meet."""
    return day_start(FIRST_DAY + dt.timedelta(days=chance.randrange(DAYS))) + chance.choice(HINTS)


def some_date(chance: Random) -> dt.date:
    """A day in or near the generated months, month ends preferred."""
    if chance.random() < 0.3:
        return chance.choice((dt.date(2026, 1, 31), dt.date(2026, 2, 28), dt.date(2025, 12, 31)))
    return FIRST_DAY + dt.timedelta(days=chance.randrange(-40, DAYS + 60))


def _value(chance: Random, field: str) -> Scalar:
    if chance.random() < 0.12:
        return None
    if field == "n":
        return int(chance.choice(NUMBERS))
    if field == "s":
        return chance.choice(TEXTS)
    if field == "b":
        return chance.random() < 0.5
    if field == "d":
        return some_date(chance).isoformat() if chance.random() < 0.9 else "not a date"
    return chance.choice(LITERALS)


def some_payload(chance: Random) -> dict[str, Scalar]:
    """Fields of every type, each of them sometimes absent."""
    return {name: _value(chance, name) for name in FIELDS if chance.random() < 0.7}


def some_fact(chance: Random, subject: str, number: int, before: list[Fact]) -> Fact:
    """One fact; sometimes late, in the future, a correction, a retraction, or about the engine itself."""
    occurred = before[-1].occurred_at if before and chance.random() < 0.15 else some_instant(chance)
    lag = chance.choice((0, 0, 0, 86_400, 10 * 86_400, -5 * 86_400))
    kind, name, payload = chance.choice(KINDS), chance.choice(OBJECTS), some_payload(chance)
    supersedes = retracts = None
    special = chance.random()
    if special < 0.06:
        kind, name = "SOURCE_STATUS", chance.choice(("src-a", "src-b"))
        payload = {"state": chance.choice(("SILENT", "LIVE"))}
    elif special < 0.14:
        kind, name = "ENROLMENT", chance.choice(("T0", "T1"))
        payload = {"state": chance.choice(("ENROLLED", "ENROLLED", "LEFT"))}
    elif special < 0.20:
        kind, name, payload = "PEER_GROUP", "", {"group": chance.choice(("g", "h", 5, True, None))}
    elif special < 0.27 and before:
        supersedes = chance.choice(before).fact_id
    elif special < 0.32 and before:
        retracts = chance.choice(before).fact_id
    recorded, stated = occurred + lag, chance.randrange(3)
    fact_id = f"{subject}-{number}"
    return Fact(
        fact_id, kind, subject, occurred, recorded, number, name, payload, supersedes, retracts, stated
    )


def some_facts(chance: Random, subject: str, most: int = 14) -> list[Fact]:
    """The facts of one subject in order of arrival, which is not the order of occurrence."""
    facts: list[Fact] = []
    for number in range(1, chance.randrange(most + 1) + 1):
        facts.append(some_fact(chance, subject, number, facts))
    return facts


def some_world(chance: Random) -> list[Fact]:
    """Peer statistics and states of sources."""
    facts = []
    for number in range(1, chance.randrange(5) + 1):
        occurred = some_instant(chance)
        if chance.random() < 0.5:
            name, state = chance.choice(("src-a", "src-b")), chance.choice(("SILENT", "LIVE", "LIVE"))
            fact = Fact(f"w{number}", "SOURCE_STATUS", "", occurred, occurred, number, name, {"state": state})
        else:
            group = chance.choice(("g", "h", "5", "True", "None"))
            payload: dict[str, Scalar] = {"p50": chance.randrange(4_000)}
            fact = Fact(f"w{number}", "PEER_STATISTIC", "", occurred, occurred, number, f"q/{group}", payload)
        facts.append(fact)
    return facts


def some_filter(chance: Random, *, relative: bool = False) -> Filter:
    """A filter; relative ones only where the caller allows them."""
    field = chance.choice((*FIELDS, OBJECT))
    if relative and chance.random() < 0.5:
        test = chance.choice((Test.DAYS_UNTIL_AT_MOST, Test.DAYS_SINCE_AT_LEAST))
        return Filter(chance.choice(("d", "m", OCCURRED)), test, (chance.randrange(-10, 40),))
    test = chance.choice(
        (Test.IN, Test.IN, Test.NOT_IN, Test.AT_LEAST, Test.AT_MOST, Test.PRESENT, Test.ABSENT)
    )
    if test in {Test.PRESENT, Test.ABSENT}:
        return Filter(field, test)
    if test in {Test.AT_LEAST, Test.AT_MOST}:
        return Filter(field, test, (chance.randrange(-1, 4),))
    pool: tuple[Literal, ...] = ("o1", "o2", "") if field == OBJECT else LITERALS
    return Filter(field, test, tuple(chance.choice(pool) for _ in range(chance.randrange(1, 4))))


def some_select(chance: Random, *, relative: bool = False) -> Select:
    """One or two kinds with up to two filters."""
    kinds = tuple(sorted(set(chance.choices(KINDS, k=chance.choice((1, 1, 2))))))
    where = tuple(some_filter(chance, relative=relative) for _ in range(chance.choice((0, 0, 1, 1, 2))))
    return Select(kinds, where, chance.choice((Scope.SUBJECT, Scope.SAME_OBJECT)))


def some_window(chance: Random) -> Window:
    """Any window."""
    kind = chance.choice(tuple(WindowKind))
    if kind is WindowKind.SINCE_EVENT:
        return Window(kind, event=some_select(chance))
    if kind is WindowKind.ALL or kind in CALENDAR_WINDOWS:
        return Window(kind)
    if kind is WindowKind.DAYS:
        return Window(kind, chance.choice((1, 7, 30)), chance.choice((0, 0, 0, 7)))
    return Window(kind, chance.choice((1, 2, 12)))


def some_aggregate(chance: Random) -> Aggregate:
    """Any aggregate; OBJECTS since an event of one object only within that object."""
    op = chance.choice(tuple(Op))
    select = some_select(chance, relative=op is Op.OBJECTS)
    window = some_window(chance)
    if window.event is not None and op in {Op.OBJECTS, Op.DISTINCT}:
        event = Select(window.event.kinds, window.event.where, select.scope)
        window = Window(window.kind, event=event)
    field = {Op.DAYS_SINCE: chance.choice(("", "d", "m")), Op.DAYS_UNTIL: chance.choice(("d", "m"))}.get(op)
    if field is None:
        field = chance.choice((*FIELDS, OBJECT) if op in {Op.LATEST, Op.DISTINCT} else ("n", "m", "b"))
    return Aggregate(op, select, window, field)


def some_measure(chance: Random) -> Measure:
    """An aggregate, or a ratio of two."""
    if chance.random() < 0.2:
        per, least = chance.choice((1, 100, 1_000)), chance.randrange(1, 4)
        return Ratio(some_aggregate(chance), some_aggregate(chance), per, least)
    return some_aggregate(chance)


def some_condition(chance: Random, depth: int = 2) -> Condition:
    """Comparisons under up to two levels of all, any and not."""
    shape = chance.random()
    if depth and shape < 0.35:
        parts = tuple(some_condition(chance, depth - 1) for _ in range(chance.randrange(1, 4)))
        return All(parts) if shape < 0.18 else AnyOf(parts)
    if depth and shape < 0.42:
        return Not(some_condition(chance, depth - 1))
    comparison = chance.choice(tuple(Comparison))
    measure = some_measure(chance)
    if comparison in {Comparison.IN, Comparison.NOT_IN}:
        return Compare(measure, comparison, tuple(chance.choices((*LITERALS, "o1"), k=2)))
    kind = chance.random()
    if kind < 0.15:
        return Compare(measure, comparison, PeerLine("q", "p50", chance.choice((50, 100, 300))))
    if kind < 0.3:
        return Compare(measure, comparison, some_aggregate(chance))
    return Compare(measure, comparison, chance.choice((0, 1, 1, 2, 3, 30, -5)))


def some_point(chance: Random, number: str) -> TriggerPoint:
    """A trigger point with any of its parts missing."""

    def part(share: float) -> Condition | None:
        return some_condition(chance) if chance.random() < share else None

    per_object = tuple(chance.sample(KINDS, chance.randrange(1, 3))) if chance.random() < 0.5 else ()
    return TriggerPoint(
        *(
            number,
            "点",
            "险",
            part(0.7),
            part(0.5),
            part(0.3),
            part(0.3),
            part(0.3),
            part(0.2),
            per_object,
            "",
        ),
        *(chance.choice((0, 0, 3)), chance.choice((0, 0, 10)), chance.choice((0, 0, 20)), 30, 7),
        *((), (), (), "", "PROPOSAL"),
    )


def some_freeze(chance: Random) -> Select:
    """A state of the subject: one field of one kind with a list of values."""
    test = Filter(chance.choice(FIELDS), Test.IN, tuple(chance.choices(LITERALS, k=10)))
    return Select((chance.choice(KINDS),), (test,))


def some_indicator(chance: Random, number: str) -> Indicator:
    """An indicator of any shape."""
    shape = chance.choice(tuple(Shape))
    measure = some_measure(chance) if shape is Shape.LEVEL else None
    decays = False
    if shape in {Shape.STEPS, Shape.EACH, Shape.WORST}:
        kind = chance.choice((WindowKind.DAYS, WindowKind.MONTHS, WindowKind.ALL))
        window = Window(kind, chance.choice((1, 2, 30)) if kind is not WindowKind.ALL else 0)
        measure, decays = Aggregate(Op.COUNT, some_select(chance), window), kind is not WindowKind.ALL
    bins = tuple(Bin(k, chance.randrange(-200, 900)) for k in sorted(chance.sample(range(-1, 6), 3)))
    grades = tuple(
        Grade((some_filter(chance, relative=True),), chance.choice((-100, 0, 300, 755)), "") for _ in range(2)
    )
    cases = tuple(Case(some_condition(chance), chance.choice((-100, 0, 400)), "") for _ in range(2))
    return Indicator(
        *(number, chance.choice(("F", "G")), "指标", shape, measure, bins, grades, cases, decays),
        *(chance.choice((0, 2)), 150, chance.choice((500, 10_000)), (), ""),
        some_freeze(chance) if chance.random() < 0.4 else None,
    )


def some_pack(chance: Random) -> Pack:
    """Two items with up to two points each and one model."""
    items = tuple(
        Item(
            f"T{k}",
            "事项",
            "X",
            some_condition(chance, 1) if chance.random() < 0.3 else None,
            chance.random() < 0.3,
            tuple(some_point(chance, f"T{k}-{p}") for p in range(chance.randrange(1, 3))),
        )
        for k in range(2)
    )
    rules = tuple(
        ClassRule(f"R{k}", "", some_condition(chance), chance.choice("BCD"), chance.random() < 0.5, ())
        for k in range(2)
    )
    model = Model(
        *("m", "模型", "", (Family("F", "", 600), Family("G", "", 1_200))),
        tuple(some_indicator(chance, f"I{k}") for k in range(chance.randrange(5))),
        rules,
        (CutOff("A", 100), CutOff("B", 500), CutOff("C", 1_200), CutOff("D", None)),
        *(chance.choice((0, 600, 1_000)), "B"),
    )
    return Pack("generated", "1", "生成", (model,), items, SOURCES)
