"""Parts of stories 3 to 18 that touch, observe and link: shops, sole traders, reviews, green food, areas."""

from __future__ import annotations

from datetime import date

import pytest

from tests.journeys.city import BUREAU, MACHINE, OFFICER, Bureau, at
from zhunsheng.core.actors import HumanDecisionRequiredError, Viewer
from zhunsheng.core.identifiers.uscc import make
from zhunsheng.core.listing import Part
from zhunsheng.foundation.outreach import queries as messages
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.judging.triggers.actions import alerts
from zhunsheng.registers.registry import actions as registry
from zhunsheng.registers.registry import queries as register
from zhunsheng.sensing.signals import queries as signals
from zhunsheng.workflows import monthly
from zhunsheng.workflows.answering import take_answer
from zhunsheng.workflows.judging import look

E4 = "92980102MA400G4H2X"
E4_COMPANY = make("91", "980102", "MA4N4G4H")
E7 = "91980121MA700N7P1K"
E9 = "92980103MA900T9U5K"
SHOP = "92980103MA9S0T9U5M"
FARMER = "92980103MA9F0T9U5P"
pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau() -> Bureau:
    return Bureau()


def indicator(subject: str, name: str, when: str) -> int:
    folded = look(subject, at(when))
    assert folded is not None
    return {r.indicator: r.points for r in folded.judgement.models[0].indicators}[name]


def test_story_3_an_exempt_absolute_term_touches_nothing_and_a_clinic_s_is_red(bureau: Bureau) -> None:
    bureau.register(E9, "小荷网店", kind="SOLE_TRADER", industry="5292")
    bureau.enrol(E9, "T21")
    bureau.tell(E9, "ADVERT_HIT", "2026-06-01", object="全城最佳", finding="ABSOLUTE_TERM", exempt=True)
    bureau.tell(E9, "EXEMPTION", "2026-06-01 10:00", object="不予立案-1")
    assert bureau.touches(E9) == []
    assert indicator(E9, "I35", "2026-06-02") == 0
    bureau.register(E4, "云汀医美", industry="8492")
    bureau.enrol(E4, "T21")
    bureau.tell(
        E4, "ADVERT_HIT", "2026-06-01", object="全城最佳", finding="ABSOLUTE_TERM_SENSITIVE", exempt=False
    )
    assert bureau.touches(E4) == [("T21-1", "全城最佳", "RED", "OFFSITE_REVIEW")]


def sole_trader_becomes_a_company(bureau: Bureau) -> None:
    bureau.register(E4, "阿福小吃", kind="SOLE_TRADER", industry="6291")
    bureau.enrol(E4, "T10")
    bureau.tell(E4, "PENALTY", "2026-02-10", object="罚-1", severity="ORDINARY", published=True)
    bureau.tell(E4, "SCOPE_HIT", "2026-05-20", object="凉菜")
    assert bureau.touches(E4) == [("T10-2", "", "YELLOW", "OBSERVING")]
    bureau.register(E4_COMPANY, "阿福餐饮", industry="6210")
    registry.link(
        by=OFFICER,
        at=at("2026-06-01"),
        subject=E4_COMPANY,
        other=E4,
        kind="SUCCEEDS",
        since_on=date(2026, 6, 1),
        reason="个转企",
    )
    bureau.tell(E4, "SUBJECT_STATE", "2026-06-01", state="DEREGISTERED")


def test_story_11_the_observation_finishes_and_the_penalty_is_not_inherited(bureau: Bureau) -> None:
    sole_trader_becomes_a_company(bureau)
    assert bureau.touches(E4) == [("T10-2", "", "YELLOW", "OBSERVING")]
    assert ("SUCCEEDS", E4, date(2026, 6, 1)) in register.links(viewer=BUREAU, key=E4_COMPANY)
    assert indicator(E4_COMPANY, "I21", "2026-06-02") == 0
    assert indicator(E4, "I21", "2026-06-02") == 500
    assert triggers.enrolments(viewer=BUREAU, subject=E4_COMPANY) == {}
    take_answer(by=MACHINE, at=at("2026-05-25"), touch_id=bureau.last_touch(E4), answer="DONE")
    bureau.pass_time("2026-06-20")
    assert bureau.touches(E4) == [("T10-2", "", "YELLOW", "NORMAL")]
    kinds = [f.kind for f in signals.timeline(viewer=BUREAU, subject=E4)]
    assert kinds.count("TOUCH_RECTIFIED") == 1 and "TOUCH_MISSED" not in kinds
    assert bureau.touches(E4_COMPANY) == []


