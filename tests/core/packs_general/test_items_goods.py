"""T01–T14: every cell of the trigger table just below, at and above its line."""

from __future__ import annotations

import pytest

from tests.core.packs_general.judging import Told, day, f, shown

SILENT = [f("SOURCE_STATUS", 1, "cylinder_scan", state="SILENT")]


def lift(due_in: int, *more: Told) -> list[Told]:
    return [f("ELEVATOR_RECORD", 300, "L-7", inspection_due_on=day(due_in)), *more]


def fills(scanned: int, unscanned: int, when: int = 1) -> list[Told]:
    return [f("CYLINDER_FILL", when, f"C{n}", scanned=True, state="GOOD") for n in range(scanned)] + [
        f("CYLINDER_FILL", when, f"U{n}", scanned=False, state="UNKNOWN") for n in range(unscanned)
    ]


def many(number: int, kind: str, when: int = 1, object: str = "", **payload: str | int | bool) -> list[Told]:
    return [f(kind, when, object, **payload) for _ in range(number)]


def numbered(
    number: int, kind: str, when: int = 1, object: str = "", **payload: str | int | bool
) -> list[Told]:
    return [f(kind, when, object, number=f"{kind}-{when}-{n}", **payload) for n in range(number)]


def staff(left: int, *, duty: bool = True) -> list[Told]:
    return [f("SAFETY_STAFF", 200, "甲", valid_to=day(left), on_duty=duty)]


def cylinders(late: int, due_in: int, good: int) -> list[Told]:
    return [
        f("CYLINDER_RECORD", 100, f"G{n}", inspection_due_on=day(due_in), submitted=False)
        for n in range(late)
    ] + [f("CYLINDER_RECORD", 100, f"H{n}", inspection_due_on=day(400), submitted=False) for n in range(good)]


def sample(field: str, when: int = 10, **more: str) -> Told:
    return f("SAMPLING_RESULT", when, f"P{when}", field=field, result="FAIL", **more)


def permit(kind: str, left: int, when: int = 500, **more: bool) -> Told:
    return f("PERMIT", when, "证-1", permit_kind=kind, valid_to=day(left), **more)


@pytest.mark.parametrize(
    ("facts", "colour"),
    [
        (lift(31), "NONE"),
        (lift(30), "YELLOW"),
        (lift(30, f("ELEVATOR_INSPECTION_APPLIED", 11, "L-7")), "NONE"),
        (lift(30, f("ELEVATOR_INSPECTION_APPLIED", 11, "L-8")), "YELLOW"),
        (lift(-1, f("ELEVATOR_MAINTAINED", 0, "L-7")), "CRITICAL"),
        (lift(-1, f("ELEVATOR_MAINTAINED", 1, "L-7")), "YELLOW"),
        (lift(-5, f("ELEVATOR_USED", 4, "L-7"), f("ELEVATOR_INSPECTION_APPLIED", 11, "L-7")), "CRITICAL"),
        (lift(-5, f("ELEVATOR_USED", 4, "L-8")), "YELLOW"),
        (lift(0, f("ELEVATOR_USED", 0, "L-7")), "YELLOW"),
    ],
)
def test_t01_inspection_due_per_lift(facts: list[Told], colour: str) -> None:
    assert shown("T01-1", facts, object="L-7") == colour


def test_t01_without_enrolment_only_the_critical_line_is_open() -> None:
    assert shown("T01-1", lift(10), enrolled=False) == "NONE"
    assert shown("T01-1", lift(-2, f("ELEVATOR_USED", 0, "L-7")), enrolled=False) == "CRITICAL"


def test_story_1_l8_applied_on_20_june_gives_nothing() -> None:
    facts = [
        f("ELEVATOR_RECORD", "2025-08-01 09:00", "L-7", inspection_due_on="2026-07-31"),
        f("ELEVATOR_RECORD", "2025-08-01 09:00", "L-8", inspection_due_on="2026-07-31"),
        f("ELEVATOR_INSPECTION_APPLIED", "2026-06-20 10:00", "L-8"),
    ]
    assert shown("T01-1", facts, as_of="2026-06-30 23:59", object="L-7") == "NONE"
    assert shown("T01-1", facts, as_of="2026-07-01 00:00", object="L-7") == "YELLOW"
    assert shown("T01-1", facts, as_of="2026-07-01 00:00", object="L-8") == "NONE"
    answered = [*facts, f("ELEVATOR_INSPECTION_APPLIED", "2026-07-06 10:00", "L-7")]
    assert shown("T01-1", answered, as_of="2026-07-06 10:00", object="L-7") == "NONE"


