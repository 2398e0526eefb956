"""The signals of each sector: what the 26 trigger items read, and what stays below their lines."""

from __future__ import annotations

from collections.abc import Callable

from zhunsheng.demo.telling import Page, ago

PROMPTS = {"LABEL": 3, "QUALITY": 2, "SAFETY": 1}


def _permit(page: Page, kind: str) -> str:
    number = page.number("证")
    left = page.chance.randrange(-10, 45) if page.slips(80) else page.chance.randrange(70, 1500)
    valid_to = ago(-left).isoformat()
    issued = ago(700 - page.chance.randrange(300))
    page.tell("PERMIT", issued, object=number, permit_kind=kind, valid_to=valid_to)
    if left < 0:
        page.tell("PERMIT", ago(0), object=number, permit_kind=kind, valid_to=valid_to, operating=True)
    return number


def _sampling(page: Page, field: str, often: int) -> None:
    if page.often(500):
        fails = page.slips(often)
        nature = page.pick(PROMPTS) if fails else None
        product = page.number("品")
        result = "FAIL" if fails else "PASS"
        page.tell(
            "SAMPLING_RESULT", page.some_day(360), object=product, field=field, result=result, nature=nature
        )


def property_manager(page: Page) -> None:
    """Lifts: inspection dates, maintenance every fortnight, people trapped."""
    for lift in range(page.chance.randrange(1, 6)):
        name = f"L-{lift + 1}"
        left = page.chance.randrange(-3, 29) if page.slips(140) else page.chance.randrange(40, 360)
        page.tell("ELEVATOR_RECORD", ago(360), object=name, inspection_due_on=ago(-left).isoformat())
        if left < 0:
            page.tell("ELEVATOR_USED", ago(0), object=name)
        if left < 30 and page.often(400):
            page.tell("ELEVATOR_INSPECTION_APPLIED", ago(10), object=name)
        late = page.slips(100)
        for visit in range(6):
            page.tell("ELEVATOR_MAINTAINED", ago((18 if late else 3) + 14 * visit), object=name)
        for _ in range(page.chance.randrange(2, 6) if page.slips(60) else 0):
            page.tell("ELEVATOR_TRAPPED", page.some_day(85), object=name, number=page.number("困"))
        if page.slips(8):
            page.tell("ELEVATOR_FAULT", page.some_day(25), object=name, ran_unchecked=True)
    if page.often(800):
        left = page.chance.randrange(-5, 55) if page.slips(200) else page.chance.randrange(90, 900)
        page.tell("SAFETY_STAFF", ago(300), object="甲", valid_to=ago(-left).isoformat(), on_duty=True)
        page.tell("SAFETY_MANAGER", ago(300), certified=not page.slips(40))


def cylinder_station(page: Page) -> None:
    """A stream of fills; some unscanned, some of cylinders that must not be filled, some stations silent."""
    careless = page.slips(400)
    every = 9 if careless else 36 if page.slips(300) else 0
    last = 4 if page.slips(150) else 0
    for day in range(last, 12):
        for fill in range(12):
            scanned = not (every and (day * 12 + fill) % every == 0)
            bad = careless and page.often(4)
            state = "OVERDUE" if bad else "GOOD" if scanned else "UNKNOWN"
            page.tell(
                "CYLINDER_FILL", ago(day), object=f"C-{day:02d}{fill:02d}", scanned=scanned, state=state
            )
    for cylinder in range(40):
        late = careless and cylinder % 9 == 0
        due = ago(-page.chance.randrange(-20, 25)) if late else ago(-page.chance.randrange(60, 900))
        name = f"G-{cylinder:03d}"
        page.tell(
            "CYLINDER_RECORD", ago(400), object=name, inspection_due_on=due.isoformat(), submitted=False
        )


def textile(page: Page) -> None:
    """Sampling results and complaints about fibre."""
    _sampling(page, "TEXTILE", 150)
    for _ in range(8 if page.slips(60) else 0):
        page.tell(
            "COMPLAINT",
            page.some_day(28),
            number=page.number("纤"),
            topic="FIBRE",
            verified=page.often(300),
            excluded=False,
        )
    if page.often(120):
        page.tell(
            "FIBRE_TEST", page.some_day(300), object=page.number("纺"), matches_page=not page.slips(120)
        )


