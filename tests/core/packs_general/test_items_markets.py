"""T15–T26: every cell of the trigger table just below, at and above its line."""

from __future__ import annotations

import pytest

from tests.core.packs_general.judging import LOADED, Told, day, f, shown
from tests.core.packs_general.test_items_goods import many, numbered, permit, reminded


def display(when: int, state: str, shop: str = "甲店", **more: str) -> Told:
    return f("SHOP_DISPLAY", when, shop, state=state, **more)


@pytest.mark.parametrize(
    ("facts", "colour"),
    [
        ([display(20, "GOOD")], "NONE"),
        ([display(20, "MISSING")], "YELLOW"),
        ([display(20, "EXPIRED")], "YELLOW"),
        ([display(20, "NOT_UPDATED")], "YELLOW"),
        ([display(20, "FORGED")], "RED"),
        ([display(20, "MISSING"), reminded("T15-1", 7, "甲店")], "YELLOW"),
        ([display(20, "MISSING"), reminded("T15-1", 8, "甲店")], "RED"),
        ([display(20, "MISSING"), reminded("T15-1", 20, "甲店"), display(5, "GOOD")], "NONE"),
        (
            [
                display(20, "MISSING"),
                reminded("T15-1", 20, "甲店"),
                display(1, "MISSING", first_found_on=day(-20)),
            ],
            "RED",
        ),
        ([reminded("T15-1", 90, "乙店"), display(1, "MISSING", first_found_on=day(-1))], "YELLOW"),
        (
            [
                reminded("T15-1", 90, "甲店"),
                display(60, "GOOD"),
                display(1, "MISSING", first_found_on=day(-1)),
            ],
            "YELLOW",
        ),
    ],
)
def test_t15_display_of_the_licence(facts: list[Told], colour: str) -> None:
    """Another shop's notice, or one of an earlier time, does not make today's finding red."""
    assert shown("T15-1", facts, object="甲店") == colour


def turnover(yuan: int, when: int | str = 5, shop: str = "甲店") -> Told:
    return f("SHOP_TURNOVER", when, shop, amount_fen=yuan * 100)


def person(*, registered: bool = False, exempt: bool = False) -> Told:
    return f("SHOP_STATUS", 300, registered=registered, legally_exempt=exempt)


@pytest.mark.parametrize(
    ("facts", "colour"),
    [
        ([person(), turnover(79_999)], "NONE"),
        ([person(), turnover(80_000)], "YELLOW"),
        ([person(), turnover(60_000, 9), turnover(55_000, 5, "乙店")], "YELLOW"),
        ([person(), turnover(100_001), reminded("T16-1", 30, "")], "YELLOW"),
        ([person(), turnover(100_001), reminded("T16-1", 31, "")], "RED"),
        ([person(), turnover(100_000), reminded("T16-1", 31, "")], "YELLOW"),
        ([person(registered=True), turnover(200_000), reminded("T16-1", 31, "")], "NONE"),
        ([person(exempt=True), turnover(300_000), reminded("T16-1", 31, "")], "NONE"),
        ([person(), turnover(300_000, "2025-12-31 23:59")], "NONE"),
        ([person(), turnover(80_000, "2026-01-01 00:00")], "YELLOW"),
        ([person(), turnover(100_001), reminded("T16-1", 200, "")], "YELLOW"),
        ([turnover(80_000)], "UNKNOWN"),
    ],
)
def test_t16_turnover_of_natural_persons(facts: list[Told], colour: str) -> None:
    """Story 14: 60,000 and 55,000 on two platforms is yellow; a farmer with own plums is nothing."""
    assert shown("T16-1", facts, enrolled=False) == colour


def score(permille: int, orders: int, when: int = 1) -> Told:
    return f("FAKE_TRADE_SCORE", when, "甲店", score_permille=permille, suspicious_orders=orders)