def test_story_11_nothing_new_begins_under_the_old_number(bureau: Bureau) -> None:
    sole_trader_becomes_a_company(bureau)
    bureau.tell(E4, "PERMIT", "2026-06-02", object="证-9", permit_kind="FOOD", valid_to="2026-07-01")
    assert bureau.touches(E4)[-1] == ("T10-1", "证-9", "YELLOW", "SUSPENDED")


def reviews(bureau: Bureau, subject: str, day: str, number: int, *, credible: bool) -> None:
    for n in range(number):
        bureau.tell(
            subject,
            "REVIEW_HIT",
            f"{day} 09:{n:02d}",
            object=f"{day}-{n}",
            topic="FOREIGN_BODY",
            credible=credible,
        )


def caterer(bureau: Bureau) -> None:
    bureau.register(E4, "阿福小吃", industry="6210")
    bureau.enrol(E4, "T09")
    bureau.tell(E4, "PEER_GROUP", "2026-01-01", group="6210/980102/SMALL")
    bureau.tell(
        "@world",
        "PEER_STATISTIC",
        "2026-05-01",
        object="review_hits_per_1000_orders/6210/980102/SMALL",
        MEDIAN=1000,
    )
    bureau.tell(E4, "TRADE_VOLUME", "2026-05-20", orders=400)


def test_story_13_a_flood_of_reviews_counts_nothing_until_they_are_credible(bureau: Bureau) -> None:
    caterer(bureau)
    reviews(bureau, E4, "2026-06-01", 40, credible=False)
    reviews(bureau, E4, "2026-06-02", 2, credible=True)
    assert bureau.touches(E4) == []
    reviews(bureau, E4, "2026-06-03", 1, credible=True)
    assert bureau.touches(E4) == [("T09-1", "", "YELLOW", "OBSERVING")]


@pytest.mark.parametrize(
    ("kind", "payload", "item"),
    [
        ("COMPLAINT", {"number": "诉-1", "topic": "FIBRE", "verified": False, "excluded": False}, "T07"),
        ("COMPLAINT", {"number": "诉-2", "topic": "PREPAID", "verified": False, "excluded": False}, "T23"),
        ("REVIEW_HIT", {"topic": "FOOD_ILLNESS", "credible": False}, "T09"),
    ],
)
def test_one_unverified_complaint_touches_nothing(
    bureau: Bureau, kind: str, payload: dict[str, str | bool], item: str
) -> None:
    bureau.register(E4, "阿福小吃", industry="6210")
    bureau.enrol(E4, item)
    bureau.tell(E4, kind, "2026-06-01", **payload)
    assert bureau.touches(E4) == []


def turnover(bureau: Bureau, subject: str, when: str, shop: str, yuan: int) -> None:
    bureau.tell(subject, "SHOP_TURNOVER", when, object=shop, amount_fen=yuan * 100)


def test_story_14_turnover_over_two_platforms_and_thirty_days_after_the_prompt(bureau: Bureau) -> None:
    bureau.register(SHOP, "某自然人网店", kind="NATURAL_PERSON_SHOP", industry="5292")
    bureau.tell(SHOP, "SHOP_STATUS", "2026-01-02", registered=False, legally_exempt=False)
    turnover(bureau, SHOP, "2026-03-01", "甲平台", 60_000)
    assert bureau.touches(SHOP) == []
    turnover(bureau, SHOP, "2026-05-06", "乙平台", 25_000)
    assert bureau.touches(SHOP) == [("T16-1", "", "YELLOW", "OBSERVING")]
    turnover(bureau, SHOP, "2026-05-20", "乙平台", 30_000)
    bureau.pass_time("2026-06-05 23:59:59")
    assert [t[2] for t in bureau.touches(SHOP)] == ["YELLOW"]
    bureau.pass_time("2026-06-06")
    assert bureau.touches(SHOP)[-1] == ("T16-1", "", "RED", "OFFSITE_REVIEW")


