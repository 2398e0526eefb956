"""What every business of the city makes known: registration, reports, checks, complaints, honours."""

from __future__ import annotations

import datetime as dt

from zhunsheng.demo.city import TODAY, Business
from zhunsheng.demo.sectors import SECTORS
from zhunsheng.demo.telling import Page, ago
from zhunsheng.sensing.signals.new_facts import NewFact

EXPOSED = frozenset({"CATERING", "E_COMMERCE", "PLATFORM", "PREPAID", "LIVESTREAM", "TEXTILE"})


def facts_of(business: Business) -> list[NewFact]:
    """Everything about one business in order of occurrence."""
    page = Page(business)
    _registration(page)
    _reports(page)
    _supervision(page)
    _complaints(page)
    _society(page)
    SECTORS.get(business.trade.sector, _quiet)(page)
    return sorted(page.facts, key=lambda fact: fact.occurred_at)


def _quiet(page: Page) -> None:
    """A sector without signals of its own."""


def _registration(page: Page) -> None:
    business = page.business
    start = max(business.established_on, ago(730))
    rich = page.slips(12)
    page.tell(
        "REGISTRATION",
        start,
        established_on=business.established_on.isoformat(),
        industry=business.trade.industry,
        division=business.division,
        industry_risk=business.trade.risk,
        licensed_items=1 if business.trade.risk in {"HIGH", "LIFE_SAFETY"} else 0,
        capital_fen=12_000_000_000 if rich else 50_000_000,
        paid_capital_fen=0 if rich else 20_000_000,
        staff=page.chance.randrange(1, 40),
    )
    group = f"{business.trade.industry}/{business.division}"
    page.tell("PEER_GROUP", start, group=group)
    page.tell(
        "ADDRESS_CHECK",
        start,
        matches=not page.slips(250),
        same_address_count=page.chance.randrange(1, 30),
        cluster_registered=page.often(50),
    )
    band = page.pick({"SMALL": 6, "MEDIUM": 3, "LARGE": 1})
    page.tell("EXPOSURE", page.some_day(300), band=band)
    if business.trade.sector in EXPOSED:
        for month in range(12):
            page.tell("TRADE_VOLUME", ago(5 + 30 * month), orders=page.chance.randrange(200, 4_000))
    if page.slips(300):
        for _ in range(page.chance.randrange(1, 5)):
            item = page.pick({"ADDRESS": 3, "SCOPE": 3, "LEGAL_REPRESENTATIVE": 2, "NAME": 1})
            page.tell("REGISTRATION_CHANGE", page.some_day(365), item=item)


def _reports(page: Page) -> None:
    year = TODAY.year - 1
    if page.business.established_on.year > year:
        return
    due = dt.date(TODAY.year, 6, 30)
    page.tell("ANNUAL_REPORT_DUE", dt.date(TODAY.year, 1, 1), object=str(year), due_on=due.isoformat())
    if not page.slips(40):
        page.tell("ANNUAL_REPORT_FILED", page.some_day(170), object=str(year))
    if page.business.established_on.year < year:
        result = "MISSING" if page.slips(80) else "LATE" if page.slips(250) else "ON_TIME"
        page.tell("ANNUAL_REPORT_RESULT", dt.date(year, 7, 1), object=str(year - 1), result=result)
    if page.slips(15):
        for _ in range(2):
            page.tell("LETTER_RETURNED", page.some_day(200))


def _supervision(page: Page) -> None:
    if page.often(300):
        result = page.pick({"NO_ISSUE": 6, "CORRECTED": 4})
        page.tell("INSPECTION_RESULT", page.some_day(), result="OVERDUE" if page.slips(60) else result)
    if page.often(80):
        result = "NOT_DISCLOSED" if page.slips(150) else "NORMAL"
        page.tell("DISCLOSURE_CHECK", page.some_day(), result=result)
    for severity, often in (("ORDINARY", 170), ("SUMMARY", 40), ("SEVERE", 5)):
        if page.slips(often):
            page.tell(
                "PENALTY",
                page.some_day(700),
                object=page.number("罚"),
                severity=severity,
                published=severity != "SUMMARY",
                revenue_share_ppm=page.chance.randrange(100, 20_000),
            )
    if page.slips(40):
        entry, listed = page.number("异"), page.some_day(500)
        page.tell("ABNORMAL_LIST", listed, object=entry, state="LISTED")
        if page.often(600):
            page.tell(
                "ABNORMAL_LIST", min(listed + dt.timedelta(days=90), TODAY), object=entry, state="REMOVED"
            )
    if page.slips(4):
        page.tell("SERIOUS_LIST", page.some_day(300), object=page.number("严"), state="LISTED")
    if page.slips(20):
        page.tell("CORRECTION", page.some_day(200), object=page.number("改"), state="OVERDUE")


def _complaints(page: Page) -> None:
    for _ in range(6):
        if page.slips(90):
            page.tell(
                "COMPLAINT",
                page.some_day(365),
                number=page.number("12315"),
                topic="OTHER",
                verified=page.often(400),
                excluded=page.often(100),
            )
    if page.slips(120):
        page.tell("REPORT_VERIFIED", page.some_day(365), number=page.number("举"))


def _society(page: Page) -> None:
    if page.business.care > 820 and page.often(250):
        page.tell("HONOUR", page.some_day(), object=page.number("誉"), state="VALID")
    if page.business.care > 800 and page.often(150):
        page.tell("COMMITMENT", page.some_day(300), object=page.number("诺"), state="KEPT")
        page.tell("COMPLIANCE_BUILDING", page.some_day(300))
    if page.slips(15):
        page.tell("OPINION_VERIFIED", page.some_day(80), object=page.number("情"))
    if page.slips(12):
        page.tell(
            "RELATED_STATUS",
            page.some_day(300),
            object=page.number("联"),
            relation=page.pick(
                {"EXECUTION_REPRESENTATIVE": 3, "CONTROLLER_CLASS_D": 1, "EXECUTION_ENTITY": 1}
            ),
            state="ACTIVE",
        )
