"""What a version of the rules would have done: touches counted every way a bureau asks.

The command, the page and the interface tell this one content. It is made from integers and text alone, so
the same inputs give the same bytes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from zhunsheng.core.clock import day_of, moment
from zhunsheng.core.reporting.precision import precisions
from zhunsheng.core.reporting.profiles import Profile
from zhunsheng.core.reporting.tables import Counts
from zhunsheng.core.reporting.workload import Workload, queues

COLOURS = ("YELLOW", "RED", "CRITICAL")
COLOUR_WORDS = ("黄线", "红线", "安全红线")
NOBODY = "未定"
REACHED, UNREACHED, HALVES = "触及户数", "未触及户数", ("前半期", "后半期")


@dataclass(frozen=True, slots=True)
class Hit:
    """One touch as replayed, of whom, and by measure of outcome what became of it."""

    at: int
    subject: str
    item: str
    point: str
    object: str
    colour: str
    profile: Profile
    results: Mapping[str, bool | None]


CUTS: tuple[tuple[str, str, str, Callable[[Hit], str]], ...] = (
    ("month", "各月的触线", "月份", lambda h: f"{day_of(h.at):%Y-%m}"),
    ("item", "各事项的触线", "事项", lambda h: h.item),
    ("point", "各触发点的触线", "触发点", lambda h: h.point),
    ("district", "各区域的触线", "区域", lambda h: h.profile.district),
    ("industry", "各行业的触线", "行业", lambda h: h.profile.industry),
    ("class", "各类别的触线", "类别", lambda h: h.profile.class_name),
    ("size", "各规模的触线", "从业人数", lambda h: h.profile.size),
)
FAIRNESS: tuple[tuple[str, str, Callable[[Profile], str]], ...] = (
    ("size", "从业人数", lambda p: p.size),
    ("age", "成立年数", lambda p: p.age),
    ("district", "区域", lambda p: p.district),
    ("form", "组织形式", lambda p: p.form),
)


def touches_of(hits: Sequence[Hit]) -> list[Counts]:
    """Touches by month, item, point, district, industry, class and size, each by colour."""
    told = []
    for key, title, head, group in CUTS:
        counts = Counter((group(hit), hit.colour) for hit in hits)
        names = sorted({name for name, _ in counts})
        rows = tuple((name, tuple(counts[name, c] for c in COLOURS)) for name in names)
        told.append(Counts(key, title, head, COLOUR_WORDS, rows))
    return told


def fairness_of(hits: Sequence[Hit], register: Mapping[str, Profile]) -> list[Counts]:
    """By size, age, district and form: how many businesses were touched, and how many were not."""
    touched = {hit.subject for hit in hits}
    told = []
    for key, head, group in FAIRNESS:
        counts = Counter((group(profile), subject in touched) for subject, profile in register.items())
        names = sorted({name for name, _ in counts})
        rows = tuple((name, (counts[name, True], counts[name, False])) for name in names)
        told.append(Counts(f"fair-{key}", f"按{head}看触及面", head, (REACHED, UNREACHED), rows))
    return told


def behind(
    cell: tuple[str, str, str],
    hits: Sequence[Hit],
    register: Mapping[str, Profile],
    start: int,
    end: int,
) -> list[Hit]:
    """The touches that a number counts, by the groups of its table; `cell` is (table, row, column).

    Of businesses touched it is the first touch of each; whoever was not touched is not listed.
    """
    table, row, column = cell
    group = next((group for key, _title, _head, group in CUTS if key == table), None)
    if group is not None and column in COLOUR_WORDS:
        colour = COLOURS[COLOUR_WORDS.index(column)]
        return [hit for hit in hits if hit.colour == colour and group(hit) == row]
    if table == "drift" and column in HALVES:
        late = column == HALVES[1]
        return [hit for hit in hits if hit.item == row and (hit.at > (start + end) // 2) is late]
    fair = next((group for key, _head, group in FAIRNESS if f"fair-{key}" == table), None)
    if fair is None or column != REACHED:
        return []
    first = {hit.subject: hit for hit in sorted(hits, key=lambda hit: -hit.at)}
    return [hit for subject, hit in sorted(first.items()) if fair(register[subject]) == row]


def drift_of(hits: Sequence[Hit], start: int, end: int) -> tuple[Counts, int]:
    """Touches by item in both halves of the period, and how many of a thousand went to another item.

    The second number is the total variation distance of the two halves: 0 for the same mix, 1000 for none
    in common, and 0 where one half has nothing.
    """
    middle = (start + end) // 2
    counts = Counter((hit.item, hit.at > middle) for hit in hits)
    names = sorted({name for name, _ in counts})
    rows = tuple((name, (counts[name, False], counts[name, True])) for name in names)
    first, second = (sum(values[k] for _, values in rows) for k in (0, 1))
    moved = 0
    if first and second:
        apart = sum(abs(a * second - b * first) for _, (a, b) in rows)
        moved = apart * 1000 // (2 * first * second)
    return Counts("drift", "前后两半期的触线", "事项", HALVES, rows), moved


def _messages(hits: Sequence[Hit], load: Workload) -> dict[str, int]:
    each = [load.messages(hit.colour, day_of(hit.at)) for hit in hits]
    number, segments, li = (sum(column) for column in zip(*each, strict=True)) if each else (0, 0, 0)
    return {"messages": number, "segments": segments, "cost_fen": -(-li // 10)}


def _work(hits: Sequence[Hit], load: Workload, workdays: Sequence[date]) -> dict[str, Any]:
    told = queues(
        [(day_of(h.at), h.profile.station or NOBODY, h.item, h.colour) for h in hits], load, workdays
    )
    per_day = load.minutes_per_day(workdays[-1]) if workdays else 1
    minutes = sum(queue.minutes for queue in told)
    return {
        "minutes": minutes,
        "officer_days_hundredths": minutes * 100 // per_day,
        "visits_permille": sum(queue.visits_permille for queue in told),
        "minutes_per_day": per_day,
        "stations": [asdict(queue) for queue in told],
    }


def _found(hits: Sequence[Hit], measures: Iterable[str]) -> list[dict[str, Any]]:
    told = []
    for measure in measures:
        results = [(h.point, h.results[measure]) for h in hits] + [("", h.results[measure]) for h in hits]
        for row in precisions(measure, results):
            low, high = row.interval_permille
            more = {"permille": row.permille, "low_permille": low, "high_permille": high}
            told.append(asdict(row) | more | {"exposure_permille": row.exposure_permille})
    return told


@dataclass(frozen=True, slots=True)
class Period:
    """The stretch that is told, as instants (start, end], with its workdays."""

    start: int
    end: int
    workdays: tuple[date, ...]


def impact_of(
    hits: Sequence[Hit],
    register: Mapping[str, Profile],
    period: Period,
    load: Workload,
) -> dict[str, Any]:
    """Everything told of one version; `group` of a precision is a point, '' for all of them."""
    drift, moved = drift_of(hits, period.start, period.end)
    tables = [*touches_of(hits), *fairness_of(hits, register), drift]
    measures = {m["id"]: m["name_zh"] for m in load.policy["outcomes"]["measures"]}
    return {
        "touches": len(hits),
        "standing": sum(hit.at == period.start for hit in hits),
        "subjects": len({hit.subject for hit in hits}),
        "tables": [asdict(table) for table in tables],
        "messages": _messages(hits, load),
        "work": _work(hits, load, period.workdays),
        "precision": [row | {"measure_zh": measures[row["measure"]]} for row in _found(hits, measures)],
        "drift_permille": moved,
    }


def moved_between(mine: Sequence[Hit], other: Sequence[Hit]) -> tuple[list[Hit], list[Hit]]:
    """(gained, lost): first touch of each business that only `mine`, or only `other`, touches."""

    def first(hits: Sequence[Hit]) -> dict[str, Hit]:
        told: dict[str, Hit] = {}
        for hit in sorted(hits, key=lambda h: (h.at, h.point, h.object)):
            told.setdefault(hit.subject, hit)
        return told

    ours, theirs = first(mine), first(other)
    gained = [hit for subject, hit in sorted(ours.items()) if subject not in theirs]
    return gained, [hit for subject, hit in sorted(theirs.items()) if subject not in ours]


def told_of(hit: Hit) -> dict[str, str]:
    """A touch as text, at the instant whose explanation shows it."""
    at = moment(hit.at).isoformat()
    return {"subject": hit.subject, "at": at, "point": hit.point, "object": hit.object, "colour": hit.colour}
