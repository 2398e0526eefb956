"""The rows of docs/reference/semantics.md about knowledge, points, classes and due instants."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Mapping
from typing import Any

import pytest

from tests.engine.facts import Ledger, at
from tests.engine.test_explain import MODEL, PENALTIES, pack
from tests.engine.test_semantics import measured, truth
from zhunsheng.core.clock import SHANGHAI, day_of, instant
from zhunsheng.core.facts import CircularCorrectionError, Fact, in_force
from zhunsheng.core.packs.nodes import PackError
from zhunsheng.engine.fast.batch import judge_batch, plain
from zhunsheng.engine.fast.columns import FactColumns
from zhunsheng.engine.judgement import Colour, Judgement, Reason, Truth
from zhunsheng.engine.reference import judge

COMPLAINTS = {"count": "COMPLAINT", "window": {"days": 30}}


def test_instants_are_whole_seconds_and_days_are_shanghai_s() -> None:
    """TIME-1 TIME-2"""
    late = dt.datetime(2026, 6, 30, 23, 59, 59, 999_999, tzinfo=SHANGHAI)
    assert instant(late) == at("2026-06-30 23:59:59")
    assert day_of(at("2026-07-01 00:00") - 1) == dt.date(2026, 6, 30)
    with pytest.raises(ValueError, match="没有时区"):
        instant(dt.datetime(2026, 6, 30))  # noqa: DTZ001 - the fault under test


def test_a_judgement_sees_what_was_known_then() -> None:
    """TIME-4 TIME-5"""
    ledger = Ledger()
    ledger.tell("COMPLAINT", "2026-03-01", known="2026-03-10")
    ledger.tell("COMPLAINT", "2026-03-20", known="2026-03-02")
    yardstick = pack(item(yellow={**COMPLAINTS, "at_least": 1}))

    def shown(as_of: str, known_at: str) -> Colour:
        return judge(yardstick, "S1", ledger.facts, [], at(as_of), at(known_at)).points[0].colour

    assert shown("2026-03-05", "2026-03-05") is Colour.NONE
    assert shown("2026-03-05", "2026-03-10") is Colour.YELLOW
    early = judge(yardstick, "S1", ledger.facts, [], at("2026-03-05"), at("2026-03-05"))
    assert early.next_due == at("2026-03-20")


def fact(name: str, **links: Any) -> Fact:
    return Fact(name, "K", "S1", 0, 0, 0, stated_at=links.pop("stated_at", 0), **links)


@pytest.mark.parametrize(
    ("facts", "standing"),
    [
        ([fact("a"), fact("b", supersedes="a")], {"b"}),
        ([fact("a"), fact("r", retracts="a")], set()),
        ([fact("a"), fact("b", supersedes="a"), fact("r", retracts="b")], {"a"}),
        ([fact("a"), fact("r", retracts="a"), fact("rr", retracts="r")], {"a"}),
        ([fact("a"), fact("b", supersedes="a", stated_at=2), fact("c", supersedes="a", stated_at=1)], {"b"}),
        ([fact("a"), fact("b", supersedes="a"), fact("c", supersedes="a")], {"c"}),
        ([fact("a"), fact("b", supersedes="a"), fact("c", supersedes="b")], {"c"}),
        (
            [
                fact("a"),
                fact("b", supersedes="a", stated_at=2),
                fact("c", supersedes="a", stated_at=1),
                fact("r", retracts="b"),
            ],
            {"c"},
        ),
        ([fact("b", supersedes="never told")], {"b"}),
    ],
)
def test_corrections_and_retractions_in_any_order(facts: list[Fact], standing: set[str]) -> None:
    """FORCE-1 FORCE-2 FORCE-3 FORCE-4"""
    for order in itertools.permutations(facts):
        assert {f.fact_id for f in in_force(order, 0)} == standing


@pytest.mark.parametrize("link", ["supersedes", "retracts"])
def test_a_circle_is_refused(link: str) -> None:
    with pytest.raises(CircularCorrectionError):
        in_force([fact("a", **{link: "b"}), fact("b", **{link: "a"})], 0)


@pytest.mark.parametrize(
    ("as_of", "counted"),
    [("2026-03-08 11:59:59", 0), ("2026-03-08 12:00", 1), ("2026-03-14 12:00", 1), ("2026-03-15 12:00", 0)],
)
def test_an_offset_moves_both_ends(as_of: str, counted: int) -> None:
    """WINDOW-5"""
    ledger = Ledger()
    ledger.tell("COMPLAINT", "2026-03-01 12:00")
    window = {"days": 7, "ending_days_before": 7}
    assert measured(ledger, as_of, {"count": "COMPLAINT", "window": window}) == counted


def test_aggregates_of_nothing_and_of_no_numbers() -> None:
    """VALUE-6"""
    ledger = Ledger()
    results = {op: {op: "PAY.fen", "window": {"days": 9}} for op in ("sum", "max", "min")}
    assert measured(ledger, "2026-03-01", results["sum"]) == 0
    assert measured(ledger, "2026-03-01", {"distinct": "PAY.fen", "window": "all"}) == 0
    assert measured(ledger, "2026-03-01", results["max"]) is None
    ledger.tell("PAY", "2026-03-01", {"fen": "12"})
    ledger.tell("PAY", "2026-03-01", {"fen": 12})
    assert [measured(ledger, "2026-03-01", node) for node in results.values()] == [12, 12, 12]


@pytest.mark.parametrize(
    ("combination", "expected"),
    [
        ({"all": ["no", "dark"]}, Truth.FAILS),
        ({"all": ["yes", "dark"]}, Truth.UNKNOWN),
        ({"any": ["yes", "dark"]}, Truth.HOLDS),
        ({"any": ["no", "dark"]}, Truth.UNKNOWN),
        ({"not": "dark"}, Truth.UNKNOWN),
        ({"not": "no"}, Truth.HOLDS),
    ],
)
def test_three_values(combination: Mapping[str, Any], expected: Truth) -> None:
    """UNKNOWN-2"""
    parts = {
        "yes": {**COMPLAINTS, "equals": 0},
        "no": {**COMPLAINTS, "at_least": 1},
        "dark": {"latest": "STATE.state", "in": ["X"]},
    }
    node = {k: parts[v] if isinstance(v, str) else [parts[p] for p in v] for k, v in combination.items()}
    assert truth(Ledger(), "2026-03-01", node) is expected


def item(*, enrolment_needed: bool = False, applies: Any = None, **point: Any) -> dict[str, Any]:
    written = {"id": "P", "name_zh": "点", "risk_zh": "险", **point}
    document = {"schema": "zhunsheng.item/1", "id": "T", "name_zh": "事项", "field": "F", "points": [written]}
    return {**document, "enrolment_needed": enrolment_needed, **({"applies": applies} if applies else {})}


def shown(ledger: Ledger, document: dict[str, Any], as_of: str = "2026-03-01") -> Judgement:
    return judge(pack(document), "S1", ledger.facts, [], at(as_of), at(as_of))


LINES = {"yellow": {**COMPLAINTS, "at_least": 1}, "red": {**COMPLAINTS, "at_least": 2}}
CRITICAL = {"critical": {**COMPLAINTS, "at_least": 3}}
STALE = {"no_data": {"days_since": "SCAN", "more_than": 2}}


@pytest.mark.parametrize(
    ("complaints", "scanned_on", "expected"),
    [
        (0, "2026-03-01", Colour.NONE),
        (1, "2026-03-01", Colour.YELLOW),
        (2, "2026-03-01", Colour.RED),
        (3, "2026-03-01", Colour.CRITICAL),
        (1, "2026-02-01", Colour.NO_DATA),
        (2, "2026-02-01", Colour.RED),
    ],
)
def test_the_order_of_colours(complaints: int, scanned_on: str, expected: Colour) -> None:
    """POINT-1 POINT-4"""
    ledger = Ledger()
    ledger.tell("SCAN", scanned_on)
    for _ in range(complaints):
        ledger.tell("COMPLAINT", "2026-03-01")
    (point,) = shown(ledger, item(**LINES, **CRITICAL, **STALE)).points
    assert point.colour is expected
    assert point.cleared is (expected is Colour.NONE)


@pytest.mark.parametrize(
    ("state", "complaints", "expected"),
    [
        (None, 2, Colour.NONE),
        ("ENROLLED", 2, Colour.RED),
        ("REVOKED", 2, Colour.NONE),
        (None, 3, Colour.CRITICAL),
    ],
)
def test_without_enrolment_only_critical_is_open(
    state: str | None, complaints: int, expected: Colour
) -> None:
    """POINT-2"""
    ledger = Ledger()
    if state:
        ledger.tell("ENROLMENT", "2026-01-01", {"state": state}, object="T")
    for _ in range(complaints):
        ledger.tell("COMPLAINT", "2026-03-01")
    (point,) = shown(ledger, item(enrolment_needed=True, **LINES, **CRITICAL)).points
    assert point.colour is expected


def test_outside_the_pool_nothing_is_shown_and_an_unknown_pool_is_unknown() -> None:
    """POINT-2"""
    trade = {"latest": "REGISTRATION.industry", "in": ["5227"]}
    ledger = Ledger()
    for _ in range(3):
        ledger.tell("COMPLAINT", "2026-03-01")
    document = item(applies=trade, **LINES, **CRITICAL)
    (unknown,) = shown(ledger, document).points
    assert (unknown.colour, unknown.reason) == (Colour.UNKNOWN, Reason.NO_FACT)
    ledger.tell("REGISTRATION", "2026-01-01", {"industry": "6210"})
    assert shown(ledger, document).points[0].colour is Colour.NONE


@pytest.mark.parametrize(
    ("exempt", "complaints", "expected"),
    [
        (True, 3, Colour.NONE),
        (None, 2, Colour.UNKNOWN),
        (None, 3, Colour.CRITICAL),
        (False, 2, Colour.RED),
    ],
)
def test_exclusions(exempt: bool | None, complaints: int, expected: Colour) -> None:
    """POINT-3"""
    ledger = Ledger()
    ledger.tell("SHOP", "2026-01-01", {} if exempt is None else {"exempt": exempt})
    for _ in range(complaints):
        ledger.tell("COMPLAINT", "2026-03-01")
    unless = {"latest": "SHOP.exempt", "in": [True]}
    assert shown(ledger, item(unless=unless, **LINES, **CRITICAL)).points[0].colour is expected


@pytest.mark.parametrize(("complaints", "cleared"), [(10, False), (8, False), (7, True)])
def test_hysteresis_at_eighty_percent(complaints: int, cleared: bool) -> None:
    """POINT-5"""
    ledger = Ledger()
    for _ in range(complaints):
        ledger.tell("COMPLAINT", "2026-03-01")
    (point,) = shown(ledger, item(yellow={**COMPLAINTS, "at_least": 10}, clear_at_percent=80)).points
    assert point.cleared is cleared


def test_objects_are_those_that_facts_name() -> None:
    """POINT-6"""
    ledger = Ledger()
    for device in ("L-9", "L-7", "L-7"):
        ledger.tell("TRAPPED", "2026-03-01", object=device)
    per = {"per_object": {"kinds": ["TRAPPED"], "name_zh": "电梯"}}
    document = item(yellow={"count": "TRAPPED", "window": {"days": 90}, "at_least": 2}, **per)
    found = [(p.object, p.colour) for p in shown(ledger, document).points]
    assert found == [("L-7", Colour.YELLOW), ("L-9", Colour.NONE)]


@pytest.mark.parametrize(("penalties", "name"), [(0, "A"), (1, "B")])
def test_cut_offs_are_inclusive(penalties: int, name: str) -> None:
    """CLASS-3"""
    ledger = Ledger()
    for _ in range(penalties):
        ledger.tell("PENALTY", "2026-03-01")
    yardstick = pack(
        {**MODEL, "cut_offs": [{"name": "A", "at_most": 0}, {"name": "B", "at_most": 5}, {"name": "C"}]},
        PENALTIES,
    )
    result = judge(yardstick, "S1", ledger.facts, [], at("2026-03-02"), at("2026-03-02")).models[0]
    assert result.class_name == name


def test_missing_data_never_make_a_class_worse_than_the_class_for_missing_data() -> None:
    """CLASS-5"""
    unknown = {
        **PENALTIES,
        "id": "I06",
        "shape": "cases",
        "bins": [],
        "measure": None,
        "cases": [{"when": {"latest": "PERMIT.state", "in": ["EXPIRED"]}, "points": 12}],
    }
    del unknown["measure"]
    strict = {**MODEL, "sufficiency": {"min_permille": 600, "insufficient_class": "B"}}
    result = judge(pack(strict, PENALTIES, unknown), "S1", [], [], 0, 0).models[0]
    assert (result.score, result.sufficiency_permille, result.insufficient) == (0, 500, True)
    assert (result.class_by_score, result.class_name) == ("A", "B")


FREEZE = {"while": {"fact": "STATE", "where": {"state": "DORMANT"}}, "indicators": ["I21"]}
RESTING = {
    **PENALTIES,
    "id": "I16",
    "shape": "cases",
    "bins": [],
    "cases": [{"when": {"latest": "STATE.state", "in": ["DORMANT"]}, "points": 0}],
    "freezes": FREEZE,
}
del RESTING["measure"], RESTING["decays"]


def test_what_is_frozen_stays_as_it_stood_when_the_state_began() -> None:
    """CLASS-6"""
    ledger, yardstick = Ledger(), pack(MODEL, PENALTIES, RESTING)
    ledger.tell("PENALTY", "2026-01-10")
    ledger.tell("STATE", "2026-03-01", {"state": "DORMANT"})
    ledger.tell("STATE", "2026-05-01", {"state": "DORMANT"})
    ledger.tell("PENALTY", "2026-06-01")
    ledger.tell("PENALTY", "2026-02-01", known="2026-06-05")
    ledger.tell("STATE", "2028-06-01", {"state": "ACTIVE"})

    def points(as_of: str) -> tuple[int, bool]:
        told = judge(yardstick, "S1", ledger.facts, [], at(as_of), at(as_of))
        fast = judge_batch(yardstick, FactColumns.of(ledger.facts), [], at(as_of), at(as_of))
        assert fast.judgement(0) == plain(told)
        (result,) = (r for r in told.models[0].indicators if r.indicator == "I21")
        return result.points, result.frozen_at == at("2026-03-01")

    assert points("2026-02-28") == (500, False)
    assert points("2026-06-02") == (500, True)
    assert points("2026-06-05") == (1000, True)
    assert points("2028-05-31") == (1000, True)
    assert points("2028-06-01") == (0, False)


@pytest.mark.parametrize(
    "freeze",
    [
        {**FREEZE, "indicators": ["I99"]},
        {**FREEZE, "while": {"fact": "STATE", "where": {"state": {"not_in": ["ACTIVE"]}}}},
        {**FREEZE, "while": {"fact": "STATE", "where": {"state": "DORMANT", "why": "x"}}},
        {**FREEZE, "while": {"fact": "STATE", "where": {}}},
        {**FREEZE, "whenever": {}},
    ],
)
def test_a_freeze_that_is_not_plain_is_no_pack(freeze: dict[str, Any]) -> None:
    with pytest.raises(PackError):
        pack(MODEL, PENALTIES, {**RESTING, "freezes": freeze})


def test_two_states_cannot_freeze_one_indicator() -> None:
    with pytest.raises(PackError, match="已由别处冻结"):
        pack(MODEL, PENALTIES, RESTING, {**RESTING, "id": "I17"})


def test_between_due_instants_nothing_changes() -> None:
    """DUE-1 DUE-2"""
    ledger = Ledger()
    ledger.tell("COMPLAINT", "2026-03-01 09:00")
    ledger.tell("COMPLAINT", "2026-03-03 15:00")
    ledger.tell("SCAN", "2026-03-02 08:00")
    document = item(**LINES, **STALE, clear_at_percent=80)
    due: list[int] = []
    now: int | None = at("2026-03-03 15:00")
    while now is not None and len(due) < 20:
        due.append(now)
        now = judge(pack(document), "S1", ledger.facts, [], now, due[0]).next_due
    assert due[-1] == at("2026-04-02 15:00")
    for start, end in itertools.pairwise(due):
        told = [judge(pack(document), "S1", ledger.facts, [], t, due[0]).points for t in (start, end - 1)]
        assert told[0] == told[1]
