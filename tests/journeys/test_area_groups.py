"""Point or area (M5): five firms of one supplier touch the same point in thirty days."""

from __future__ import annotations

import pytest

from tests.journeys.city import BUREAU, MACHINE, OFFICER, Bureau, at
from zhunsheng.core.identifiers.uscc import make
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.judging.triggers.actions import alerts
from zhunsheng.sensing.signals import actions as signals
from zhunsheng.sensing.signals.new_facts import NewFact

WHOLESALER, BAKER = make("91", "980104", "MA9W001A"), make("91", "980104", "MA9W002A")
FIRMS = [make("91", f"98010{2 + n}", f"MA1{n:02d}W1B") for n in range(6)]
pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau() -> Bureau:
    """Six firms of six trades in six divisions: nothing but their supplier in common."""
    bureau = Bureau()
    for n, key in enumerate(FIRMS):
        bureau.register(key, "云汀某店", industry=f"52{n:02d}")
        bureau.enrol(key, "T10")
    return bureau


def supplied(bureau: Bureau, key: str, day: str, state: str = "ACTIVE", by: str = WHOLESALER) -> str:
    return bureau.tell(key, "SUPPLY", day, object=by, state=state, goods="冷冻禽肉")


def hit(bureau: Bureau, key: str, day: str) -> None:
    bureau.tell(key, "SCOPE_HIT", day, object="凉菜")


def areas() -> list[tuple[str, str, int]]:
    return [(point, area, firms) for point, area, firms, _ in triggers.area_alerts(viewer=BUREAU)]


def test_the_fifth_firm_of_one_supplier_makes_an_area_alert_at_once(bureau: Bureau) -> None:
    for key in FIRMS:
        supplied(bureau, key, "2026-02-01")
        supplied(bureau, key, "2026-02-01", by=BAKER) if key in FIRMS[:4] else None
    for n, key in enumerate(FIRMS[:4]):
        hit(bureau, key, f"2026-05-0{n + 1}")
    assert areas() == []
    hit(bureau, FIRMS[4], "2026-05-20")
    assert areas() == [("T10-2", f"供货者:{WHOLESALER}", 5)]
    hit(bureau, FIRMS[5], "2026-05-21")
    assert areas() == [("T10-2", f"供货者:{WHOLESALER}", 6)]


def test_who_bought_elsewhere_before_the_thirty_days_is_not_of_the_group(bureau: Bureau) -> None:
    for key in FIRMS:
        supplied(bureau, key, "2026-02-01")
    supplied(bureau, FIRMS[0], "2026-04-19", "ENDED")
    for n, key in enumerate(FIRMS[:5]):
        hit(bureau, key, f"2026-05-1{n + 5}")
    assert areas() == []


def test_who_changed_the_supplier_within_the_thirty_days_still_is(bureau: Bureau) -> None:
    for key in FIRMS:
        supplied(bureau, key, "2026-02-01")
    supplied(bureau, FIRMS[0], "2026-04-20", "ENDED")
    for n, key in enumerate(FIRMS[:5]):
        hit(bureau, key, f"2026-05-1{n + 5}")
    assert areas() == [("T10-2", f"供货者:{WHOLESALER}", 5)]


def test_a_retracted_purchase_record_groups_nobody(bureau: Bureau) -> None:
    told = [supplied(bureau, key, "2026-02-01") for key in FIRMS]
    wrong = NewFact("SUPPLY", FIRMS[0], at("2026-02-01"), {}, WHOLESALER, retracts=told[0])
    signals.record_facts(
        by=MACHINE, at=at("2026-03-01"), facts=[wrong], source="test", contracts=bureau.library.contracts
    )
    for n, key in enumerate(FIRMS[:5]):
        hit(bureau, key, f"2026-05-0{n + 1}")
    assert areas() == []


def test_a_supplier_s_alert_is_analysed_by_a_person_and_touches_no_firm_s_points(bureau: Bureau) -> None:
    for n, key in enumerate(FIRMS[:5]):
        supplied(bureau, key, "2026-02-01")
        hit(bureau, key, f"2026-05-0{n + 1}")
    (alert,) = triggers.alerts(viewer=BUREAU)
    alerts.analyse(by=OFFICER, at=at("2026-05-06"), alert_id=alert.id)
    alerts.close_alert(
        by=OFFICER, at=at("2026-05-08"), alert_id=alert.id, analysis="同一供货者；约谈供货者，行业提示"
    )
    assert {t.state for key in FIRMS[:5] for t in triggers.touches(viewer=BUREAU, subject=key)} == {
        "OBSERVING"
    }
