"""One subject judged with the trace on, in words for an officer: class with its sum, touches, ways back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from zhunsheng.core.actors import FieldLevel, Viewer
from zhunsheng.core.clock import day_of, instant, moment
from zhunsheng.core.facts import Fact
from zhunsheng.core.rules.sentences import Speaker, points_text
from zhunsheng.core.rules.tree import Pack, TriggerPoint
from zhunsheng.engine.explain import Explanation, PointTrace, WayBack, explain
from zhunsheng.engine.frozen import Frozen, frozen_of
from zhunsheng.engine.judgement import Truth
from zhunsheng.engine.library import Library
from zhunsheng.engine.reference import judge
from zhunsheng.sensing.objections import queries as objections
from zhunsheng.sensing.signals import queries as signals
from zhunsheng.workflows.ruling import rules_at


@dataclass(frozen=True, slots=True)
class Event:
    """A row of a timeline."""

    at: datetime
    title: str
    text: str
    closed: tuple[Closed, ...] = ()


@dataclass(frozen=True, slots=True)
class Closed:
    """A field of a fact that is not shown at once."""

    fact_id: str
    field: str
    name_zh: str
    level: FieldLevel


@dataclass(frozen=True, slots=True)
class Compared:
    """Value against line, and since when and until when its facts count."""

    measure: str
    value: str
    line: str
    facts: tuple[tuple[str, str, date, date | None], ...]


class Told:
    """A subject's facts and what they mean at an instant, by the version in force or another."""

    def __init__(self, viewer: Viewer, subject: str, at: datetime, pack: Pack | None = None) -> None:
        self.viewer = viewer
        self.library: Library = rules_at(at)
        self.pack = pack or self.library.pack
        self.facts = signals.timeline(viewer=viewer, subject=subject, known_at=at)
        self.marked = objections.marked(viewer=viewer, subject=subject)
        self.by_id = {fact.fact_id: fact for fact in self.facts}
        world, now = signals.world(viewer=viewer), instant(at)
        judgement = judge(self.pack, subject, self.facts, world, now, now)
        self.explanation: Explanation = explain(self.pack, judgement, self.facts, world)

    def kind(self, kind: str) -> str:
        """A kind of fact by its name."""
        contract = self.library.contracts.get(kind)
        return kind if contract is None else contract.name_zh

    def timeline(self, rows_max: int = 200) -> list[Event]:
        """The facts, newest first."""
        newest = sorted(self.facts, key=lambda fact: fact.order, reverse=True)[:rows_max]
        return [
            Event(moment(f.occurred_at), self.title(f), self._payload(f), self._closed(f)) for f in newest
        ]

    def title(self, fact: Fact) -> str:
        """The kind, and whether the business says that it is wrong."""
        name = self.kind(fact.kind)
        return _("%(name)s（异议办理中）") % {"name": name} if fact.fact_id in self.marked else name

    def _closed(self, fact: Fact) -> tuple[Closed, ...]:
        contract = self.library.contracts.get(fact.kind)
        fields = contract.fields if contract else {}
        return tuple(
            Closed(fact.fact_id, name, fields[name].name_zh, fields[name].level)
            for name, value in fact.payload.items()
            if name in fields and value is not None and fields[name].level > self.viewer.clearance
        )

    def _payload(self, fact: Fact) -> str:
        contract = self.library.contracts.get(fact.kind)
        speaker = Speaker(self.library.contracts)
        parts = [fact.object] if fact.object else []
        for name, value in fact.payload.items():
            field = contract.fields.get(name) if contract else None
            if field is None or field.level > self.viewer.clearance or value is None:
                continue
            parts.append(f"{field.name_zh} {speaker.stored((fact.kind,), name, value)}")
        return "；".join(parts)

    def compared(self, point: str, thing: str) -> tuple[Compared, ...]:
        """The comparisons that hold for a touched point; none when it is no longer touched."""
        trace = self._trace(point, thing)
        if trace is None:
            return ()
        object_zh = self.point(point).object_zh or _("对象")
        speaker = Speaker(self.library.contracts, object_zh)
        return tuple(
            Compared(
                speaker.measure(c.node.measure),
                speaker.value(c.node, c.numerator, c.denominator, c.text),
                speaker.line_sign(c.node),
                tuple(
                    (
                        self.title(self.by_id[name]),
                        self.by_id[name].object,
                        day_of(self.by_id[name].occurred_at),
                        None if end is None else day_of(end),
                    )
                    for name, end in zip(c.facts, c.ends, strict=True)
                    if name in self.by_id
                ),
            )
            for c in trace.comparisons
            if c.truth is Truth.HOLDS
        )

    def point(self, point: str) -> TriggerPoint:
        """A trigger point of the version that is judged by."""
        return next(p for item in self.pack.items for p in item.points if p.id == point)

    def _trace(self, point: str, thing: str) -> PointTrace | None:
        told = self.explanation.points
        return next((t for t in told if (t.result.point, t.result.object) == (point, thing)), None)

    def point_way(self, point: str, thing: str) -> str:
        """What ends a touch."""
        ways = self.explanation.point_ways
        way = next((w for p, o, w in ways if (p, o) == (point, thing)), None)
        return "" if way is None else self._way(way)

    def class_way(self) -> str:
        """What lowers the class."""
        ways = self.explanation.class_ways
        return self._way(ways[0][1]) if ways else ""

    def _way(self, way: WayBack) -> str:
        parts = []
        if way.done:
            parts.append(_("办理一次 %(kind)s") % {"kind": self.kind(way.done)})
        if way.facts:
            known = [self.by_id[name] for name in way.facts if name in self.by_id]
            names = "、".join(f"{self.kind(f.kind)}（{day_of(f.occurred_at)}）" for f in known)
            parts.append(_("纠正 %(n)d 项：%(facts)s") % {"n": len(known), "facts": names})
        if way.on is not None:
            parts.append(_("或等到 %(day)s") % {"day": way.on})
        return "；".join(parts) or _("没有三项以内的办法，也不会在三年内自行恢复")

    def sum_rows(self) -> list[tuple[str, str, str]]:
        """(indicator, name, points) of all that is not zero, adjustments too: they add up to the score."""
        model, result = self.pack.models[0], self.explanation.judgement.models[0]
        names = {node.id: node.name_zh for node in model.indicators}
        families = {family.id: family.name_zh for family in model.families}
        rows = [
            (r.indicator, names[r.indicator], points_text(r.points)) for r in result.indicators if r.points
        ]
        for family, points in result.family_adjustments:
            if points:
                words = _("%(family)s 封顶") % {"family": families.get(family, family)}
                rows.append((family, words, points_text(points)))
        if result.floor_adjustment:
            rows.append(("", _("零分底线"), points_text(result.floor_adjustment)))
        return rows

    @property
    def frozen(self) -> tuple[Frozen, ...]:
        """Indicators that stand still, since when and why."""
        model, result = self.pack.models[0], self.explanation.judgement.models[0]
        return frozen_of(model, result, self.library.contracts)

    @property
    def score(self) -> str:
        """Points in all."""
        return points_text(self.explanation.judgement.models[0].score)