@pytest.mark.parametrize(
    ("point", "facts", "colour"),
    [
        ("T02-1", numbered(1, "ELEVATOR_TRAPPED", 5, "L-7"), "NONE"),
        ("T02-1", numbered(2, "ELEVATOR_TRAPPED", 89, "L-7"), "YELLOW"),
        ("T02-1", numbered(2, "ELEVATOR_TRAPPED", 90, "L-7"), "NONE"),
        ("T02-1", numbered(3, "ELEVATOR_TRAPPED", 5, "L-7"), "YELLOW"),
        ("T02-1", numbered(4, "ELEVATOR_TRAPPED", 5, "L-7"), "RED"),
        ("T02-1", numbered(4, "ELEVATOR_TRAPPED", 5, "L-8"), "NONE"),
        ("T02-2", [f("ELEVATOR_MAINTAINED", 15, "L-7")], "NONE"),
        ("T02-2", [f("ELEVATOR_MAINTAINED", 16, "L-7")], "YELLOW"),
        ("T02-2", [], "UNKNOWN"),
        ("T02-3", [f("ELEVATOR_FAULT", 5, "L-7", ran_unchecked=False)], "NONE"),
        ("T02-3", [f("ELEVATOR_FAULT", 5, "L-7", ran_unchecked=True)], "CRITICAL"),
    ],
)
def test_t02_trapped_and_maintenance(point: str, facts: list[Told], colour: str) -> None:
    assert shown(point, lift(200, *facts), object="L-7") == colour


@pytest.mark.parametrize(
    ("point", "facts", "colour"),
    [
        ("T03-1", staff(61), "NONE"),
        ("T03-1", staff(60), "YELLOW"),
        ("T03-1", staff(0), "YELLOW"),
        ("T03-1", staff(-1), "RED"),
        ("T03-1", staff(-1, duty=False), "NONE"),
        ("T03-2", [f("SAFETY_MANAGER", 5, certified=True)], "NONE"),
        ("T03-2", [f("SAFETY_MANAGER", 5, certified=False)], "RED"),
        ("T03-2", [], "UNKNOWN"),
    ],
)
def test_t03_staff(point: str, facts: list[Told], colour: str) -> None:
    assert shown(point, facts) == colour


@pytest.mark.parametrize(
    ("facts", "colour"),
    [
        (fills(49, 1), "NONE"),
        (fills(48, 1), "YELLOW"),
        (fills(18, 1), "UNKNOWN"),
        (fills(19, 1), "YELLOW"),
        (fills(45, 5), "YELLOW"),
        (fills(44, 5), "RED"),
        (fills(44, 5, when=2), "RED"),
        (fills(20, 0, when=3), "NO_DATA"),
        ([], "UNKNOWN"),
    ],
)
def test_t04_unscanned_fills(facts: list[Told], colour: str) -> None:
    assert shown("T04-1", facts) == colour


@pytest.mark.parametrize("state", ["OVERDUE", "SCRAPPED", "UNREGISTERED"])
def test_t04_one_forbidden_fill_is_critical_for_every_class(state: str) -> None:
    facts = [f("CYLINDER_FILL", 1, "C-0091", scanned=True, state=state)]
    assert shown("T04-2", facts) == "CRITICAL"
    assert shown("T04-2", facts, enrolled=False) == "CRITICAL"
    assert shown("T04-2", [f("CYLINDER_FILL", 1, "C-1", scanned=True, state="GOOD")]) == "NONE"


