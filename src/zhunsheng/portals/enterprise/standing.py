"""My file: how far each reminder line is, what counts, and the records that the bureau holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from zhunsheng.core.clock import day_of, instant
from zhunsheng.core.facts import Fact, in_force
from zhunsheng.core.rules.sentences import Speaker
from zhunsheng.core.rules.tree import Aggregate, Measure, Ratio
from zhunsheng.engine.explain import ComparisonTrace, PointTrace, explain_standing
from zhunsheng.engine.judgement import Truth
from zhunsheng.engine.library import Library
from zhunsheng.engine.reference import judge
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.portals.enterprise.visiting import DOOR, Visit, page
from zhunsheng.sensing.objections import queries as objections
from zhunsheng.sensing.signals import queries as signals
from zhunsheng.workflows.ruling import rules_at

RECORDS_SHOWN = 100
# Facts that judging writes itself: a condition on them is about the loop, not about the business.
OURS = frozenset({"judging", "review", "connectors"})


@dataclass(frozen=True, slots=True)
class Measured:
    """One part of a line. `value` is '' where it cannot be told; `counted` are (record, object, day)."""

    measure: str
    value: str
    line: str
    met: bool
    counted: tuple[tuple[str, str, dt.date], ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """A reminder line: `state` is TOUCHED, WITHIN or UNTOLD; a withheld one has no parts."""

    item: str
    name: str
    object: str
    state: str
    withheld: bool
    parts: tuple[Measured, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """A record that the bureau holds, in words."""

    name: str
    object: str
    on: dt.date
    told: str
    fact: str = ""
    disputed: bool = False


def own_file(request: HttpRequest, opened: Visit) -> HttpResponse:
    """Lines with their distance, then the records."""
    library = rules_at(opened.at)
    facts = signals.timeline(viewer=opened.viewer, subject=opened.subject.key, known_at=opened.at)
    lines = list(_lines(opened, library, facts))
    records, speaker = records_of(opened, library), Speaker(library.contracts)
    words: dict[str, object] = {
        "here": "file",
        "lines": lines,
        "reached": sum(line.state == "TOUCHED" for line in lines),
        "records": records[:RECORDS_SHOWN],
        "records_total": len(records),
        "objections": [
            (
                card,
                _name(card.kind, library),
                speaker.content((card.kind,), card.proposed),
                speaker.content((card.kind,), card.accepted),
            )
            for card in objections.of_subject(viewer=opened.viewer, subject=opened.subject.key)
        ],
    }
    return page(request, opened, "own_file", words)


def _lines(opened: Visit, library: Library, facts: Sequence[Fact]) -> Iterator[Standing]:
    key, now = opened.subject.key, instant(opened.at)
    states = triggers.enrolments(viewer=opened.viewer, subject=key)
    told = triggers.touches(viewer=opened.viewer, subject=key, open_only=True)
    reminded = {touch.item for touch in told if touch.reply_due_on is not None}
    enrolled = {*opened.items, *reminded, *(item for item, state in states.items() if state == "ENROLLED")}
    # Statistics about the trade as a whole are needed to judge; of them nothing is shown.
    world = signals.world(viewer=DOOR)
    judgement = judge(library.pack, key, facts, world, now, now)
    traces = explain_standing(library.pack, judgement, facts, world)
    withheld = set(library.policy("zhunsheng.list-policy/1")["withheld_points"])
    by_id = {fact.fact_id: fact for fact in facts}
    for item in library.pack.items:
        points = [point.id for point in item.points]
        for trace in traces if item.id in enrolled else ():
            if trace.result.point in points:
                hidden = trace.result.point in withheld
                yield _standing(library, item.name_zh, trace, by_id, hidden=hidden)


def _standing(
    library: Library, item: str, trace: PointTrace, facts: dict[str, Fact], *, hidden: bool
) -> Standing:
    point = library.points[trace.result.point]
    speaker = Speaker(library.contracts, point.object_zh or _("对象"))
    told = [c for c in trace.comparisons if not _reads_ours(c.node.measure, library)]
    state = "TOUCHED" if trace.result.colour.touched else "WITHIN"
    if not trace.result.colour.touched and any(c.truth is Truth.UNKNOWN for c in told):
        state = "UNTOLD"
    parts = () if hidden else tuple(_measured(speaker, library, c, facts) for c in told)
    return Standing(item, point.name_zh, trace.result.object, state, hidden, parts)


def _measured(speaker: Speaker, library: Library, c: ComparisonTrace, facts: dict[str, Fact]) -> Measured:
    known = [facts[name] for name in c.facts if name in facts and _is_shown(facts[name], library)]
    return Measured(
        speaker.measure(c.node.measure),
        "" if c.truth is Truth.UNKNOWN else speaker.value(c.node, c.numerator, c.denominator, c.text),
        speaker.line_sign(c.node),
        c.truth is Truth.HOLDS,
        tuple(
            (speaker.kinds((f.kind,)), f.object, day_of(f.occurred_at))
            for f in known
            if _is_shown(f, library)
        ),
    )


def _reads_ours(measure: Measure, library: Library) -> bool:
    parts: tuple[Aggregate, ...] = (measure,) if isinstance(measure, Aggregate) else ()
    if isinstance(measure, Ratio):
        parts = (measure.numerator, measure.denominator)
    contracts = [library.contracts.get(kind) for part in parts for kind in part.select.kinds]
    return any(contract is not None and OURS & set(contract.sources) for contract in contracts)


def _is_shown(fact: Fact, library: Library) -> bool:
    return fact.kind in library.policy("zhunsheng.own-file-policy/1")["shown"]


def records_of(visit: Visit, library: Library) -> list[Record]:
    """What the business is shown of its records, newest first, those under objection marked."""
    facts = signals.timeline(viewer=visit.viewer, subject=visit.subject.key, known_at=visit.at)
    marked = objections.marked(viewer=visit.viewer, subject=visit.subject.key)
    return list(_records(library, in_force(facts, instant(visit.at)), marked))


def _name(kind: str, library: Library) -> str:
    contract = library.contracts.get(kind)
    return kind if contract is None else contract.name_zh


def _records(library: Library, facts: Sequence[Fact], marked: frozenset[str]) -> Iterator[Record]:
    speaker = Speaker(library.contracts)
    hidden = library.policy("zhunsheng.own-file-policy/1")["hidden_fields"]
    for fact in sorted(facts, key=lambda f: f.order, reverse=True):
        contract = library.contracts.get(fact.kind)
        if contract is None or not _is_shown(fact, library):
            continue
        open_fields = {n for n, f in contract.fields.items() if f.pii == "NONE" and n not in hidden}
        parts = [
            f"{contract.fields[name].name_zh} {speaker.stored((fact.kind,), name, value)}"
            for name, value in fact.payload.items()
            if value is not None and name in open_fields
        ]
        told, name = "；".join(parts), fact.fact_id
        yield Record(contract.name_zh, fact.object, day_of(fact.occurred_at), told, name, name in marked)
