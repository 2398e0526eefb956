"""Sources and system: silent ones are told, queues have an age, and no look grows with the city."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import settings as live
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.journeys.city import BUREAU, Bureau, at
from tests.portals.pages import E1, as_, reminded, staffed, stand_at
from zhunsheng.engine.library import open_library
from zhunsheng.foundation.outbox.models import OutboxRow
from zhunsheng.portals.officer.status import sources_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau(settings: Any, client: Client, monkeypatch: pytest.MonkeyPatch) -> Bureau:
    stand_at(settings, "2026-07-02 10:00")
    staffed(monkeypatch)
    as_(client, "0001")
    bureau = Bureau()
    reminded(bureau)
    return bureau


def test_every_source_of_a_contract_has_a_name_and_ours_are_left_out() -> None:
    library = open_library(live.PACKS)
    told = set(library.policy("zhunsheng.source-policy/1")["sources"])
    ours = {"judging", "enterprise_portal", "review", "connectors"}
    assert told == {s for c in library.contracts.kinds.values() for s in c.sources} - ours


def test_a_source_is_late_after_its_rhythm_and_not_before(bureau: Bureau) -> None:
    bureau.tell(E1, "ELEVATOR_MAINTAINED", "2026-06-29 09:00", object="L-7", source="equipment")
    library = open_library(live.PACKS)

    def state(when: str) -> tuple[str, int | None]:
        (found,) = [s for s in sources_of(BUREAU, library, at(when)) if s.key == "equipment"]
        return found.state, found.silent_days

    assert state("2026-07-02 09:00") == ("FRESH", 3)
    assert state("2026-07-02 09:01") == ("LATE", 3)
    rest = {s.key: s.state for s in sources_of(BUREAU, library, at("2026-07-02"))}
    assert rest["12315"] == "NEVER" and rest["recalls"] == "ON_EVENT"


def test_the_page_says_late_in_words(bureau: Bureau, client: Client) -> None:
    bureau.tell(E1, "ELEVATOR_MAINTAINED", "2026-06-01", object="L-7", source="equipment")
    page = client.get("/status/sources/").content.decode()
    assert "1 个来源超过约定的节奏" in page and re.search(r"特种设备平台.*?超过节奏没有更新", page, re.S)
    assert "还没有来过" in page and "NEVER" not in page


def test_queues_show_what_waits_and_for_how_long(bureau: Bureau, client: Client) -> None:
    row = OutboxRow.objects.filter(topic="sms.send").get()
    OutboxRow.objects.filter(id=row.id).update(state="UNKNOWN", created_at=at("2026-07-02 04:00"))
    page = client.get("/status/").content.decode()
    assert "结果不明，待人工核对" in page and "6.0" in page and "sms.send" in page
    assert "300 毫秒" in page and "做到" in page


def test_no_look_grows_with_the_city(bureau: Bureau, client: Client) -> None:
    def asked() -> list[int]:
        told = []
        for address in ("/status/", "/status/sources/"):
            with CaptureQueriesContext(connection) as queries:
                client.get(address)
            told.append(len(queries))
        return told

    before = asked()
    for number in range(5):
        bureau.tell(E1, "ELEVATOR_MAINTAINED", "2026-07-01", object=f"M-{number}", source="equipment")
    assert asked() == before


@pytest.mark.only_on("sqlite")
def test_the_last_fact_of_a_source_is_found_by_its_index() -> None:
    sql = "SELECT recorded_at FROM signals_storedfact WHERE source=%s ORDER BY sequence DESC LIMIT 1"
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + sql, ["equipment"])
        assert "signals_source" in str(cursor.fetchall())
