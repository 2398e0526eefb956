"""Proving: nothing differs as it is; a planted fault in any engine is found and made small."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from tests.engine.facts import Ledger, at
from tests.engine.test_explain import LIFT, pack
from zhunsheng.core.clock import SECONDS_PER_DAY
from zhunsheng.core.facts import Fact
from zhunsheng.core.rules.tree import Pack
from zhunsheng.engine.judgement import Judgement
from zhunsheng.engine.online import Stepper, online
from zhunsheng.engine.prove import fast_batch, prove_generated, prove_histories, prove_judgements
from zhunsheng.engine.replay import Touches, replay

WINDOW_END = at("2026-05-01 12:00") + 90 * SECONDS_PER_DAY
Facts = Sequence[Fact]


def ledger() -> Ledger:
    told = Ledger()
    told.tell("LIFT", "2026-04-01", {"due_on": "2026-06-20"}, object="l1")
    told.tell("TRAPPED", "2026-05-01 12:00", object="l1")
    told.tell("TRAPPED", "2026-05-03 12:00", object="l1")
    return told


def test_generated_packs_are_proved() -> None:
    proof = prove_generated(40, seed=7_000, histories_every=10)
    assert proof.mismatches == ()
    assert proof.judgements > 80
    assert proof.histories >= 12


def window_kept_a_second_longer(
    pack: Pack, facts: Facts, world: Facts, as_of: int, known_at: int
) -> dict[str, Judgement]:
    leaving = as_of - 90 * SECONDS_PER_DAY
    held = [replace(f, occurred_at=f.occurred_at + (f.occurred_at == leaving)) for f in facts]
    return fast_batch(pack, held, world, as_of, known_at)


def silence_dropped(
    pack: Pack, facts: Facts, world: Facts, as_of: int, known_at: int
) -> dict[str, Judgement]:
    return fast_batch(pack, [f for f in facts if f.kind != "SOURCE_STATUS"], (), as_of, known_at)


def last_writer_wins(
    pack: Pack, facts: Facts, world: Facts, as_of: int, known_at: int
) -> dict[str, Judgement]:
    return fast_batch(pack, [replace(f, stated_at=f.sequence) for f in facts], world, as_of, known_at)


def test_a_window_with_the_wrong_boundary_is_caught_and_made_small() -> None:
    proof = prove_judgements(
        pack(LIFT), ledger().facts, [], [(WINDOW_END, WINDOW_END)], window_kept_a_second_longer
    )
    assert [[f.fact_id for f in m.facts] for m in proof.mismatches] == [["f2"]]


def test_dropped_silence_is_caught() -> None:
    told = ledger()
    told.tell("SOURCE_STATUS", "2026-05-02", {"state": "SILENT"}, object="calls")
    yardstick = replace(pack(LIFT), sources={"TRAPPED": "calls"})
    when = at("2026-05-02 12:00")
    assert prove_judgements(yardstick, told.facts, [], [(when, when)]).mismatches == ()
    assert prove_judgements(yardstick, told.facts, [], [(when, when)], silence_dropped).mismatches


def test_last_writer_wins_is_caught() -> None:
    told = Ledger()
    first = told.tell("LIFT", "2026-04-01", {"due_on": "2026-12-01"}, object="l1")
    for due, stated in (("2026-05-20", 9), ("2026-12-02", 1)):
        told.tell("LIFT", "2026-04-01", {"due_on": due}, object="l1", supersedes=first.fact_id)
        told.facts[-1] = replace(told.facts[-1], stated_at=stated)
    when = at("2026-05-10")
    assert prove_judgements(pack(LIFT), told.facts, [], [(when, when)]).mismatches == ()
    assert prove_judgements(pack(LIFT), told.facts, [], [(when, when)], last_writer_wins).mismatches


def test_a_replay_that_forgets_due_instants_is_caught() -> None:
    def only_facts(pack: Pack, facts: Facts, world: Facts, start: int, end: int) -> Touches:
        told = {f.recorded_at for f in facts}
        found = replay(pack, facts, world, start, end)
        return {s: [e for e in events if e.at in told] for s, events in found.items()}

    stretch = (at("2026-03-01"), at("2026-12-31"))
    proof = prove_histories(pack(LIFT), ledger().facts, [], *stretch, [("replay", only_facts)])
    assert proof.mismatches
    assert prove_histories(pack(LIFT), ledger().facts, [], *stretch).mismatches == ()


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_delivery_in_any_order_ends_in_the_same_touches(order: tuple[int, ...]) -> None:
    facts, start, end = ledger().facts, at("2026-03-01"), at("2026-12-31")
    stepper = Stepper(pack(LIFT), start)
    for k in order:
        stepper.take(facts[k])
    assert stepper.run_to("S1", end) == list(online(pack(LIFT), facts, [], start, end)["S1"])


def test_an_evicted_subject_is_built_again() -> None:
    facts, start, end = ledger().facts, at("2026-03-01"), at("2026-12-31")
    stepper = Stepper(pack(LIFT), start, fetch=lambda _: facts[:2])
    for fact in facts[:2]:
        stepper.fetch = lambda _: ()
        stepper.take(fact)
    stepper.evict("S1")
    stepper.fetch = lambda _: facts[:2]
    stepper.take(facts[2])
    assert stepper.run_to("S1", end) == list(online(pack(LIFT), facts, [], start, end)["S1"])
