"""The 47 indicators at the boundaries of their bins, their decay, and the vetoes and floors."""

from __future__ import annotations

import pytest

from tests.core.packs_general.judging import AS_OF, LOADED, Told, ago, day, f, judged, points_of
from tests.core.packs_general.test_items_goods import GROUP, numbered, permit

MODEL = LOADED.pack.models[0]


def firm(age_days: int = 2_000, **more: str | int) -> Told:
    return f("REGISTRATION", 1, established_on=day(-age_days), industry="5232", division="980104", **more)


def change(number: int, item: str = "NAME", **more: int) -> list[Told]:
    return [f("REGISTRATION_CHANGE", 300 - n, item=item, **more) for n in range(number)]


Case = tuple[list[Told], int | None]


def each(kind: str, field: str, values: dict[str, int], when: int = 10) -> list[Case]:
    return [([f(kind, when, "号", **{field: value})], points) for value, points in values.items()]


def related(number: int, relation: str, when: int = 10, state: str = "ACTIVE") -> list[Told]:
    return [f("RELATED_STATUS", when, f"联{n}", relation=relation, state=state) for n in range(number)]


def address(count: int, *, matches: bool = True, cluster: bool = False) -> list[Told]:
    return [f("ADDRESS_CHECK", 9, matches=matches, same_address_count=count, cluster_registered=cluster)]


def capital(paid: int = 0, staff: int = 4, due: int = 10_000_000_000) -> list[Told]:
    return [firm(capital_fen=due, paid_capital_fen=paid, staff=staff)]


def yearly(*results: str) -> list[Told]:
    return [f("ANNUAL_REPORT_RESULT", 300, str(2020 + n), result=r) for n, r in enumerate(results)]


# Most answers are "no": what is told never counts, only that somebody looked.
SELF_CHECK = f(
    "SELF_CHECK_DONE", 9, "S-LIFT", title="电梯", questions=5, gaps=4, told="否", next_on="2026-09-30"
)


