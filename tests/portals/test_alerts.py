"""Area alerts on the page: tiles that lead to what they count within one's scope; closed by a person."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from tests.journeys.city import Bureau, at
from tests.portals.pages import as_, staffed, stand_at
from zhunsheng.core.identifiers.uscc import make
from zhunsheng.foundation.evidence.models import AuditEvent
from zhunsheng.judging.triggers.models import AreaAlert
from zhunsheng.portals.officer import alerts

pytestmark = pytest.mark.django_db
TILE = re.compile(r'<a href="(/alerts/\d+/)"><strong>(\d+)</strong>')
EAST = [make("91", "980102", f"MA1{n:02d}A1B") for n in range(5)]
WEST = [make("91", "980103", f"MA2{n:02d}A1B") for n in range(3)]


@pytest.fixture
def raised(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_at(settings, "2026-07-02 10:00")
    staffed(monkeypatch)
    bureau = Bureau()
    for number, key in enumerate((*EAST, *WEST)):
        bureau.register(
            key, f"云汀小吃{number}", industry="6210", station="汀前所" if key in EAST else "西浦所"
        )
    for area, firms in (("6210/980102", EAST), ("6210/980103", WEST), ("LINK/供货一号", EAST[:2] + WEST[:1])):
        AreaAlert.objects.create(point="T10-2", area=area, subjects=sorted(firms), raised_at=at("2026-07-01"))


def listed(client: Client, address: str) -> list[str]:
    """The codes behind a tile, from its first page to its last."""
    found: list[str] = []
    there = address
    while there:
        page = client.get(there).content.decode()
        found += re.findall(r"<td>(9198[0-9A-Z]{14})</td>", page)
        further = re.search(r'href="(\?after=[^"]*)"', page)
        there = f"{address}{further[1]}" if further else ""
    return found


def differing(client: Client, page: str) -> list[str]:
    """Tiles whose number is not the length of the list behind them."""
    return [where for where, number in TILE.findall(page) if len(set(listed(client, where))) != int(number)]


def test_every_tile_leads_to_exactly_what_it_counts(
    raised: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alerts, "ROWS_A_PAGE", 2)
    for person, numbers in (("0001", ["5", "3", "3"]), ("0003", ["3", "1"]), ("0002", ["5", "2"])):
        as_(client, person)
        page = client.get("/alerts/").content.decode()
        assert [number for _where, number in TILE.findall(page)] == numbers, "only what one may see counts"
        assert differing(client, page) == []
    assert "shade4" in page and differing(client, client.get("/").content.decode()) == []
    # A number that is off by one is seen; so is a list that loses whom it shows first.
    assert len(differing(client, page.replace("<strong>2<", "<strong>3<"))) == 1
    opened = alerts._opened
    forgets = lambda acting, n: replace(opened(acting, n), subjects=opened(acting, n).subjects[1:])  # noqa: E731
    monkeypatch.setattr(alerts, "_opened", forgets)
    assert len(differing(client, page)) == 2


def test_a_person_analyses_and_closes_and_the_trail_says_who(raised: None, client: Client) -> None:
    as_(client, "0002")
    first = AreaAlert.objects.order_by("id")[0].id
    west = AreaAlert.objects.order_by("id")[1].id
    assert client.get(f"/alerts/{west}/").status_code == 404, "nobody of one's own is in it"
    assert client.post(f"/alerts/{west}/step/", {"step": "close", "analysis": "x"}).status_code == 404
    assert client.post(f"/alerts/{first}/step/", {"step": "analyse"}).status_code == 302
    assert "分析中" in client.get(f"/alerts/{first}/").content.decode()
    refused = client.post(f"/alerts/{first}/step/", {"step": "close", "analysis": " "})
    assert refused.status_code == 400 and "请写明分析结论" in refused.content.decode()
    told = {"step": "close", "analysis": "同一供货方的凉菜，已发行业提示"}
    assert client.post(f"/alerts/{first}/step/", told).status_code == 302
    page = client.get(f"/alerts/{first}/").content.decode()
    assert "同一供货方的凉菜" in page and "李敏" in page and 'name="step"' not in page
    assert f"/alerts/{first}/" in client.get("/alerts/").content.decode().split("近半年办结")[1]
    assert f"/alerts/{first}/" not in client.get("/").content.decode()
    # What another district closes takes nothing out of one's own list.
    others = [{"point": "T10-2", "area": f"{n}/980103", "subjects": WEST} for n in range(alerts.CLOSED_SHOWN)]
    done = {"state": "CLOSED", "closed_at": at("2026-07-02"), "raised_at": at("2026-07-01")}
    AreaAlert.objects.bulk_create(AreaAlert(**one, **done) for one in others)
    assert f"/alerts/{first}/" in client.get("/alerts/").content.decode()
    moved = AuditEvent.objects.filter(action="AREA_ALERT_MOVED")
    assert moved.count() == 2