def test_story_14_below_the_limit_silence_is_no_red_and_registration_ends_it(bureau: Bureau) -> None:
    bureau.register(SHOP, "某自然人网店", kind="NATURAL_PERSON_SHOP", industry="5292")
    bureau.tell(SHOP, "SHOP_STATUS", "2026-01-02", registered=False, legally_exempt=False)
    turnover(bureau, SHOP, "2026-05-06", "甲平台", 85_000)
    bureau.pass_time("2026-07-01")
    assert [t[2:] for t in bureau.touches(SHOP)] == [("YELLOW", "NORMAL")]
    assert indicator(SHOP, "I31", "2026-07-01") == 0
    turnover(bureau, SHOP, "2026-07-02", "甲平台", 30_000)
    assert bureau.touches(SHOP)[-1][2:] == ("RED", "OFFSITE_REVIEW")


def test_story_14_a_farmer_who_sells_his_own_plums_is_exempt_by_law(bureau: Bureau) -> None:
    bureau.register(FARMER, "某果农", kind="NATURAL_PERSON_SHOP", industry="0151")
    bureau.tell(FARMER, "SHOP_STATUS", "2026-01-02", registered=False, legally_exempt=True)
    turnover(bureau, FARMER, "2026-05-06", "甲平台", 300_000)
    bureau.pass_time("2026-07-01")
    assert bureau.touches(FARMER) == []


def test_story_15_a_mark_that_expired_yesterday_and_is_used_is_red(bureau: Bureau) -> None:
    bureau.register(E7, "崇岛绿源食品", industry="1391")
    bureau.enrol(E7, "T26")
    bureau.tell(E7, "PERMIT", "2024-06-01", object="绿-1", permit_kind="GREEN_FOOD", valid_to="2026-06-30")
    bureau.pass_time("2026-05-01")
    assert bureau.touches(E7)[-1] == ("T26-1", "绿-1", "YELLOW", "OBSERVING")
    take_answer(by=MACHINE, at=at("2026-05-02"), touch_id=bureau.last_touch(E7), answer="HELP")
    bureau.tell(E7, "MARK_USED", "2026-07-01 08:00", object="绿-1")
    assert bureau.touches(E7)[-1][2] == "RED"
    bureau.tell(E7, "TRACE_BREAK", "2026-07-01 09:00", object="批次 26-118")
    assert bureau.touches(E7)[-1] == ("T26-2", "", "RED", "OFFSITE_REVIEW")


def test_the_annual_report_is_reminded_at_30_15_and_7_days_and_red_only_on_1_july(bureau: Bureau) -> None:
    bureau.register(E9, "小荷网店")
    bureau.tell(E9, "ANNUAL_REPORT_DUE", "2026-01-01", object="2025", due_on="2026-06-30")
    bureau.pass_time("2026-06-30 23:59:58")
    sent = [str(m.created_at.astimezone(at("2026-01-01").tzinfo).date()) for m in _sms(E9)]
    assert sent == ["2026-05-31", "2026-06-15", "2026-06-23"]
    assert [t[2:] for t in bureau.touches(E9)] == [("YELLOW", "OBSERVING")]
    bureau.pass_time("2026-07-01")
    assert bureau.touches(E9)[-1][2:] == ("RED", "OFFSITE_REVIEW")
    assert "TOUCH_MISSED" not in [f.kind for f in signals.timeline(viewer=BUREAU, subject=E9)]


def _sms(subject: str) -> list[messages.MessageCard]:
    rows = messages.listed(viewer=BUREAU, part=Part(descending=False), channel="SMS").rows
    return [card for card in rows if card.recipient == f"0900{subject[-7:]}"]