CASES: dict[str, list[Case]] = {
    "I01": [
        ([firm(0)], 300),
        ([firm(364)], 300),
        ([firm(365)], 200),
        ([firm(1_094)], 200),
        ([firm(1_095)], 0),
        ([], None),
    ],
    "I02": [
        ([firm(industry_risk=risk)], points)
        for risk, points in {"LOW": 0, "MEDIUM": 100, "HIGH": 200, "LIFE_SAFETY": 300}.items()
    ],
    "I03": [(address(1), 0), (address(1, matches=False), 200), ([], None)],
    "I04": [(capital(), 200), (capital(paid=1), 0), (capital(staff=5), 0), (capital(due=9_999_999_999), 0)],
    "I05": [([firm(licensed_items=n)], points) for n, points in ((0, 0), (1, 100), (2, 200), (9, 200))],
    "I06": [
        ([permit("FOOD", 60)], 0),
        ([permit("FOOD", 59)], 100),
        ([permit("FOOD", 0)], 100),
        ([permit("FOOD", -1)], 400),
        ([permit("FOOD", -1), f("PERMIT_ENDED", 1, "证-1")], 0),
    ],
    "I07": [(address(50), 0), (address(51), 100), (address(51, cluster=True), 0)],
    "I08": each("EXPOSURE", "band", {"SMALL": 0, "MEDIUM": 100, "LARGE": 200}),
    "I09": [([], 0), ([permit("CCC", 900)], 100), ([permit("FOOD", 900)], 0)],
    "I10": [
        (yearly("ON_TIME"), 0),
        (yearly("LATE"), 200),
        (yearly("LATE", "LATE"), 500),
        (yearly("MISSING"), 500),
        (
            [
                f("ANNUAL_REPORT_RESULT", 300, "2024", result="MISSING"),
                *[f("ANNUAL_REPORT_RESULT", 200, "2024", result="LATE")],
            ],
            200,
        ),
    ],
    "I11": each("REALTIME_DISCLOSURE", "result", {"ON_TIME": 0, "LATE": 100, "ORDERED_LATE": 300}),
    "I12": [(change(n), points) for n, points in ((2, 0), (3, 100), (4, 100), (5, 300))],
    "I13": [(change(n, "LEGAL_REPRESENTATIVE"), points) for n, points in ((1, 0), (2, 200))],
    "I14": [(change(n, "DIVISION"), points) for n, points in ((1, 0), (2, 200))],
    "I15": [(change(1, "CAPITAL", capital_cut_percent=p), points) for p, points in ((49, 0), (50, 200))],
    "I16": each("SUBJECT_STATE", "state", {"DORMANT": 0, "ACTIVE": 0}),
    "I17": each("SUBJECT_STATE", "state", {"ACTIVE": 0, "IN_LIQUIDATION": 200, "SIMPLE_DEREGISTRATION": 200}),
    "I18": [
        ([f("EQUITY_ENCUMBRANCE", 9, "号", encumbrance=kind, state=state)], points)
        for kind, state, points in (
            ("PLEDGE", "ACTIVE", 100),
            ("FREEZE", "ACTIVE", 200),
            ("FREEZE", "RELEASED", 0),
        )
    ],
    "I19": each(
        "DISCLOSURE_CHECK",
        "result",
        {"NORMAL": 0, "NOT_DISCLOSED": 200, "FALSE_STATEMENT": 400, "UNCOOPERATIVE": 500},
    ),
    "I20": [
        ([f("ACTIVITY_INDEX", 9, change_percent=p)], points)
        for p, points in ((-49, 0), (-50, 100), (-79, 100), (-80, 300))
    ],
    "I21": [
        ([f("PENALTY", 9, f"罚{k}", severity="ORDINARY") for k in range(n)], min(n, 3) * 500)
        for n in range(5)
    ],
    "I22": [
        ([f("PENALTY", 9, f"罚{k}", severity="SEVERE") for k in range(n)], points)
        for n, points in ((1, 1200), (2, 2400), (3, 2400))
    ],
    "I23": [
        ([f("PENALTY", 9, "罚", severity="ORDINARY", revenue_share_ppm=ppm)], points)
        for ppm, points in ((999, 0), (1_000, 200), (10_000, 200), (10_001, 400))
    ],
    "I24": [
        ([], 0),
        ([f("ABNORMAL_LIST", 500, "列", state="LISTED")], 800),
        (
            [f("ABNORMAL_LIST", 500, "列", state="LISTED"), f("ABNORMAL_LIST", 364, "列", state="REMOVED")],
            300,
        ),
        ([f("ABNORMAL_LIST", 500, "列", state="LISTED"), f("ABNORMAL_LIST", 365, "列", state="REMOVED")], 0),
    ],
    "I25": each("SERIOUS_LIST", "state", {"LISTED": 0}),
    "I26": each(
        "INSPECTION_RESULT", "result", {"NO_ISSUE": -100, "CORRECTED": 100, "OVERDUE": 500, "OBSTRUCTED": 600}
    ),
    "I27": [
        (
            [
                f("SAMPLING_RESULT", 9, f"品{k}", field="OTHER", result="FAIL", nature=n)
                for k, n in enumerate(natures)
            ],
            points,
        )
        for natures, points in (
            (["LABEL"], 300),
            (["SAFETY"], 800),
            (["LABEL", "LABEL"], 750),
            (["LABEL", "SAFETY"], 1500),
        )
    ],
    "I28": each("RECALL", "manner", {"VOLUNTARY": 0, "ORDERED": 400, "REFUSED": 800}),
    "I30": [
        (numbered(n, "REPORT_VERIFIED", 9), points)
        for n, points in ((0, 0), (1, 200), (2, 400), (3, 600), (4, 600))
    ],
    "I31": [
        ([f("TOUCH_MISSED", 9, f"T{k}") for k in range(n)], points)
        for n, points in ((0, 0), (1, 200), (2, 400), (3, 400))
    ],
    "I32": [
        ([f("TOUCH_CONFIRMED", 9, f"T{k}", item="T04") for k in range(n)], points)
        for n, points in ((0, 0), (1, 400), (2, 800), (3, 800))
    ],
    "I33": each("CORRECTION", "state", {"ORDERED": 0, "DONE": 0, "OVERDUE": 400}),
    "I34": each("COMMITMENT", "state", {"MADE": 0, "KEPT": 0, "BROKEN": 600}),
    "I35": [([f("EXEMPTION", 9, f"免{k}") for k in range(n)], 0) for n in (0, 1, 9)],
    "I36": [
        ([f("OTHER_DEPARTMENT_PENALTY", 9, f"他{k}") for k in range(n)], points)
        for n, points in ((0, 0), (1, 200), (2, 400), (3, 400))
    ],
    "I37": [
        (related(1, "REPRESENTATIVE_ELSEWHERE_LISTED"), 600),
        (related(1, "REPRESENTATIVE_ELSEWHERE_LISTED", state="ENDED"), 0),
    ],
    "I38": [(related(n, "CONTROLLER_CLASS_D"), points) for n, points in ((0, 0), (1, 300), (2, 500))],
    "I39": [
        ([f("RELATED_PENALTY", 9, f"关{k}") for k in range(n)], points)
        for n, points in ((0, 0), (1, 100), (2, 300))
    ],
    "I40": [
        (related(1, "SAME_ADDRESS_REVOKED", 700), 200),
        (related(1, "SAME_ADDRESS_REVOKED", 800), 0),
        ([*related(1, "SAME_ADDRESS_REVOKED"), *related(1, "SAME_ADDRESS_REVOKED", 5, "ENDED")], 0),
    ],
    "I41": [(related(1, "EXECUTION_ENTITY"), 600), (related(1, "EXECUTION_REPRESENTATIVE"), 300), ([], 0)],
    "I42": [
        (related(1, "UPSTREAM_FAILURE"), 200),
        ([*related(1, "UPSTREAM_FAILURE"), *related(1, "UPSTREAM_FAILURE", 5, "ENDED")], 0),
    ],
    "I43": [
        ([f("OPINION_VERIFIED", 9, f"情{k}") for k in range(n)], points)
        for n, points in ((0, 0), (1, 200), (2, 400), (3, 400))
    ],
    "I44": [
        ([f("PLATFORM_RATING", 9, percentile=6)], 0),
        ([f("PLATFORM_RATING", 9, percentile=5)], 200),
        ([f("PLATFORM_SANCTION", 9, "置")], 400),
    ],
    "I45": [
        ([f("HONOUR", 9, f"誉{k}", state="VALID") for k in range(n)], -100 * min(n, 3)) for n in range(5)
    ],
    "I46": [
        ([f("ODR_SUMMARY", 9, cases=c, success_percent=p)], points)
        for c, p, points in ((9, 99, 0), (10, 89, 0), (10, 90, -200))
    ],
    "I47": [
        ([f("COMMITMENT", 9, "诺", state="KEPT")], 0),
        ([f("COMMITMENT", 9, "诺", state="KEPT"), f("COMPLIANCE_BUILDING", 9)], -200),
        ([f("COMMITMENT", 9, "诺", state="KEPT"), SELF_CHECK], -100),
        ([f("COMMITMENT", 9, "诺", state="KEPT"), SELF_CHECK, f("COMPLIANCE_BUILDING", 9)], -200),
        ([SELF_CHECK], 0),
    ],
}