@pytest.mark.parametrize(
    ("facts", "colour"),
    [
        ([score(801, 49)], "NONE"),
        ([score(800, 50)], "NONE"),
        ([score(801, 50)], "YELLOW"),
        ([score(801, 499)], "YELLOW"),
        ([score(100, 500)], "RED"),
        ([f("FAKE_TRADE_EVIDENCE", 29, "甲店")], "RED"),
        ([score(801, 50), reminded("T17-1", 8, "甲店")], "RED"),
        ([score(801, 50), reminded("T17-1", 6, "甲店")], "YELLOW"),
        ([score(801, 50), reminded("T17-1", 180, "甲店")], "YELLOW"),
        ([score(801, 50), f("TOUCH_RECTIFIED", 20, "T01-1/L-7")], "YELLOW"),
    ],
)
def test_t17_fake_trade(facts: list[Told], colour: str) -> None:
    """A lift put right in time never makes a shop's odd orders red."""
    assert shown("T17-1", facts, object="甲店") == colour


def listing(when: int, outcome: str, thing: str = "鲟") -> Told:
    return f("RESTRICTED_LISTING", when, thing, outcome=outcome)


@pytest.mark.parametrize(
    ("facts", "yellow", "critical"),
    [
        ([listing(5, "INTERCEPTED")], "YELLOW", "NONE"),
        ([listing(5, "SOLD")], "NONE", "CRITICAL"),
        ([listing(29, "INTERCEPTED"), listing(1, "INTERCEPTED")], "YELLOW", "CRITICAL"),
        ([listing(31, "INTERCEPTED"), listing(1, "INTERCEPTED")], "YELLOW", "NONE"),
    ],
)
def test_t18_restricted_goods(facts: list[Told], yellow: str, critical: str) -> None:
    assert shown("T18-1", facts) == yellow
    assert shown("T18-2", facts) == critical


def duty(permille: int, hours: int) -> Told:
    return f("PLATFORM_DUTY", 3, overdue_permille=permille, takedown_hours_median=hours)


def report(late: int, *, filed: bool = False) -> Told:
    return f("PLATFORM_REPORT_DUE", 60, "2026-01", due_on=day(-late), filed=filed)


@pytest.mark.parametrize(
    ("point", "facts", "colour"),
    [
        ("T19-1", [duty(10, 24)], "NONE"),
        ("T19-1", [duty(11, 24)], "YELLOW"),
        ("T19-1", [duty(0, 25)], "YELLOW"),
        ("T19-1", [duty(50, 0)], "YELLOW"),
        ("T19-1", [duty(51, 0)], "RED"),
        ("T19-1", [duty(0, 0), f("ASSISTANCE_REFUSED", 5, "函1")], "RED"),
        ("T19-2", [report(0)], "NONE"),
        ("T19-2", [report(1)], "YELLOW"),
        ("T19-2", [report(15)], "YELLOW"),
        ("T19-2", [report(30)], "YELLOW"),
        ("T19-2", [report(31)], "RED"),
        ("T19-2", [report(31, filed=True)], "NONE"),
    ],
)
def test_t19_platform_duties(point: str, facts: list[Told], colour: str) -> None:
    assert shown(point, facts) == colour


def live(when: int, finding: str = "HIGH_RISK_WORDS", viewers: int = 1_001, show: str = "") -> Told:
    return f("LIVE_HIT", when, show or f"场{when}", finding=finding, viewers=viewers)


@pytest.mark.parametrize(
    ("facts", "colour"),
    [
        ([live(5, viewers=1_000)], "NONE"),
        ([live(5, viewers=1_001)], "YELLOW"),
        ([live(5), live(4), live(3)], "YELLOW"),
        ([live(20), reminded("T20-1", 20, ""), live(5), live(4)], "YELLOW"),
        ([live(20), reminded("T20-1", 20, ""), live(5), live(4), live(3)], "RED"),
        (
            [live(20), reminded("T20-1", 20, ""), live(5, show="场"), live(4, show="场"), live(3, show="场")],
            "YELLOW",
        ),
        ([live(5, "DISEASE_CLAIM", 1)], "RED"),
        ([live(5, "REPLAY_MISSING", 1)], "RED"),
        ([live(5, "AI_UNLABELLED", 1)], "RED"),
    ],
)
def test_t20_broadcasts(facts: list[Told], colour: str) -> None:
    assert shown("T20-1", facts) == colour


def advert(when: int, finding: str = "ABSOLUTE_TERM", *, exempt: bool = False, term: str = "甲") -> Told:
    return f("ADVERT_HIT", when, term, finding=finding, exempt=exempt)