def test_story_2_an_outage_is_an_alarm_and_never_an_improvement() -> None:
    day_by_day = [
        f("CYLINDER_FILL", f"2026-08-{d:02d} 09:00", f"C{d}", scanned=True, state="GOOD")
        for d in range(1, 12)
    ]
    bad = [
        f("CYLINDER_FILL", f"2026-08-11 1{n}:00", "C-0091", scanned=True, state="OVERDUE") for n in range(3)
    ]
    facts = [*day_by_day, *bad]
    assert shown("T04-2", facts, as_of="2026-08-11 12:00") == "CRITICAL"
    assert shown("T04-1", day_by_day, as_of="2026-08-13 23:59") == "UNKNOWN"
    assert shown("T04-1", day_by_day, as_of="2026-08-14 00:00") == "NO_DATA"
    assert shown("T04-2", facts, as_of="2026-08-19 12:00") == "NO_DATA"
    assert shown("T04-1", fills(20, 20), world=SILENT) == "NO_DATA"


@pytest.mark.parametrize(
    ("facts", "colour"),
    [
        (cylinders(1, 30, 20), "NONE"),
        (cylinders(1, 30, 19), "YELLOW"),
        (cylinders(1, 30, 18), "UNKNOWN"),
        (cylinders(1, 31, 19), "NONE"),
        (cylinders(9, -1, 91), "YELLOW"),
        (cylinders(10, -1, 400), "RED"),
        (cylinders(10, 0, 400), "NONE"),
    ],
)
def test_t05_cylinders_due(facts: list[Told], colour: str) -> None:
    assert shown("T05-1", facts) == colour


@pytest.mark.parametrize(
    ("point", "field"),
    [("T06-1", "TEXTILE"), ("T08-1", "FOOD_PRODUCTION"), ("T24-2", "INDUSTRIAL_PRODUCT")],
)
def test_t06_t08_t24_sampling(point: str, field: str) -> None:
    assert shown(point, [sample("OTHER", nature="SAFETY")]) == "NONE"
    assert shown(point, [sample(field, nature="LABEL")]) == "YELLOW"
    assert shown(point, [sample(field)]) == "YELLOW", "a failure whose nature is not told is still a failure"
    assert shown(point, [sample(field, nature="SAFETY")]) == "CRITICAL"
    assert shown(point, [sample(field, nature="SAFETY")], enrolled=False) == "CRITICAL"
    assert shown(point, [sample(field, 365, nature="QUALITY")]) == "NONE"
    assert shown(point, [sample(field, 364, nature="QUALITY")]) == "YELLOW"
    twice = [sample(field, 364, nature="QUALITY"), sample(field, 3, nature="LABEL")]
    assert shown(point, twice) == ("YELLOW" if point == "T24-2" else "RED")


GROUP = [f("PEER_GROUP", 300, group="5232/980104/S")]


def median(measure: str, thousandths: int) -> list[Told]:
    return [f("PEER_STATISTIC", 30, f"{measure}/5232/980104/S", MEDIAN=thousandths)]


def fibre(number: int, when: int = 5, **more: bool) -> list[Told]:
    return numbered(number, "COMPLAINT", when, topic="FIBRE", **{"excluded": False, **more})


@pytest.mark.parametrize(
    ("facts", "colour"),
    [
        ([*fibre(5), f("TRADE_VOLUME", 3, orders=833)], "YELLOW"),
        ([*fibre(6), f("TRADE_VOLUME", 3, orders=1000)], "NONE"),
        ([*fibre(4), f("TRADE_VOLUME", 3, orders=20)], "NONE"),
        ([*fibre(5), f("TRADE_VOLUME", 3, orders=19)], "UNKNOWN"),
        ([*fibre(5, excluded=True), f("TRADE_VOLUME", 3, orders=100)], "NONE"),
        ([*fibre(2, 89, verified=True)], "NONE"),
        ([*fibre(3, 89, verified=True)], "RED"),
        ([*fibre(3, 89, verified=True, excluded=True), f("TRADE_VOLUME", 3, orders=100)], "NONE"),
        ([f("FIBRE_TEST", 5, "SKU-1", matches_page=False)], "RED"),
        ([f("FIBRE_TEST", 5, "SKU-1", matches_page=True), f("TRADE_VOLUME", 3, orders=100)], "NONE"),
    ],
)
def test_t07_fibre_complaints_against_peers(facts: list[Told], colour: str) -> None:
    """Three times a median of 2 in 1,000 orders is 6."""
    world = median("fibre_complaints_per_1000_orders", 2_000)
    assert shown("T07-1", [*GROUP, *facts], world=world) == colour