@pytest.mark.parametrize(
    ("indicator", "facts", "points"),
    [(name, facts, points) for name, rows in CASES.items() for facts, points in rows],
)
def test_bins_at_their_boundaries(indicator: str, facts: list[Told], points: int | None) -> None:
    assert points_of(indicator, facts) == points


def test_every_indicator_has_its_table() -> None:
    assert {i.id for i in MODEL.indicators} == {*CASES, "I29"}
    assert len(MODEL.indicators) == 47


QUANTILES = f(
    "PEER_STATISTIC",
    30,
    "complaints_per_1000_orders/5232/980104/S",
    MEDIAN=500,
    P75=1_000,
    P90=2_000,
    P97=4_000,
)


@pytest.mark.parametrize(
    ("complaints", "orders", "points"),
    [
        (4, 20, 0),
        (5, 5_000, 0),
        (5, 4_999, 100),
        (5, 2_500, 100),
        (5, 2_499, 300),
        (5, 1_250, 300),
        (5, 1_249, 500),
    ],
)
def test_i29_holds_the_rate_against_peers(complaints: int, orders: int, points: int) -> None:
    facts = [
        *GROUP,
        *numbered(complaints, "COMPLAINT", 9, topic="OTHER", excluded=False),
        *numbered(50, "COMPLAINT", 8, topic="OTHER", excluded=True),
        f("TRADE_VOLUME", 9, orders=orders),
    ]
    assert points_of("I29", facts, [QUANTILES]) == points