@pytest.mark.parametrize(
    ("facts", "colour"),
    [
        ([advert(5, exempt=True)], "NONE"),
        ([advert(5)], "YELLOW"),
        ([advert(30)], "NONE"),
        ([advert(40), reminded("T21-1", 40, "甲"), advert(5)], "RED"),
        ([advert(40, term="乙"), reminded("T21-1", 40, "乙"), advert(5)], "YELLOW"),
        ([advert(5, "ABSOLUTE_TERM_SENSITIVE")], "RED"),
        ([advert(5, "UNAPPROVED_SPECIAL")], "RED"),
    ],
)
def test_t21_adverts(facts: list[Told], colour: str) -> None:
    assert shown("T21-1", facts, object="甲") == colour


@pytest.mark.parametrize(
    ("point", "facts", "colour"),
    [
        ("T22-1", many(1, "PRICE_HIT", 89, finding="BASE_PRICE"), "YELLOW"),
        ("T22-1", many(1, "PRICE_HIT", 90, finding="BASE_PRICE"), "NONE"),
        ("T22-1", many(2, "PRICE_HIT", 89, finding="TAG_MISSING"), "YELLOW"),
        ("T22-1", many(3, "PRICE_HIT", 89, finding="TAG_MISSING"), "RED"),
        ("T22-1", many(1, "PRICE_HIT", 5, finding="REFUND_REFUSED"), "RED"),
        ("T22-2", many(1, "PRICE_HIT", 5, finding="EMERGENCY_HOARDING"), "CRITICAL"),
        ("T22-2", many(3, "PRICE_HIT", 5, finding="BASE_PRICE"), "NONE"),
    ],
)
def test_t22_prices(point: str, facts: list[Told], colour: str) -> None:
    assert shown(point, facts) == colour


def balance(fen: int) -> Told:
    return f("PREPAID_BALANCE", 2, balance_fen=fen, warning_fen=8_000_000)


def redeemed(before: int, lately: int) -> list[Told]:
    return [f("PREPAID_REDEEMED", 30, amount_fen=before), f("PREPAID_REDEEMED", 3, amount_fen=lately)]


def refunds(number: int, asked: int, *, paid: int = 0) -> list[Told]:
    return [f("PREPAID_REFUND", asked, f"退{n}", state="REQUESTED") for n in range(number)] + [
        f("PREPAID_REFUND", 2, f"退{n}", state="PAID") for n in range(paid)
    ]


STEADY = redeemed(1_000_000, 1_000_000)


@pytest.mark.parametrize(
    ("facts", "colour"),
    [
        ([balance(8_000_000), *STEADY], "NONE"),
        ([balance(8_000_001), *STEADY], "YELLOW"),
        ([balance(0), *redeemed(1_000_000, 700_001)], "NONE"),
        ([balance(0), *redeemed(1_000_000, 700_000)], "YELLOW"),
        ([balance(0), *redeemed(99_999, 1)], "UNKNOWN"),
        ([balance(0), *STEADY, *numbered(2, "COMPLAINT", 5, topic="PREPAID", excluded=False)], "NONE"),
        ([balance(0), *STEADY, *numbered(3, "COMPLAINT", 5, topic="PREPAID", excluded=False)], "YELLOW"),
        ([balance(0), *STEADY, *numbered(3, "COMPLAINT", 5, topic="PREPAID", excluded=True)], "NONE"),
        ([balance(0), *STEADY, *refunds(5, 15)], "NONE"),
        ([balance(0), *STEADY, *refunds(5, 16)], "RED"),
        ([balance(0), *STEADY, *refunds(5, 16, paid=1)], "NONE"),
        ([balance(0), *STEADY, f("CLOSED_WITHOUT_NOTICE", 5)], "RED"),
        ([balance(0), *STEADY, f("PREPAID_RISK_DECLARED", 5)], "NONE"),
        (
            [balance(0), *STEADY, f("PREPAID_COLLECTED", 6, amount_fen=1), f("PREPAID_RISK_DECLARED", 5)],
            "NONE",
        ),
        (
            [balance(0), *STEADY, f("PREPAID_RISK_DECLARED", 5), f("PREPAID_COLLECTED", 4, amount_fen=1)],
            "RED",
        ),
    ],
)
def test_t23_prepaid(facts: list[Told], colour: str) -> None:
    assert shown("T23-1", facts) == colour