def test_seal_of_yellow_nobody_else_sees_it_and_put_right_it_leaves_no_trace_in_the_class(
    bureau: Bureau,
) -> None:
    bureau.register(E4, "阿福小吃", industry="6291")
    bureau.enrol(E4, "T10")
    monthly.run(at("2026-05-01"), at("2026-05-01"))
    score = look(E4, at("2026-05-19"))
    bureau.tell(E4, "SCOPE_HIT", "2026-05-20", object="凉菜")
    take_answer(by=MACHINE, at=at("2026-05-21"), touch_id=bureau.last_touch(E4), answer="DONE")
    bureau.pass_time("2026-08-20")
    monthly.run(at("2026-09-01"), at("2026-09-01"))
    after = look(E4, at("2026-09-01"))
    assert score is not None and after is not None
    assert after.judgement.models[0].score == score.judgement.models[0].score
    for viewer in (Viewer.business(E9), Viewer.business("")):
        assert triggers.touches(viewer=viewer) == []
        assert triggers.counts(viewer=viewer) == {} and triggers.states(viewer=viewer) == {}
        assert triggers.touch(viewer=viewer, touch_id=bureau.last_touch(E4)) is None
        assert triggers.tasks(viewer=viewer) == [] and triggers.alerts(viewer=viewer) == []
    assert {t.state for t in triggers.touches(viewer=Viewer.business(E4))} == {"NORMAL"}


def test_the_fifth_firm_of_a_trade_and_division_makes_an_area_alert_at_once(bureau: Bureau) -> None:
    firms = [make("91", "980102", f"MA1{n:02d}A1B") for n in range(7)]
    stranger = make("91", "980103", "MA199A1B")
    for key in (*firms, stranger):
        bureau.register(key, "云汀某店", industry="5292" if key != firms[6] else "5211")
        bureau.enrol(key, "T10")

    def hit(key: str, day: str) -> None:
        bureau.tell(key, "SCOPE_HIT", day, object="凉菜")

    for n, key in enumerate((*firms[:4], stranger, firms[6])):
        hit(key, f"2026-05-0{n + 1}")
        hit(key, f"2026-05-0{n + 1} 12:00")
    assert triggers.alerts(viewer=BUREAU) == []
    hit(firms[4], "2026-05-30 10:00")
    (alert,) = triggers.alerts(viewer=BUREAU)
    assert (alert.point, alert.area, alert.subjects) == ("T10-2", "5292/980102", tuple(sorted(firms[:5])))
    hit(firms[5], "2026-05-30 11:00")
    (alert,) = triggers.alerts(viewer=BUREAU)
    assert len(alert.subjects) == 6
    with pytest.raises(HumanDecisionRequiredError):
        alerts.analyse(by=MACHINE, at=at("2026-06-01"), alert_id=alert.id)
    alerts.analyse(by=OFFICER, at=at("2026-06-01"), alert_id=alert.id)
    with pytest.raises(alerts.AlertError):
        alerts.close_alert(by=OFFICER, at=at("2026-06-02"), alert_id=alert.id, analysis=" ")
    alerts.close_alert(by=OFFICER, at=at("2026-06-02"), alert_id=alert.id, analysis="同一供货商；行业指导")
    assert [a.state for a in triggers.alerts(viewer=BUREAU)] == ["CLOSED"]


def test_a_source_that_falls_silent_for_all_is_one_alarm_until_it_speaks_again(bureau: Bureau) -> None:
    bureau.tell("@world", "SOURCE_STATUS", "2026-08-12", object="cylinder_scan", state="SILENT")
    bureau.tell("@world", "SOURCE_STATUS", "2026-08-12 01:00", object="cylinder_scan", state="SILENT")
    assert [(s, p, o) for s, p, o, _ in triggers.data_alarms(viewer=BUREAU)] == [("", "", "cylinder_scan")]
    bureau.tell("@world", "SOURCE_STATUS", "2026-08-15", object="cylinder_scan", state="LIVE")
    assert triggers.data_alarms(viewer=BUREAU) == []
