"""One subject, judged whole by the fast engine from facts at hand; by the reference where that must be.

Equal to the reference, traces aside. Tables, dictionary and the state of the world are kept between
calls; a lock makes one judge usable from all threads of a process.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from threading import Lock

from zhunsheng.core.facts import Fact
from zhunsheng.core.rules.tree import Pack
from zhunsheng.engine.fast import codes as c
from zhunsheng.engine.fast.batch import Yardstick, judge_batch, plain
from zhunsheng.engine.fast.columns import Dictionary, FactColumns
from zhunsheng.engine.fast.compile import CannotCompileError
from zhunsheng.engine.fast.freezing import freezing_kinds
from zhunsheng.engine.fast.scratch import World
from zhunsheng.engine.judgement import Judgement
from zhunsheng.engine.reference import judge
from zhunsheng.engine.tracking import PointIndex
from zhunsheng.engine.trials import Trials

PACKS_KEPT = 4
FEW = 2


class StandingYardstick(Yardstick):
    """A yardstick that reads the same facts of the world once for as long as they say the same."""

    held: tuple[Iterable[Fact], int, int, World] | None = None

    def world(self, facts: Iterable[Fact], as_of: int, known_at: int) -> World:
        """What the world says; kept only for tuples, which nobody changes."""
        held, earlier, later = self.held, min(as_of, known_at), max(as_of, known_at)
        if held is not None and held[0] is facts and held[1] <= earlier and later < held[2]:
            return held[3]
        told = super().world(facts, as_of, known_at)
        if isinstance(facts, tuple):
            edges = {f.recorded_at for f in facts} | {f.occurred_at for f in facts}
            first = max((t for t in edges if t <= earlier), default=-c.FAR)
            after = min((t for t in edges if t > earlier), default=c.FAR)
            if later < after:
                self.held = (facts, first, after, told)
        return told


class SingleJudge:
    """Judges one subject at a time by one pack."""

    def __init__(self, pack: Pack) -> None:
        self.pack, self._lock = pack, Lock()
        self._yardstick: StandingYardstick | None = None
        self._freezing, self.index = freezing_kinds(pack), PointIndex.of(pack)
        try:
            self._yardstick = StandingYardstick.of(pack, Dictionary(kept={}))
        except CannotCompileError:
            return

    def judge(
        self, subject: str, facts: Sequence[Fact], world: Sequence[Fact], as_of: int, known_at: int
    ) -> Judgement:
        """The judgement of the reference without traces (shares, values, cap adjustments)."""
        ready = self._yardstick
        if ready is None or not facts:
            return plain(judge(self.pack, subject, facts, world, as_of, known_at))
        with self._lock:
            columns = FactColumns.of(facts, ready.compiler.words)
            try:
                return judge_batch(self.pack, columns, world, as_of, known_at, ready).judgement(0)
            except CannotCompileError:  # a peer statistic beyond what the tables carry exactly
                return plain(judge(self.pack, subject, facts, world, as_of, known_at))

    def trials(self, facts: Sequence[Fact], world: Sequence[Fact]) -> Trials | None:
        """Trials on the facts of a subject in force; None where only the reference can judge them.

        A trial does not freeze indicators, so whoever may have frozen ones is tried by the reference.
        """
        ready = self._yardstick
        if ready is None or not facts:
            return None
        with self._lock:
            columns = FactColumns.of(facts, ready.compiler.words)
            beyond = columns.beyond or any(fact.kind in self._freezing for fact in facts)
            return None if beyond else Trials(ready, facts, columns, world, self._lock)

    def judge_many(
        self,
        timelines: Sequence[tuple[str, Sequence[Fact]]],
        world: Sequence[Fact],
        at: int,
        *,
        items: bool = True,
    ) -> list[Judgement]:
        """Several subjects as of and as known at one instant, in their order; each as `judge` judges it.

        Without `items` indicators and calm points may be left out (see `BatchResult.judgement`).
        The facts of a timeline all bear the name of its subject, and no subject stands twice.
        """
        ready = self._yardstick
        told = [(subject, facts) for subject, facts in timelines if facts]
        if ready is None or len(told) < FEW:
            return [self.judge(subject, facts, world, at, at) for subject, facts in timelines]
        with self._lock:
            columns = FactColumns.of((f for _, facts in told for f in facts), ready.compiler.words)
            try:
                batch = judge_batch(self.pack, columns, world, at, at, ready)
                judged = {judgement.subject: judgement for judgement in batch.judgements(items=items)}
            except CannotCompileError:
                judged = {}
        return [
            judged[subject] if subject in judged else self.judge(subject, facts, world, at, at)
            for subject, facts in timelines
        ]


_JUDGES: list[SingleJudge] = []
_JUDGES_LOCK = Lock()


def judge_by(pack: Pack) -> SingleJudge:
    """The judge of a pack that is held in memory; the last few are kept."""
    with _JUDGES_LOCK:
        found = next((kept for kept in _JUDGES if kept.pack is pack), None)
        if found is None:
            found = SingleJudge(pack)
            _JUDGES[PACKS_KEPT - 1 :] = []
            _JUDGES.insert(0, found)
        return found
