"""Proof by comparison: online = batch = replay = reference, on given facts and on generated packs.

A mismatch carries a minimal case: facts are left out one by one as long as the two still differ.
The engines are arguments, so that a planted fault can be put in the place of any of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from random import Random

from zhunsheng.core.clock import SECONDS_PER_DAY, day_start
from zhunsheng.core.facts import Fact, in_force
from zhunsheng.core.rules.tree import Pack
from zhunsheng.engine.fast.batch import judge_batch, plain
from zhunsheng.engine.fast.columns import FactColumns
from zhunsheng.engine.generate import DAYS, FIRST_DAY, some_facts, some_instant, some_pack, some_world
from zhunsheng.engine.judgement import Judgement, Timeline
from zhunsheng.engine.lived import by_server, live, replay_course
from zhunsheng.engine.online import online
from zhunsheng.engine.reference import judge
from zhunsheng.engine.reference.classes import judge_model
from zhunsheng.engine.reference.measures import Evaluator
from zhunsheng.engine.replay import Touches, by_subject, replay, replay_reference
from zhunsheng.engine.single import SingleJudge
from zhunsheng.engine.versions import Course, Snooze

Facts = Sequence[Fact]
Batch = Callable[[Pack, Facts, Facts, int, int], dict[str, Judgement]]
History = Callable[[Pack, Facts, Facts, int, int], Touches]
Lived = Callable[[Course, Facts, Facts, int, int], Touches]


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Two engines that disagree, with the fewest facts found on which they still do."""

    what: str
    subject: str
    pack: Pack
    facts: tuple[Fact, ...]
    world: tuple[Fact, ...]
    first: int
    second: int
    said: object
    reference: object


@dataclass(frozen=True, slots=True)
class Proof:
    """How much was compared, and every disagreement."""

    judgements: int
    histories: int
    mismatches: tuple[Mismatch, ...]

    def __add__(self, other: Proof) -> Proof:
        return Proof(
            self.judgements + other.judgements,
            self.histories + other.histories,
            self.mismatches + other.mismatches,
        )


NOTHING = Proof(0, 0, ())


def fast_batch(pack: Pack, facts: Facts, world: Facts, as_of: int, known_at: int) -> dict[str, Judgement]:
    """The fast engine's judgements by subject."""
    result = judge_batch(pack, FactColumns.of(facts), world, as_of, known_at)
    return {j.subject: j for j in result.judgements()}


def smallest(facts: Facts, differs: Callable[[Facts], bool]) -> tuple[Fact, ...]:
    """Facts left after leaving out, again and again, every single one that is not needed."""
    kept = list(facts)
    again = True
    while again:
        again = False
        for fact in list(kept):
            rest = [f for f in kept if f is not fact]
            if differs(rest):
                kept, again = rest, True
    return tuple(kept)


def prove_judgements(
    pack: Pack,
    facts: Facts,
    world: Facts,
    instants: Iterable[tuple[int, int]],
    batch: Batch = fast_batch,
) -> Proof:
    """Batch against the reference at (as_of, known_at) pairs."""
    compared, found = 0, []
    grouped = by_subject(facts)
    for as_of, known_at in instants:
        said = batch(pack, facts, world, as_of, known_at)
        for subject, own in grouped.items():
            right = plain(judge(pack, subject, own, world, as_of, known_at))
            compared += 1
            if said.get(subject) != right:
                found.append(_judgement_mismatch(pack, subject, own, world, as_of, known_at, batch))
    return Proof(compared, 0, tuple(found))


def _judgement_mismatch(
    pack: Pack, subject: str, own: Facts, world: Facts, as_of: int, known_at: int, batch: Batch
) -> Mismatch:
    def differs(facts: Facts) -> bool:
        right = plain(judge(pack, subject, facts, world, as_of, known_at))
        return bool(facts) and batch(pack, facts, world, as_of, known_at).get(subject) != right

    kept = smallest(own, differs)
    said = batch(pack, kept, world, as_of, known_at).get(subject)
    right = plain(judge(pack, subject, kept, world, as_of, known_at))
    return Mismatch("batch", subject, pack, kept, tuple(world), as_of, known_at, said, right)


def prove_histories(
    pack: Pack,
    facts: Facts,
    world: Facts,
    start: int,
    end: int,
    engines: Sequence[tuple[str, History]] = (("online", online), ("replay", replay)),
) -> Proof:
    """Touch events over a stretch of time: online and replay against the reference's replay."""
    right = replay_reference(pack, facts, world, start, end)
    found = []
    for name, engine in engines:
        said = engine(pack, facts, world, start, end)
        for subject, own in by_subject(facts).items():
            if list(said.get(subject, ())) != list(right[subject]):
                found.append(_history_mismatch(pack, subject, own, world, start, end, name, engine))
    return Proof(0, len(right) * len(engines), tuple(found))


