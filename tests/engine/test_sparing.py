"""What a subject's facts have not touched is not judged again: the shortcut and the faults it could hide."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.yardstick import pack as yardstick_pack
from tests.engine.facts import Ledger, at
from zhunsheng.core.clock import SECONDS_PER_DAY
from zhunsheng.core.rules.tree import Pack
from zhunsheng.engine.fast import batch
from zhunsheng.engine.fast.batch import Yardstick, judge_batch, plain
from zhunsheng.engine.fast.columns import FactColumns
from zhunsheng.engine.reference import judge

NOW = at("2026-05-10 12:00")


@pytest.fixture(autouse=True)
def spares_even_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shortcut is for crowds; here it must serve a single subject, or nothing would be tested."""
    monkeypatch.setattr(batch, "SPARING_FROM", 1)


def told(*extra: str) -> Ledger:
    ledger = Ledger()
    for day in range(1, 5):
        ledger.tell("K7", f"2026-05-0{day}", {"severity": 2, "amount": 30_000})
    for kind in extra:
        ledger.tell(kind, "2026-05-06", {"severity": 2, "amount": 1})
    return ledger


def agrees(pack: Pack, ledger: Ledger, yardstick: Yardstick | None = None, when: int = NOW) -> bool:
    columns = FactColumns.of(ledger.facts, yardstick.compiler.words if yardstick else None)
    said = judge_batch(pack, columns, [], when, when, yardstick).judgement(0)
    return said == plain(judge(pack, said.subject, ledger.facts, [], when, when))


def prepared(pack: Pack, ledger: Ledger) -> Yardstick:
    return Yardstick.of(pack, FactColumns.of(ledger.facts).dictionary)


def test_few_kinds_touch_few_verdicts_and_all_agree() -> None:
    pack, ledger = yardstick_pack(), told()
    tables = prepared(pack, ledger).tables
    units = len(tables.points) + len(tables.indicators)
    assert agrees(pack, ledger)
    slots = {int(tables.aggregates[a, 3]) for a in tables.feeds[:, 0]}
    touched = {int(u) for s in slots for u in tables.depends[tables.depend_at[s] : tables.depend_at[s + 1]]}
    assert 0 < len(touched) * 10 < units


def test_every_forgotten_dependency_is_caught() -> None:
    pack, ledger = yardstick_pack(), told()
    good = prepared(pack, ledger)
    slots = sorted({int(good.tables.aggregates[a, 3]) for a in good.tables.feeds[:, 0]})
    caught = 0
    for slot in slots:
        low, high = good.tables.depend_at[slot : slot + 2]
        for k in range(low, high):
            depends = good.tables.depends.copy()
            depends[k] = (depends[k] + 1) % (len(good.tables.points) + len(good.tables.indicators))
            if int(depends[k]) in set(depends[low:high]) - {int(depends[k])}:
                continue
            planted = replace(good, tables=good.tables._replace(depends=depends))
            caught += not agrees(pack, ledger, planted)
    assert caught >= len(slots)


def test_untouched_verdicts_that_were_never_filled_in_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    pack, ledger = yardstick_pack(), told()
    assert agrees(pack, ledger)
    monkeypatch.setattr(batch, "_judge_untouched", lambda *_: None)
    assert not agrees(pack, ledger)


@pytest.mark.parametrize("second", [-1, 0, 1])
def test_the_second_at_which_a_fact_leaves_its_window(second: int) -> None:
    leaving = told().facts[0].occurred_at + 90 * SECONDS_PER_DAY
    assert agrees(yardstick_pack(), told(), when=leaving + second)


@pytest.mark.parametrize("state", ["SILENT", "RUNNING"])
def test_a_silent_source_of_the_subject_ends_the_shortcut(state: str) -> None:
    ledger = told()
    ledger.tell("SOURCE_STATUS", "2026-05-07", {"state": state}, object="all")
    assert agrees(yardstick_pack(), ledger)


@pytest.mark.parametrize("state", ["ENROLLED", "LEFT"])
def test_enrolment_opens_points_that_no_fact_has_touched(state: str) -> None:
    base = yardstick_pack()
    pack = replace(base, items=tuple(replace(item, enrolment_needed=True) for item in base.items))
    ledger = told()
    ledger.tell("ENROLMENT", "2026-05-07", {"state": state}, object=base.items[1].id)
    assert agrees(pack, ledger)