def test_t07_without_peers_nothing_is_claimed() -> None:
    assert shown("T07-1", [*fibre(9), f("TRADE_VOLUME", 3, orders=100)]) == "UNKNOWN"


@pytest.mark.parametrize(
    ("late", "done", "colour"), [(15, False, "NONE"), (16, False, "YELLOW"), (16, True, "NONE")]
)
def test_t08_self_check(late: int, done: bool, colour: str) -> None:
    facts = [f("SELF_CHECK_DUE", 60, "2026上", due_on=day(-late), done=done)]
    assert shown("T08-2", facts) == colour


def hits(number: int, when: int = 5, *, credible: bool = True) -> list[Told]:
    return many(number, "REVIEW_HIT", when, topic="FOREIGN_BODY", credible=credible)


YELLOW_T09 = f("TOUCH", 20, "T09-1/", item="T09", point="T09-1", colour="YELLOW")


@pytest.mark.parametrize(
    ("facts", "colour"),
    [
        ([*hits(2), f("TRADE_VOLUME", 3, orders=100)], "NONE"),
        ([*hits(3), f("TRADE_VOLUME", 3, orders=599)], "YELLOW"),
        ([*hits(3), f("TRADE_VOLUME", 3, orders=600)], "NONE"),
        ([*hits(3, credible=False), f("TRADE_VOLUME", 3, orders=100)], "NONE"),
        ([*hits(5), f("TRADE_VOLUME", 3, orders=100)], "YELLOW"),
        ([YELLOW_T09, *hits(4), f("TRADE_VOLUME", 3, orders=100)], "YELLOW"),
        ([YELLOW_T09, *hits(5), f("TRADE_VOLUME", 3, orders=100)], "RED"),
        ([*hits(3, 25), YELLOW_T09, *hits(2), f("TRADE_VOLUME", 3, orders=100)], "YELLOW"),
    ],
)
def test_t09_credible_hits(facts: list[Told], colour: str) -> None:
    """Five times a median of 1 in 1,000 orders is 5."""
    world = median("review_hits_per_1000_orders", 1_000)
    assert shown("T09-1", [*GROUP, *facts], world=world) == colour


def test_t09_two_diners_of_one_meal() -> None:
    assert shown("T09-2", [f("FOOD_ILLNESS", 0, diners=1)]) == "NONE"
    assert shown("T09-2", [f("FOOD_ILLNESS", 0, diners=2)], enrolled=False) == "CRITICAL"


@pytest.mark.parametrize(
    ("facts", "colour"),
    [
        ([permit("FOOD", 61)], "NONE"),
        ([permit("FOOD", 60)], "YELLOW"),
        ([permit("OTHER", 60)], "NONE"),
        ([permit("FOOD", -5)], "YELLOW"),
        ([permit("FOOD", -5, operating=True)], "YELLOW"),
        ([permit("FOOD", -5), permit("FOOD", -5, when=4, operating=True)], "RED"),
        ([permit("FOOD", -5, when=4, operating=False)], "YELLOW"),
        ([permit("FOOD", -5, when=4, operating=True), f("PERMIT_ENDED", 2, "证-1")], "NONE"),
    ],
)
def test_t10_permit(facts: list[Told], colour: str) -> None:
    assert shown("T10-1", facts) == colour


def test_t10_out_of_scope() -> None:
    notice = f("TOUCH", 10, "T10-2/", item="T10", point="T10-2", colour="YELLOW")
    assert shown("T10-2", []) == "NONE"
    assert shown("T10-2", [f("SCOPE_HIT", 5, "SKU-1")]) == "YELLOW"
    assert shown("T10-2", [f("SCOPE_HIT", 11, "SKU-1"), notice]) == "YELLOW"
    assert shown("T10-2", [f("SCOPE_HIT", 11, "SKU-1"), notice, f("SCOPE_HIT", 5, "SKU-1")]) == "RED"


def claim(when: int, phrase: str, *, confirmed: bool = True) -> Told:
    return f("HEALTH_CLAIM_HIT", when, phrase, confirmed=confirmed)


def reminded(point: str, when: int, key: str) -> Told:
    return f("TOUCH", when, f"{point}/{key}", item=point[:3], point=point, colour="YELLOW")