def test_i29_without_exposure_or_peers_cannot_be_told() -> None:
    complaints = numbered(9, "COMPLAINT", 9, topic="OTHER", excluded=False)
    assert points_of("I29", [*GROUP, *complaints], [QUANTILES]) is None
    assert points_of("I29", [*complaints, f("TRADE_VOLUME", 9, orders=100)]) is None


@pytest.mark.parametrize(
    ("occurred", "points"),
    [("2025-07-01 09:00", 500), ("2025-06-30 09:00", 498), ("2024-07-02 00:00", 1), ("2024-07-01 23:59", 0)],
)
def test_a_penalty_fades_in_the_second_half_of_its_24_months(occurred: str, points: int) -> None:
    """730 days back from 2026-07-01: full until day 365, then 2 × 364 / 730 of 5 points, and so to zero."""
    assert points_of("I21", [f("PENALTY", occurred, "罚", severity="ORDINARY")]) == points


def test_a_rectified_yellow_costs_nothing_ever() -> None:
    """I31: only what was missed counts."""
    before = judged([firm()]).models[0]
    touched = [
        f("TOUCH", 20, "T01-1/L-7", item="T01", point="T01-1", colour="YELLOW"),
        f("TOUCH_ANSWERED", 15, "T01-1/L-7", item="T01", answer="DONE"),
        f("TOUCH_RECTIFIED", 14, "T01-1/L-7"),
    ]
    after = judged([firm(), *touched]).models[0]
    assert (after.score, after.class_name) == (before.score, before.class_name)


SAFETY = {"field": "OTHER", "result": "FAIL", "nature": "SAFETY"}


@pytest.mark.parametrize(
    ("rule", "facts", "class_name", "holds"),
    [
        ("D-SERIOUS-LIST", [f("SERIOUS_LIST", 9, "列", state="LISTED")], "D", True),
        (
            "D-SERIOUS-LIST",
            [f("SERIOUS_LIST", 9, "列", state="LISTED"), f("SERIOUS_LIST", 1, "列", state="REMOVED")],
            "A",
            False,
        ),
        ("D-CRIMINAL", [f("CRIMINAL_JUDGMENT", 1_000, life_safety=True)], "D", True),
        ("D-CRIMINAL", [f("CRIMINAL_JUDGMENT", 1_100, life_safety=True)], "A", False),
        ("D-FORGED", [f("FORGED_REGISTRATION", 900)], "D", True),
        ("C-SEVERE-PENALTY", [f("PENALTY", 1_000, "罚", severity="SEVERE")], "C", True),
        ("C-SEVERE-PENALTY", [f("PENALTY", 1_100, "罚", severity="SEVERE")], "A", False),
        ("C-ABNORMAL-LIST", [f("ABNORMAL_LIST", 9, "列", state="LISTED")], "C", True),
        ("C-EXPIRED-PERMIT", [permit("FOOD", -1, when=1, operating=True)], "C", True),
        ("C-EXPIRED-PERMIT", [permit("FOOD", -1)], "A", False),
        ("C-SAFETY-SAMPLING", [f("SAMPLING_RESULT", 9, "品", **SAFETY)], "C", True),
        (
            "C-SAFETY-SAMPLING",
            [
                f("SAMPLING_RESULT", 9, "品", **SAFETY),
                f("SAMPLING_RESULT", 1, "品", field="OTHER", result="PASS"),
            ],
            "A",
            False,
        ),
        ("C-RECALL-REFUSED", [f("RECALL", 9, "召", manner="REFUSED")], "C", True),
        ("B-PUBLISHED-PENALTY", [f("PENALTY", 364, "罚", severity="ORDINARY", published=True)], "B", True),
        ("B-PUBLISHED-PENALTY", [f("PENALTY", 365, "罚", severity="ORDINARY", published=True)], "A", False),
        ("B-PUBLISHED-PENALTY", [f("PENALTY", 9, "罚", severity="SUMMARY", published=True)], "A", False),
        ("B-CORRECTION-OVERDUE", [f("CORRECTION", 9, "改", state="OVERDUE")], "B", True),
        (
            "B-CORRECTION-OVERDUE",
            [f("CORRECTION", 9, "改", state="OVERDUE"), f("CORRECTION", 1, "改", state="DONE")],
            "A",
            False,
        ),
        ("B-COMMITMENT-BROKEN", [f("COMMITMENT", 700, "诺", state="BROKEN")], "B", True),
        ("B-COMMITMENT-BROKEN", [f("COMMITMENT", 800, "诺", state="BROKEN")], "A", False),
        ("B-YOUNG", [firm(364)], "B", True),
        ("B-YOUNG", [firm(365)], "A", False),
    ],
)
def test_vetoes_and_floors_begin_and_end(rule: str, facts: list[Told], class_name: str, holds: bool) -> None:
    result = judged([firm(), *facts]).models[0]
    assert (rule in result.rules) is holds
    assert result.class_name == class_name