def _history_mismatch(
    pack: Pack,
    subject: str,
    own: Facts,
    world: Facts,
    start: int,
    end: int,
    name: str,
    engine: History,
    reference: History = replay_reference,
) -> Mismatch:
    def both(facts: Facts) -> tuple[list[object], list[object]]:
        said: list[object] = list(engine(pack, facts, world, start, end).get(subject, ()))
        return said, list(reference(pack, facts, world, start, end).get(subject, ()))

    def differs(facts: Facts) -> bool:
        said, right = both(facts)
        return bool(facts) and said != right

    kept = smallest(own, differs)
    said, right = both(kept)
    return Mismatch(name, subject, pack, kept, tuple(world), start, end, said, right)


def as_server(course: Course, facts: Facts, world: Facts, start: int, end: int) -> Touches:
    """Versions following each other as a running system judges: instant by instant, bound by bound."""
    return live(course, facts, world, start, end, by_server)


def prove_courses(
    course: Course,
    facts: Facts,
    world: Facts,
    start: int,
    end: int,
    engines: Sequence[tuple[str, Lived]] = (("online", as_server), ("replay", replay_course)),
) -> Proof:
    """The same across a change of version: a running system and the replay, against the reference."""

    def of(_pack: Pack, facts: Facts, world: Facts, start: int, end: int) -> Touches:
        return live(course, facts, world, start, end)

    right, found = of(course.at(end), facts, world, start, end), []
    for name, engine in engines:

        def its(
            _pack: Pack, facts: Facts, world: Facts, start: int, end: int, engine: Lived = engine
        ) -> Touches:
            return engine(course, facts, world, start, end)

        said = its(course.at(end), facts, world, start, end)
        for subject, own in by_subject(facts).items():
            if list(said.get(subject, ())) != list(right[subject]):
                told = course.at(end), subject, own, world, start, end, f"{name}, versions", its
                found.append(_history_mismatch(*told, of))
    return Proof(0, len(right) * len(engines), tuple(found))


def prove_trials(pack: Pack, facts: Facts, world: Facts, as_of: int) -> Proof:
    """The trials behind a way back: each fact in force left out in turn, against the reference."""
    standing, outside = in_force(facts, as_of), in_force(world, as_of)
    trials = SingleJudge(pack).trials(standing, outside)
    compared, found = 0, []
    if trials is None:
        return NOTHING
    for fact in standing:
        rest = tuple(f for f in standing if f is not fact)
        cut = Timeline.cut(rest, as_of), Timeline.cut(outside, as_of)
        evaluator = Evaluator(*cut, as_of, pack.sources)
        right = [m.severity(judge_model(m, evaluator).class_name) for m in pack.models]
        said = [trials.severity(k, as_of, frozenset({fact.fact_id})) for k in range(len(right))]
        compared += 1
        if said != right:
            told = (tuple(standing), tuple(world), as_of, as_of, said, right)
            found.append(Mismatch("trial", fact.subject, pack, *told))
    return Proof(compared, 0, tuple(found))


def _some_course(chance: Random, pack: Pack, start: int) -> Course:
    """The pack, another one, and the first again: a change and a roll back, on any second."""
    turns = sorted(start + chance.randrange(DAYS * SECONDS_PER_DAY) for _ in range(2))
    first, other = replace(pack, content_hash="first"), replace(some_pack(chance), content_hash="other")
    return Course(((start, first), (turns[0], other), (turns[1], first)), some_snoozes(chance, pack, start))


def some_snoozes(chance: Random, pack: Pack, start: int) -> tuple[Snooze, ...]:
    """Some points of the pack start nothing for a while, on any second; now and then none does."""
    points = [point.id for item in pack.items for point in item.points]
    told = []
    for point in chance.sample(points, chance.randrange(len(points) + 1)):
        since, until = sorted(start + chance.randrange((DAYS + 10) * SECONDS_PER_DAY) for _ in range(2))
        told.append(Snooze(point, since, until + 1))
    return tuple(told)


def prove_generated(packs: int, seed: int = 0, *, histories_every: int = 50) -> Proof:
    """Generated packs and facts; every so many packs also their whole history."""
    proof = NOTHING
    start = day_start(FIRST_DAY)
    for number in range(packs):
        chance = Random(seed + number)  # noqa: S311 - repeatable, not secret
        pack, world = some_pack(chance), some_world(chance)
        facts = [f for k in range(3) for f in some_facts(chance, f"S{k}")]
        as_of = some_instant(chance)
        known_at = as_of if chance.random() < 0.5 else some_instant(chance)
        proof += prove_judgements(pack, facts, world, [(as_of, known_at)])
        proof += prove_trials(pack, [f for f in facts if f.subject == "S0"], world, as_of)
        if histories_every and number % histories_every == 0:
            end = start + (DAYS + 20) * SECONDS_PER_DAY
            proof += prove_histories(pack, facts, world, start, end)
            proof += prove_courses(_some_course(chance, pack, start), facts, world, start, end)
    return proof