@pytest.mark.parametrize(
    ("facts", "colour"),
    [
        ([claim(5, "甲", confirmed=False)], "NONE"),
        ([claim(5, "甲")], "YELLOW"),
        ([claim(10, "甲"), claim(9, "甲")], "YELLOW"),
        ([claim(40, "甲"), reminded("T11-1", 40, "甲"), claim(5, "甲")], "RED"),
        ([claim(40, "乙"), reminded("T11-1", 40, "乙"), claim(5, "甲")], "YELLOW"),
        ([claim(95, "甲"), reminded("T11-1", 95, "甲"), claim(5, "甲")], "YELLOW"),
    ],
)
def test_t11_the_same_phrase_after_a_reminder(facts: list[Told], colour: str) -> None:
    """A phrase seen for the first time is never red because of another phrase's reminder."""
    assert shown("T11-1", facts, object="甲") == colour


def test_t11_elderly_complaints() -> None:
    def told(number: int, **more: bool) -> list[Told]:
        return numbered(
            number, "COMPLAINT", 29, topic="ELDERLY_SALES", **{"elderly": True, "excluded": False, **more}
        )

    assert shown("T11-2", told(2)) == "NONE"
    assert shown("T11-2", told(3)) == "RED"
    assert shown("T11-2", told(3, excluded=True)) == "NONE"
    assert shown("T11-2", told(3, elderly=False)) == "NONE"


def reactions(number: int, severity: str = "GENERAL", when: int = 5, **more: bool) -> list[Told]:
    return [
        f("ADVERSE_REACTION", when, "霜", number=f"{severity}{n}", severity=severity, **more)
        for n in range(number)
    ]


BOUND = f("ADVERSE_BOUND", 100, "霜", cases_30_days=3)


@pytest.mark.parametrize(
    ("point", "facts", "colour"),
    [
        ("T12-1", [BOUND, *reactions(3)], "NONE"),
        ("T12-1", [BOUND, *reactions(4)], "YELLOW"),
        ("T12-1", [BOUND, *reactions(4, when=30)], "NONE"),
        ("T12-1", [f("ADVERSE_BOUND", 100, "霜", cases_30_days=1), *reactions(2)], "NONE"),
        ("T12-1", reactions(4), "UNKNOWN"),
        ("T12-1", [BOUND, *reactions(1, "SEVERE")], "NONE"),
        ("T12-1", [BOUND, *reactions(2, "SEVERE")], "RED"),
        ("T12-2", reactions(2, "SEVERE"), "NONE"),
        ("T12-2", reactions(1, "SEVERE", reported_late=True), "CRITICAL"),
        ("T12-2", reactions(1, "GENERAL", reported_late=True), "NONE"),
        ("T12-2", reactions(1, "LARGE_IMPACT"), "CRITICAL"),
    ],
)
def test_t12_adverse_reactions(point: str, facts: list[Told], colour: str) -> None:
    assert shown(point, facts) == colour


@pytest.mark.parametrize(
    ("point", "kind", "finding", "colour"),
    [
        ("T13-1", "COSMETICS_CLAIM", "MISMATCH", "YELLOW"),
        ("T13-1", "COSMETICS_CLAIM", "MEDICAL_CLAIM", "RED"),
        ("T13-1", "COSMETICS_CLAIM", "SPECIAL_USE_BY_ORDINARY", "RED"),
        ("T13-1", "COSMETICS_CLAIM", "UNREGISTERED", "RED"),
        ("T14-1", "DEVICE_FINDING", "DISPLAY_MISSING", "YELLOW"),
        ("T14-1", "DEVICE_FINDING", "TEMPERATURE", "YELLOW"),
        ("T14-1", "DEVICE_FINDING", "EXPIRED_SOLD", "NONE"),
        ("T14-2", "DEVICE_FINDING", "CLASS_III_NO_PERMIT", "CRITICAL"),
        ("T14-2", "DEVICE_FINDING", "UNREGISTERED_SOLD", "CRITICAL"),
        ("T14-2", "DEVICE_FINDING", "EXPIRED_SOLD", "CRITICAL"),
        ("T14-2", "DEVICE_FINDING", "TEMPERATURE", "NONE"),
    ],
)
def test_t13_t14_findings_per_product(point: str, kind: str, finding: str, colour: str) -> None:
    assert shown(point, [f(kind, 5, "品", finding=finding)]) == colour
