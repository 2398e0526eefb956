"""The yardstick of the measurements: what SQL can state fairly, so that the contenders agree.

47 indicators (counts and sums in windows, bins to points, five capped families) and 64 trigger points
(26 of them with a yellow and a red line, 38 with a yellow one).
"""

from __future__ import annotations

from dataclasses import dataclass

from zhunsheng.core.rules.tree import (
    Aggregate,
    Bin,
    Compare,
    Comparison,
    CutOff,
    Family,
    Filter,
    Indicator,
    Item,
    Model,
    Op,
    Pack,
    Select,
    Shape,
    Test,
    TriggerPoint,
    Window,
    WindowKind,
)

KINDS, SEVERITIES = 40, 4
DAYS = (30, 90, 180, 365, 730)
CAPS = (1_200, 1_800, 4_500, 1_200, 1_300)
CUTS = (1_200, 3_000, 5_500)


@dataclass(frozen=True)
class Metric:
    """A count of facts, or a sum of their amount, of a kind, from a severity on, in days."""

    op: Op
    kind: int
    severity: int
    days: int

    def node(self) -> Aggregate:
        """The same in the rule language."""
        where = (Filter("severity", Test.AT_LEAST, (self.severity,)),) if self.severity else ()
        window = Window(WindowKind.DAYS, self.days)
        return Aggregate(
            self.op, Select((f"K{self.kind}",), where), window, "amount" if self.op is Op.SUM else ""
        )


def indicator_metric(number: int) -> Metric:
    """The measure of an indicator; every tenth is a sum."""
    op = Op.SUM if number % 10 == 9 else Op.COUNT
    return Metric(op, number % KINDS, number // KINDS, DAYS[2 + number % 3])


def point_metric(number: int) -> Metric:
    """The measure of a trigger point."""
    return Metric(Op.COUNT, (number * 7) % KINDS, number % 3, DAYS[number % 4])


def bins(number: int) -> tuple[tuple[int, int], ...]:
    """(at least, hundredths) of an indicator."""
    unit = 50_000 if number % 10 == 9 else 1
    return ((unit, 100 + number % 5 * 50), (2 * unit, 300 + number % 7 * 50), (3 * unit, 700))


def lines(number: int) -> tuple[int, int | None]:
    """Yellow and red line of a point."""
    return (1 + number % 2, 3 if number < 26 else None)


def pack() -> Pack:
    """The yardstick as a pack."""
    indicators = tuple(
        Indicator(
            id=f"I{k:02}",
            family=f"F{k % 5}",
            name_zh="",
            shape=Shape.LEVEL,
            measure=indicator_metric(k).node(),
            bins=tuple(Bin(at, points) for at, points in bins(k)),
            grades=(),
            cases=(),
            decays=False,
            repeat_from=0,
            repeat_percent=100,
            cap=10_000,
            basis=(),
            source_zh="",
        )
        for k in range(47)
    )
    items = tuple(Item(f"T{k:02}", "", "", None, False, (_point(k),)) for k in range(64))
    families = tuple(Family(f"F{k}", "", cap) for k, cap in enumerate(CAPS))
    cut_offs = (*(CutOff(n, at) for n, at in zip("ABC", CUTS, strict=True)), CutOff("D", None))
    model = Model("general", "", "", families, indicators, (), cut_offs, 0, "B")
    return Pack("bench", "1", "", (model,), items, {f"K{k}": "all" for k in range(KINDS)})


def _point(k: int) -> TriggerPoint:
    yellow, red = lines(k)
    node = point_metric(k).node()
    return TriggerPoint(
        id=f"T{k:02}-1",
        name_zh="",
        risk_zh="",
        yellow=Compare(node, Comparison.AT_LEAST, yellow),
        red=None if red is None else Compare(node, Comparison.AT_LEAST, red),
        critical=None,
        unless=None,
        clear=None,
        no_data=None,
        per_object=(),
        object_zh="",
        hold_days=0,
        cooldown_days=0,
        once_per_days=0,
        observe_days=30,
        reply_workdays=7,
        yellow_measures=(),
        red_measures=(),
        basis=(),
        explain_zh="",
        status="",
    )