def test_every_rule_is_judged_at_once() -> None:
    assert all(rule.immediate for rule in MODEL.rules if rule.id != "B-YOUNG")


def test_families_caps_and_cut_offs_are_those_of_the_plan() -> None:
    assert {x.id: x.cap for x in MODEL.families} == {
        "F1": 1200,
        "F2": 1800,
        "F3": 4500,
        "F4": 1200,
        "F5": 1300,
    }
    assert [(c.name, c.at_most) for c in MODEL.cut_offs] == [
        ("A", 1200),
        ("B", 3000),
        ("C", 5500),
        ("D", None),
    ]


def test_too_few_data_are_b_and_never_worse() -> None:
    dark = {contract.sources[0] for contract in LOADED.contracts.kinds.values()}
    result = judged([], world=[f("SOURCE_STATUS", ago(1), source, state="SILENT") for source in dark]).models[
        0
    ]
    assert result.insufficient
    assert (result.score, result.class_name) == (0, "B")


def test_dormancy_freezes_the_other_dynamics_and_not_the_annual_report() -> None:
    busy = [*change(5), f("ACTIVITY_INDEX", 9, change_percent=-90), *yearly("MISSING")]
    cut = f("REGISTRATION_CHANGE", 20, item="CAPITAL", capital_cut_percent=60)
    rested = [*busy, f("SUBJECT_STATE", 150, state="DORMANT"), cut]

    def dynamics(facts: list[Told], as_of: str = AS_OF) -> dict[str, int]:
        told = judged([firm(), *facts], as_of=as_of).models[0].indicators
        return {
            r.indicator: r.points for r in told if r.points and r.indicator in {"I10", "I12", "I15", "I20"}
        }

    assert dynamics(busy) == {"I10": 500, "I12": 300, "I20": 300}
    # No collapse of activity while at rest, and no running out of what there was before.
    assert dynamics(rested) == {"I10": 500, "I12": 300}
    assert dynamics(rested, "2027-06-30 12:00") == {"I10": 500, "I12": 300}
    awake = [*rested, f("SUBJECT_STATE", 1, state="ACTIVE")]
    assert dynamics(awake) == {"I10": 500, "I12": 300, "I15": 200, "I20": 300}


def test_every_dynamic_indicator_but_the_annual_report_and_liquidation_is_frozen_by_dormancy() -> None:
    frozen = {node.id for node in MODEL.indicators if node.frozen_while is not None}
    dynamic = {node.id for node in MODEL.indicators if node.family == "F2"}
    assert dynamic - frozen == {"I10", "I16", "I17"}
    assert frozen <= dynamic