def food_producer(page: Page) -> None:
    """Sampling and self-checks."""
    _sampling(page, "FOOD_PRODUCTION", 150)
    done = not page.slips(200)
    page.tell("SELF_CHECK_DUE", ago(90), object="2026上", due_on=ago(40).isoformat(), done=done)


def caterer(page: Page) -> None:
    """Reviews and permits."""
    _permit(page, "FOOD")
    topics = {"FOREIGN_BODY": 3, "KITCHEN": 2, "FOOD_ILLNESS": 1}
    for _ in range(page.chance.randrange(3, 7) if page.slips(35) else 0):
        page.tell("REVIEW_HIT", page.some_day(28), topic=page.pick(topics), credible=page.often(850))
    if page.slips(2):
        page.tell("FOOD_ILLNESS", ago(0), diners=3)


def food_trader(page: Page) -> None:
    """Permits and goods out of scope."""
    _permit(page, "FOOD")
    if page.slips(40):
        page.tell("SCOPE_HIT", page.some_day(80), object=page.number("货"))


def health_food(page: Page) -> None:
    """Claims and elderly complaints."""
    _permit(page, "FOOD")
    if page.slips(200):
        page.tell("HEALTH_CLAIM_HIT", page.some_day(80), object=page.number("语"), confirmed=page.often(700))
    for _ in range(4 if page.slips(40) else 0):
        number = page.number("老")
        page.tell(
            "COMPLAINT", page.some_day(25), number=number, topic="ELDERLY_SALES", elderly=True, excluded=False
        )


def cosmetics(page: Page) -> None:
    """Adverse reactions against their bound, and claims against filings."""
    product = page.number("妆")
    page.tell("ADVERSE_BOUND", ago(200), object=product, cases_30_days=4)
    for _ in range(page.chance.randrange(3, 8) if page.slips(120) else page.chance.randrange(2)):
        severity = "SEVERE" if page.slips(60) else "GENERAL"
        number = page.number("应")
        page.tell("ADVERSE_REACTION", page.some_day(28), object=product, number=number, severity=severity)
    if page.slips(200):
        finding = page.pick({"MISMATCH": 6, "MEDICAL_CLAIM": 1})
        page.tell("COSMETICS_CLAIM", page.some_day(80), object=product, finding=finding)


def medical_devices(page: Page) -> None:
    """Permits, display, temperature."""
    _permit(page, "MEDICAL_DEVICE")
    if page.slips(200):
        finding = page.pick({"TEMPERATURE": 5, "DISPLAY_MISSING": 4, "EXPIRED_SOLD": 1})
        page.tell("DEVICE_FINDING", page.some_day(28), object=page.number("械"), finding=finding)


def online_shop(page: Page) -> None:
    """Display of the licence, turnover of exempt shops, odd orders, restricted goods, prices, adverts."""
    name = page.number("店")
    states = {"MISSING": 2, "EXPIRED": 2, "NOT_UPDATED": 3, "FORGED": 1}
    page.tell("SHOP_DISPLAY", ago(20), object=name, state=page.pick(states) if page.slips(150) else "GOOD")
    if page.business.kind == "NATURAL_PERSON_SHOP":
        page.tell("SHOP_STATUS", ago(400), registered=False, legally_exempt=page.often(400))
        for month in range(6):
            page.tell(
                "SHOP_TURNOVER",
                ago(10 + 28 * month),
                object=name,
                amount_fen=page.chance.randrange(2_500_000),
            )
    if page.slips(60):
        score, orders = page.chance.randrange(700, 990), page.chance.randrange(30, 600)
        page.tell(
            "FAKE_TRADE_SCORE", page.some_day(6), object=name, score_permille=score, suspicious_orders=orders
        )
    for _ in range(page.chance.randrange(1, 3) if page.slips(50) else 0):
        page.tell("RESTRICTED_LISTING", page.some_day(28), object="禁售品-01", outcome="INTERCEPTED")
    for _ in range(page.chance.randrange(1, 4) if page.slips(90) else 0):
        finding = page.pick({"BASE_PRICE": 3, "TAG_MISSING": 1})
        page.tell("PRICE_HIT", page.some_day(85), finding=finding)
    if page.slips(90):
        finding = page.pick({"ABSOLUTE_TERM": 6, "UNAPPROVED_SPECIAL": 1})
        page.tell(
            "ADVERT_HIT", page.some_day(28), object=page.number("广"), finding=finding, exempt=page.often(300)
        )
    if page.slips(15):
        page.tell("FAKE_TRADE_EVIDENCE", page.some_day(28), object=name)


