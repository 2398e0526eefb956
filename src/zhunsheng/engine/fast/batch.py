"""All subjects at one instant: `judge_batch` over columns, two threads by subject ranges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

import numpy as np

from zhunsheng.core.facts import Fact
from zhunsheng.core.rules.tree import Pack, PeerLine
from zhunsheng.engine.fast import codes as c
from zhunsheng.engine.fast import tables as z
from zhunsheng.engine.fast.columns import Columns, Dictionary, FactColumns, sealed
from zhunsheng.engine.fast.compile import CannotCompileError, Compiler
from zhunsheng.engine.fast.feeding import set_instant
from zhunsheng.engine.fast.freezing import hold_frozen
from zhunsheng.engine.fast.jit import I32, I64, U8, compiled
from zhunsheng.engine.fast.judging import judge_points
from zhunsheng.engine.fast.kept import Mover, Moves
from zhunsheng.engine.fast.layout import Layout
from zhunsheng.engine.fast.plain import Plain, PlainMaker
from zhunsheng.engine.fast.scoring import judge_model
from zhunsheng.engine.fast.scratch import Scratch, World, scratch_for
from zhunsheng.engine.fast.sparing import Verdicts, fill_in, is_like_the_rest, judge_touched, verdicts_like
from zhunsheng.engine.fast.tables import Tables
from zhunsheng.engine.fast.taking import take_facts_plainly
from zhunsheng.engine.judgement import IndicatorResult, Judgement, ModelResult, PointResult, Timeline
from zhunsheng.engine.reference import judge
from zhunsheng.engine.reference.conditions import PEER_STATISTIC
from zhunsheng.engine.reference.measures import Evaluator, whole_number

WORKERS = 2
# Fewer subjects are judged in full: what one without facts gets would cost more than it saves.
SPARING_FROM = 16
PEER_MAX = 1 << 60
CALM = c.C_NONE + 8


@dataclass(slots=True)
class Yardstick:
    """A pack ready for columns of one dictionary; tables follow when the dictionary grows."""

    pack: Pack
    compiler: Compiler
    layout: Layout
    tables: Tables
    shapes: int
    mover: Mover
    maker: PlainMaker

    @classmethod
    def of(cls, pack: Pack, words: Dictionary) -> Self:
        """Raises CannotCompileError for what the tables cannot carry exactly."""
        compiler = Compiler(pack, words)
        layout = Layout(compiler)
        tables = layout.tables()
        return cls(pack, compiler, layout, tables, len(words.shapes), Mover(tables), PlainMaker())

    def current(self) -> Tables:
        """The tables, with the shapes that came meanwhile."""
        if len(self.compiler.words.shapes) != self.shapes:
            self.tables = self.layout.tables()
            self.shapes = len(self.compiler.words.shapes)
        return self.tables

    def moves(self) -> Moves:
        """What of the tables moves from instant to instant."""
        return self.mover.moves(self.current(), self.shapes)

    def world(self, facts: Iterable[Fact], as_of: int, known_at: int) -> World:
        """What the world says at an instant."""
        return self.world_of(Timeline.at(facts, as_of, known_at), as_of)

    def world_of(self, timeline: Timeline, as_of: int) -> World:
        """The same from a timeline that is cut already."""
        evaluator = Evaluator(Timeline((), ()), timeline, as_of, self.pack.sources)
        silent = 0
        kinds = {source: kind for kind, source in self.pack.sources.items()}
        for k, source in enumerate(self.compiler.sources):
            if evaluator.source_is_silent(kinds[source]):
                silent |= 1 << k
        latest = {f.object: f for f in timeline.past if f.kind == PEER_STATISTIC}
        rows = [row for line, k in self.compiler.peers.items() for row in self._peers(line, k, latest)]
        next_fact = min((f.occurred_at for f in timeline.future), default=c.FAR)
        return World(np.array([silent], dtype=np.int64), z.grid(rows, 4), next_fact)

    def _peers(self, line: PeerLine, k: int, latest: dict[str, Fact]) -> Iterator[tuple[int, int, int, int]]:
        prefix = f"{line.measure_id}/"
        for key, fact in latest.items():
            statistic = whole_number(fact.payload.get(line.statistic))
            if not key.startswith(prefix) or statistic is None:
                continue
            scaled = statistic * line.times_percent
            if abs(scaled) > PEER_MAX:
                raise CannotCompileError(key)
            for tag, value in self._groups(key[len(prefix) :]):
                yield (k, tag, value, scaled)

    def _groups(self, name: str) -> Iterator[tuple[int, int]]:
        """Every payload value that is written as this group name."""
        words = self.compiler.words
        yield words.encode(name)
        if name in {"True", "False"}:
            yield words.encode(name == "True")
        elif name == "None":
            yield words.encode(None)
        elif name.lstrip("-").isdecimal() and str(int(name)) == name:
            yield words.encode(int(name))


@dataclass(slots=True)
class BatchResult:
    """Points and classes of many subjects as arrays.

    `dense`: subjects × whole-subject points, `rows`: (point, object code, shown) of per-object points
    with `row_at` by subject; shown = colour + 8 × cleared + 16 × reason. `models`: subjects × models ×
    (score, class by score, class, sufficiency, insufficient). `apart` are judgements made by the
    reference for subjects that the tables cannot carry.
    """

    yardstick: Yardstick
    columns: FactColumns
    as_of: int
    known_at: int
    dense: U8
    rows: I64
    row_at: I64
    indicator_points: I32
    indicator_reasons: U8
    rules: U8
    models: I32
    next_due: I64
    apart: dict[int, Judgement]

    def judgement(self, s: int, *, items: bool = True) -> Judgement:
        """Subject number s in the shape of the reference, without shares, values and cap adjustments.

        Without `items` its models have no indicators and adjustments: class, sum and rules only; and points
        that show nothing and may end what began are left out, as tracking takes them for granted.
        """
        if s in self.apart:
            return plain(self.apart[s])
        due = int(self.next_due[s])
        return Judgement(
            self.columns.subjects[s],
            self.as_of,
            self.known_at,
            tuple(self._model(s, m, items=items) for m in range(len(self.yardstick.pack.models))),
            self._points(s, calm=items),
            None if due == c.FAR else due,
        )

    def judgements(self, *, items: bool = True) -> Iterator[Judgement]:
        """All of them, in the order of the columns."""
        return (self.judgement(s, items=items) for s in range(len(self.columns.subjects)))

    def _points(self, s: int, *, calm: bool) -> tuple[PointResult, ...]:
        rows = self.rows[self.row_at[s] : self.row_at[s + 1]]
        return points_of(self.yardstick, self.dense[s], rows, calm=calm)

    def _model(self, s: int, m: int, *, items: bool) -> ModelResult:
        model, spans = self.yardstick.pack.models[m], self.yardstick.tables.models[m]
        low, rule_low = spans[c.M_IND_LO], spans[c.M_RULE_LO]
        results = []
        for k, node in enumerate(model.indicators if items else ()):
            reason = c.REASONS[self.indicator_reasons[s, low + k]]
            points = int(self.indicator_points[s, low + k])
            results.append(IndicatorResult(node.id, points, known=not reason.value, reason=reason))
        adjustments = []
        for family in model.families if items else ():
            total = sum(
                r.points for r, n in zip(results, model.indicators, strict=True) if n.family == family.id
            )
            if total > family.cap:
                adjustments.append((family.id, family.cap - total))
        score, by_score, severe, sufficiency, insufficient = (int(v) for v in self.models[s, m])
        subtotal = sum(r.points for r in results) + sum(a for _, a in adjustments)
        return ModelResult(
            model.id,
            score,
            model.cut_offs[by_score].name,
            model.cut_offs[severe].name,
            tuple(results),
            tuple(adjustments),
            score - subtotal if items else 0,
            tuple(r.id for k, r in enumerate(model.rules) if self.rules[s, rule_low + k]),
            sufficiency,
            bool(insufficient),
        )


def points_of(yardstick: Yardstick, dense: U8, rows: I64, *, calm: bool = True) -> tuple[PointResult, ...]:
    """Point results in the order of the pack from what the kernel wrote; calm ones may be left out."""
    if not calm and not len(rows) and (dense == CALM).all():
        return ()
    read = yardstick.compiler
    texts, shown_by_place = read.words.texts, dense.tolist()
    by_point: dict[int, list[tuple[str, int]]] = {}
    for p, code, shown in rows.tolist():
        by_point.setdefault(p, []).append((texts[code], shown))
    found = []
    for p, row in enumerate(read.points):
        pairs = by_point.get(p, []) if row[c.P_OBJECTS] >= 0 else [("", shown_by_place[row[c.P_DENSE]])]
        for name, shown in pairs:
            if calm or shown != CALM:
                found.append(_point(read.point_names[p], name, shown))
    return tuple(found)


@lru_cache(maxsize=50_000)
def _point(point: str, name: str, shown: int) -> PointResult:
    """A few results come again and again."""
    return PointResult(point, name, c.COLOURS[shown & 7], bool(shown & 8), c.REASONS[shown >> 4])


def plain(judgement: Judgement) -> Judgement:
    """A reference judgement without its traces (shares, cap adjustments, values)."""
    models = tuple(
        ModelResult(
            m.model,
            m.score,
            m.class_by_score,
            m.class_name,
            tuple(IndicatorResult(r.indicator, r.points, r.known, r.reason) for r in m.indicators),
            m.family_adjustments,
            m.floor_adjustment,
            m.rules,
            m.sufficiency_permille,
            m.insufficient,
        )
        for m in judgement.models
    )
    return Judgement(
        judgement.subject, judgement.as_of, judgement.known_at, models, judgement.points, judgement.next_due
    )


@compiled
def _judge_untouched(
    tables: Tables, columns: Columns, scratch: Scratch, world: World, out: Verdicts, rows: I64
) -> None:
    """What a subject without facts gets, and its sums; `scratch` is fresh and set to the instant."""
    scratch.context[c.X_SILENT] = world.silent[0]
    judge_points(tables, columns, scratch, world, out.dense[0], rows, 0)
    for m in range(len(tables.models)):
        judge_model(
            tables, columns, scratch, world, m, out.points[0], out.reasons[0], out.rules[0], out.models[0, m]
        )


@compiled
def _judge_range(
    tables: Tables,
    plain: Plain,
    columns: Columns,
    scratch: Scratch,
    world: World,
    low: int,
    high: int,
    sparing: bool,
    untouched: Verdicts,
    sums: I64,
    out: Verdicts,
    rows: I64,
    row_at: I64,
    due: I64,
) -> None:
    context = scratch.context
    for s in range(low, high):
        take_facts_plainly(tables, plain, columns, scratch, world, s)
        start = row_at[s]
        row_at[s] = 0
        models_sparing = sparing and is_like_the_rest(scratch, world)
        points_sparing = models_sparing and context[c.X_OBJECTS] == 0 and context[c.X_ENROLLED_ANY] == 0
        if models_sparing:
            fill_in(out, s, untouched)
            judge_touched(tables, plain, columns, scratch, world, sums, out, s, points_sparing)
        if not points_sparing:
            row_at[s] = judge_points(tables, columns, scratch, world, out.dense[s], rows, start) - start
        if not models_sparing:
            for m in range(len(tables.models)):
                points, reasons, rules = out.points[s], out.reasons[s], out.rules[s]
                judge_model(tables, columns, scratch, world, m, points, reasons, rules, out.models[s, m])
        due[s] = context[c.X_DUE]


def rows_needed(tables: Tables, columns: Columns) -> I64:
    """For each subject where its per-object rows start if every object had every point."""
    per_object = int((tables.points[:, c.P_OBJECTS] >= 0).sum()) if len(tables.points) else 0
    return columns.object_at * per_object


def judge_batch(
    pack: Pack,
    facts: FactColumns,
    world: Sequence[Fact],
    as_of: int,
    known_at: int,
    yardstick: Yardstick | None = None,
) -> BatchResult:
    """Every subject of the columns at one instant; equal to the reference, traces aside."""
    ready = yardstick or Yardstick.of(pack, facts.dictionary)
    outside = ready.world(world, as_of, known_at)
    tables, columns, count = ready.current(), sealed(facts.at(known_at)), len(facts.subjects)
    row_at = rows_needed(tables, columns)
    starts = row_at.copy()
    rows = np.zeros((int(row_at[-1]), 3), dtype=np.int64)
    due = np.zeros(count, dtype=np.int64)
    facts_max = int(np.diff(columns.subject_at).max(initial=0))
    objects_max = int(np.diff(columns.object_at).max(initial=0))
    sparing = count >= SPARING_FROM
    out, untouched, scratch = (
        verdicts_like(tables, count),
        verdicts_like(tables, 1),
        scratch_for(tables, 0, 0),
    )
    if sparing:
        set_instant(tables, scratch, as_of, known_at)
        _judge_untouched(tables, columns, scratch, outside, untouched, rows[:0])
        laid = ready.maker.at(tables, ready.shapes, scratch.bounds, int(outside.silent[0]))
    else:
        laid = ready.maker.nothing(tables, ready.shapes)
    sums = scratch.family

    def work(span: tuple[int, int]) -> None:
        scratch = scratch_for(tables, facts_max, objects_max)
        set_instant(tables, scratch, as_of, known_at)
        _judge_range(
            *(tables, laid, columns, scratch, outside, *span),
            *(sparing, untouched, sums, out, rows, starts, due),
        )

    spans = [(count * k // WORKERS, count * (k + 1) // WORKERS) for k in range(WORKERS)]
    if count < 1_000:
        work((0, count))
    else:
        with ThreadPoolExecutor(WORKERS) as threads:
            list(threads.map(work, spans))
    hold_frozen(ready.compiler, tables, columns, outside, as_of, known_at, out)
    lengths = starts[:-1]
    kept = (
        np.repeat(row_at[:-1] - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths)
        if count
        else row_at[:0]
    )
    rows = rows[kept + np.arange(len(kept))]
    row_at = np.concatenate(([0], np.cumsum(lengths)))
    apart = {
        s: judge(pack, facts.subjects[s], told, world, as_of, known_at) for s, told in facts.beyond.items()
    }
    return BatchResult(
        *(ready, facts, as_of, known_at, out.dense, rows, row_at),
        *(out.points, out.reasons, out.rules, out.models, due, apart),
    )