@pytest.mark.parametrize(
    ("facts", "colour"),
    [
        ([permit("INDUSTRIAL_PRODUCT", 180)], "NONE"),
        ([permit("INDUSTRIAL_PRODUCT", 179)], "YELLOW"),
        ([permit("CCC", 179)], "YELLOW"),
        ([permit("FOOD", 179)], "NONE"),
        ([permit("INDUSTRIAL_PRODUCT", 179), f("RENEWAL_APPLIED", 5, "证-1")], "NONE"),
        ([permit("INDUSTRIAL_PRODUCT", -5), f("PRODUCTION_SEEN", 4, "证-1")], "RED"),
        ([permit("INDUSTRIAL_PRODUCT", -5), f("PRODUCTION_SEEN", 5, "证-1")], "YELLOW"),
        (
            [permit("INDUSTRIAL_PRODUCT", -5), f("PRODUCTION_SEEN", 1, "证-1"), f("PERMIT_ENDED", 1, "证-1")],
            "NONE",
        ),
    ],
)
def test_t24_certificates(facts: list[Told], colour: str) -> None:
    assert shown("T24-1", facts) == colour


@pytest.mark.parametrize(
    ("facts", "as_of", "colour"),
    [
        ([], "2026-05-30 23:59", "NONE"),
        ([], "2026-05-31 00:00", "YELLOW"),
        ([], "2026-06-30 23:59", "YELLOW"),
        ([], "2026-07-01 00:00", "RED"),
        ([f("ANNUAL_REPORT_FILED", "2026-06-29 10:00", "2025")], "2026-07-01 00:00", "NONE"),
        ([f("ANNUAL_REPORT_FILED", "2025-06-29 10:00", "2024")], "2026-07-01 00:00", "RED"),
    ],
)
def test_t25_annual_report(facts: list[Told], as_of: str, colour: str) -> None:
    due = f("ANNUAL_REPORT_DUE", "2026-01-01 09:00", "2025", due_on="2026-06-30")
    assert shown("T25-1", [due, *facts], as_of=as_of, enrolled=False) == colour


def test_t25_letters() -> None:
    assert shown("T25-2", many(1, "LETTER_RETURNED", 5), enrolled=False) == "NONE"
    assert shown("T25-2", many(2, "LETTER_RETURNED", 364), enrolled=False) == "RED"


def chain(found: int, expected: int = 1_000) -> Told:
    return f("TRACE_COMPLETENESS", 4, events_expected=expected, events_found=found)


@pytest.mark.parametrize(
    ("point", "facts", "colour"),
    [
        ("T26-1", [permit("GREEN_FOOD", 61)], "NONE"),
        ("T26-1", [permit("GREEN_FOOD", 60)], "YELLOW"),
        ("T26-1", [permit("GREEN_FOOD", -1), f("MARK_USED", 0, "证-1")], "RED"),
        ("T26-1", [permit("GREEN_FOOD", -1), f("MARK_USED", 1, "证-1")], "YELLOW"),
        ("T26-1", [permit("GREEN_FOOD", 300), f("MARK_USED", 0, "证-1")], "NONE"),
        ("T26-2", [chain(980)], "NONE"),
        ("T26-2", [chain(979)], "YELLOW"),
        ("T26-2", [chain(18, 19)], "UNKNOWN"),
        ("T26-2", [chain(1_000), f("TRACE_BREAK", 5, "26-118")], "RED"),
    ],
)
def test_t26_green_food(point: str, facts: list[Told], colour: str) -> None:
    assert shown(point, facts) == colour


ALLEGES = ("违法", "涉嫌", "处罚", "查处", "欺诈", "失信")


def test_every_point_says_what_it_asks_and_is_a_proposal() -> None:
    points = [point for item in LOADED.pack.items for point in item.points]
    assert len(LOADED.pack.items) == 26
    for point in points:
        assert point.status == "PROPOSAL"
        assert point.explain_zh and not any(word in point.explain_zh for word in ALLEGES), point.id
        assert point.basis and {b.status for b in point.basis} <= {"VERIFIED", "EXCERPT", "UNVERIFIED"}
        assert point.yellow is None or point.yellow_measures, point.id