def platform(page: Page) -> None:
    """Verification and reports of platforms."""
    late = page.slips(300)
    overdue = page.chance.randrange(11, 70) if late else page.chance.randrange(9)
    page.tell(
        "PLATFORM_DUTY", ago(3), overdue_permille=overdue, takedown_hours_median=page.chance.randrange(4, 30)
    )
    page.tell(
        "PLATFORM_REPORT_DUE",
        ago(170),
        object="2026-01",
        due_on=ago(150).isoformat(),
        filed=not page.slips(200),
    )
    if page.slips(150):
        page.tell("ASSISTANCE_REFUSED", page.some_day(28), object=page.number("函"))


def livestream(page: Page) -> None:
    """Words, replays and labels in broadcasts."""
    for _ in range(page.chance.randrange(1, 4) if page.slips(300) else 0):
        finding = page.pick({"HIGH_RISK_WORDS": 6, "REPLAY_MISSING": 1, "AI_UNLABELLED": 1})
        viewers = page.chance.randrange(200, 9_000)
        page.tell("LIVE_HIT", page.some_day(28), object=page.number("播"), finding=finding, viewers=viewers)


def prepaid(page: Page) -> None:
    """Balances, redemptions, refunds, complaints."""
    high = page.slips(200)
    balance = 9_000_000 if high else 3_000_000
    page.tell("PREPAID_BALANCE", ago(2), balance_fen=balance, warning_fen=8_000_000)
    for week in range(12):
        amount = page.chance.randrange(300_000, 500_000)
        page.tell(
            "PREPAID_REDEEMED", ago(3 + 7 * week), amount_fen=amount // 3 if high and week < 4 else amount
        )
    for _ in range(7 if page.slips(60) else 0):
        page.tell(
            "PREPAID_REFUND", ago(20 + page.chance.randrange(20)), object=page.number("退"), state="REQUESTED"
        )
    for _ in range(4 if page.slips(100) else 0):
        page.tell("COMPLAINT", page.some_day(28), number=page.number("预"), topic="PREPAID", excluded=False)
    page.tell("PREPAID_COLLECTED", ago(45), amount_fen=page.chance.randrange(50_000, 300_000))
    if page.slips(25):
        page.tell("PREPAID_RISK_DECLARED", ago(10))
    if page.slips(20):
        page.tell("CLOSED_WITHOUT_NOTICE", page.some_day(20))


def industrial(page: Page) -> None:
    """Production permits, renewals, sampling."""
    number = page.number("产")
    left = page.chance.randrange(-8, 170) if page.slips(200) else page.chance.randrange(200, 1500)
    page.tell(
        "PERMIT", ago(720), object=number, permit_kind="INDUSTRIAL_PRODUCT", valid_to=ago(-left).isoformat()
    )
    page.tell("PRODUCTION_SEEN", ago(5), object=number)
    if left < 180 and page.often(500):
        page.tell("RENEWAL_APPLIED", ago(30), object=number)
    _sampling(page, "INDUSTRIAL_PRODUCT", 120)


def green_food(page: Page) -> None:
    """The mark's certificate, its use, and the completeness of the chain."""
    number = _permit(page, "GREEN_FOOD")
    page.tell("MARK_USED", ago(0), object=number)
    found = 940 if page.slips(200) else 995
    page.tell("TRACE_COMPLETENESS", ago(4), events_expected=1000, events_found=found)
    if page.slips(60):
        page.tell("TRACE_BREAK", page.some_day(28), object=page.number("批"))


SECTORS: dict[str, Callable[[Page], None]] = {
    "CATERING": caterer,
    "FOOD_TRADE": food_trader,
    "E_COMMERCE": online_shop,
    "TEXTILE": textile,
    "FOOD_PRODUCTION": food_producer,
    "PROPERTY": property_manager,
    "CYLINDERS": cylinder_station,
    "COSMETICS": cosmetics,
    "MEDICAL_DEVICE": medical_devices,
    "HEALTH_FOOD": health_food,
    "PREPAID": prepaid,
    "LIVESTREAM": livestream,
    "INDUSTRIAL_PRODUCT": industrial,
    "GREEN_FOOD": green_food,
    "PLATFORM": platform,
}
