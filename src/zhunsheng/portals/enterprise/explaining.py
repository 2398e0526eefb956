"""Why a business was reminded, in its own words: value against line, what counts until when, the way back.

Only the reminder line is told. Class, points and what the bureau does about others never come here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from zhunsheng.core.clock import day_of, instant
from zhunsheng.core.facts import Fact
from zhunsheng.core.rules.sentences import Speaker
from zhunsheng.core.rules.tree import Basis
from zhunsheng.engine.explain import ComparisonTrace, PointTrace, WayBack, explain_points
from zhunsheng.engine.judgement import Truth
from zhunsheng.engine.library import Library
from zhunsheng.engine.reference import judge
from zhunsheng.judging.triggers.queries import TouchCard
from zhunsheng.portals.enterprise.visiting import DOOR, Opened, Visit
from zhunsheng.sensing.signals import queries as signals
from zhunsheng.workflows.ruling import rules_of

_Judged = tuple[Library, Sequence[PointTrace], Sequence[tuple[str, str, WayBack]]]


@dataclass(frozen=True, slots=True)
class Line:
    """One measure: what it is, where it stands, where the line is."""

    measure: str
    value: str
    line: str


@dataclass(frozen=True, slots=True)
class Counted:
    """One record that counts: what, about which thing, since when, and from which day it no longer does."""

    name: str
    object: str
    on: dt.date
    ends_on: dt.date | None


@dataclass(frozen=True, slots=True)
class Reason:
    """Everything about one reminder. `lines` is empty when the line is no longer touched.

    `withheld`: the numbers of this line are not published, so a reminder does not tell them either.
    """

    matter: str
    item: str
    risk: str
    lines: tuple[Line, ...]
    counted: tuple[Counted, ...]
    basis: tuple[str, ...]
    ways: tuple[str, ...]
    withheld: bool


def reason_of(opened: Opened) -> Reason:
    """What touches the line of this reminder now."""
    (told,) = reasons_of(opened, [opened.touch])
    return told


def reasons_of(visit: Visit, touches: Sequence[TouchCard]) -> list[Reason]:
    """Judge this one business now and tell what touches the line of each of these reminders.

    A reminder is told by the version under which it began; each version judges once.
    """
    facts = signals.timeline(viewer=visit.viewer, subject=visit.subject.key, known_at=visit.at)
    # Statistics about the trade as a whole are needed to judge; of them nothing is shown.
    world = signals.world(viewer=DOOR)
    known, now, judged = {fact.fact_id: fact for fact in facts}, instant(visit.at), dict[str, _Judged]()
    for pack_hash in dict.fromkeys(touch.pack_hash for touch in touches):
        library = rules_of(pack_hash, visit.at)
        judgement = judge(library.pack, visit.subject.key, facts, world, now, now)
        judged[pack_hash] = (library, *explain_points(library.pack, judgement, facts, world))
    told = []
    for touch in touches:
        library, traces, ways = judged[touch.pack_hash]
        trace = next((t for t in traces if _same(t, touch)), None)
        way = next((w for p, o, w in ways if (p, o) == (touch.point, touch.object)), None)
        told.append(_told(library, touch, trace, way, known))
    return told


def _same(trace: PointTrace, touch: TouchCard) -> bool:
    return (trace.result.point, trace.result.object) == (touch.point, touch.object)


def _told(
    library: Library,
    touch: TouchCard,
    trace: PointTrace | None,
    way: WayBack | None,
    facts: dict[str, Fact],
) -> Reason:
    point = library.points[touch.point]
    item = next(item for item in library.pack.items if item.id == touch.item)
    speaker = Speaker(library.contracts, point.object_zh or _("对象"))
    comparisons = [c for c in trace.comparisons if c.truth is Truth.HOLDS] if trace else []
    return Reason(
        point.name_zh,
        item.name_zh,
        point.risk_zh,
        tuple(
            Line(
                speaker.measure(c.node.measure),
                speaker.value(c.node, c.numerator, c.denominator, c.text),
                speaker.line_sign(c.node),
            )
            for c in comparisons
        ),
        _counted(comparisons, trace.facts if trace else touch.facts, facts, library),
        tuple(_article(basis) for basis in point.basis),
        _ways(way, facts, library) if way else (),
        touch.point in library.policy("zhunsheng.list-policy/1")["withheld_points"],
    )


def _counted(
    comparisons: list[ComparisonTrace], decided: tuple[str, ...], facts: dict[str, Fact], library: Library
) -> tuple[Counted, ...]:
    ends = {name: end for c in comparisons for name, end in zip(c.facts, c.ends, strict=True)}
    told = [facts[name] for name in dict.fromkeys([*ends, *decided]) if name in facts]
    return tuple(
        Counted(
            _kind(fact.kind, library),
            fact.object,
            day_of(fact.occurred_at),
            day_of(end) if (end := ends.get(fact.fact_id)) is not None else None,
        )
        for fact in sorted(told, key=lambda fact: fact.order)
    )


def _kind(kind: str, library: Library) -> str:
    contract = library.contracts.get(kind)
    return kind if contract is None else contract.name_zh


def _article(basis: Basis) -> str:
    article = _("《%(law)s》第 %(article)s 条") % {"law": basis.law, "article": basis.article}
    return article if basis.status == "VERIFIED" else article + _("（条文以公布文本为准）")


def _ways(way: WayBack, facts: dict[str, Fact], library: Library) -> tuple[str, ...]:
    told = []
    if way.done:
        told.append(_("办理一次“%(kind)s”，办理后即回到线内。") % {"kind": _kind(way.done, library)})
    if way.facts:
        names = "、".join(
            f"{_kind(facts[name].kind, library)}（{day_of(facts[name].occurred_at)}）"
            for name in way.facts
            if name in facts
        )
        words = ngettext(
            "纠正下列 %(n)d 项并由我们核实后，即回到线内：%(names)s。",
            "纠正下列 %(n)d 项并由我们核实后，即回到线内：%(names)s。",
            len(way.facts),
        )
        told.append(words % {"n": len(way.facts), "names": names})
    if way.on is not None:
        told.append(_("如果没有新的记录，%(day)s 起自然回到线内。") % {"day": way.on})
    return tuple(told)
