"""A business objects to a record: marked at once, decided in time, told; judged again where it was right."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.journeys.city import BUREAU, Bureau, at
from tests.portals import business
from tests.portals.pages import E1, PDF, as_, reminded, staffed, stand_at
from zhunsheng.foundation.schedule import queries as clocks
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.sensing.objections import queries
from zhunsheng.sensing.objections.actions import ObjectionError
from zhunsheng.workflows import objecting

pytestmark = pytest.mark.django_db
NOW, LATER = at("2026-07-02 10:00"), "2026-07-02 10:15"


@pytest.fixture
def desk(settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> tuple[Client, str, int]:
    """The representative's browser, where the pages of the business lie, the open touch."""
    cache.clear()
    settings.MEDIA_ROOT = tmp_path
    stand_at(settings, "2026-07-02 10:00")
    staffed(monkeypatch)
    touch = reminded(Bureau())
    chief = business.somebody("chief", "陈明", at=NOW)
    own = business.represent(E1, chief, NOW)
    return business.signed_in(chief, NOW), f"/business/{own}/", touch


def wrong_record(client: Client, home: str) -> str:
    """The address of the form about the lift's record."""
    page = client.get(home + "file/").content.decode()
    record = page[page.rindex("（L-7）") :]
    return re.findall(r'href="([^"]+/object/)"', record)[0]


def objected(client: Client, home: str) -> None:
    where = wrong_record(client, home)
    empty = client.post(where, {"reason": " "}).content.decode()
    assert "请写明哪里不对" in empty and queries.waiting(viewer=BUREAU) == []
    paper = SimpleUploadedFile("检验报告.pdf", PDF)
    told = client.post(where, {"reason": "有效期应为 2027 年", "files": [paper]})
    assert told.status_code == 302
    again = client.post(where, {"reason": "再说一次"}).content.decode()
    assert "正在办理" in again


def test_marked_at_once_upheld_in_time_and_judged_again(
    desk: tuple[Client, str, int], client: Client, settings: Any
) -> None:
    there, home, touch = desk
    objected(there, home)
    assert there.get(home + "file/").content.decode().count("异议办理中") == 1
    officer = as_(client, "0005")
    assert "异议办理中" in officer.get(f"/subjects/{E1}/").content.decode()
    page = officer.get("/objections/").content.decode()
    assert "有效期应为 2027 年" in page and "2026-07-09 前答复" in page and "（陈明）" in page
    (card,) = queries.waiting(viewer=BUREAU)
    assert (
        "请写明理由" in officer.post(f"/objections/{card.id}/decide/", {"outcome": "uphold"}).content.decode()
    )
    stand_at(settings, LATER)
    officer.post(f"/objections/{card.id}/decide/", {"outcome": "uphold", "decision": "检验报告属实"})
    terms = clocks.terms(viewer=BUREAU, base=Bureau().library.clocks)
    due = clocks.of_matters(viewer=BUREAU, at=at(LATER), terms=terms, matters=[f"objection:{card.id}"])[
        f"objection:{card.id}"
    ]
    told = {d.clock: d.state for d in due}
    assert told == {"credit.mark": "MET", "credit.objection": "MET"}
    Bureau().work(at(LATER))
    ended = triggers.touch(viewer=BUREAU, touch_id=touch)
    assert ended is not None and ended.state == "NORMAL"
    page = there.get(home + "file/").content.decode()
    assert "已采纳" in page and "检验报告属实" in page and "异议办理中" not in page
    assert "检验报告属实" in there.get(home).content.decode()
    assert queries.waiting(viewer=BUREAU) == []


def test_rejected_with_a_reason_and_the_fact_stands(
    desk: tuple[Client, str, int], client: Client, settings: Any
) -> None:
    there, home, touch = desk
    objected(there, home)
    (card,) = queries.waiting(viewer=BUREAU)
    assert as_(Client(), "0002").post(f"/objections/{card.id}/decide/", {"decision": "x"}).status_code == 404
    stand_at(settings, LATER)
    as_(client, "0005").post(
        f"/objections/{card.id}/decide/", {"outcome": "reject", "decision": "与原件一致"}
    )
    Bureau().work(at(LATER))
    standing = triggers.touch(viewer=BUREAU, touch_id=touch)
    assert standing is not None and standing.state == "OBSERVING"
    assert "与原件一致" in there.get(home + "file/").content.decode()


def test_only_ones_own_records_with_the_mandate_for_it(desk: tuple[Client, str, int]) -> None:
    there, home, _ = desk
    where, own = wrong_record(there, home), int(home.split("/")[2])
    fact = where.split("/")[-3]
    rival = business.somebody("rival", at=NOW)
    Bureau().register("91980103MA200C2D2N", "西浦布行")
    other = business.represent("91980103MA200C2D2N", rival, NOW)
    assert business.signed_in(rival, NOW).get(f"/business/{other}/file/{fact}/object/").status_code == 404
    with pytest.raises(ObjectionError):
        objecting.file(by=business.actor(rival, other, NOW), at=NOW, fact_id=fact, reason="不是我的")
    chief = business.queries.of_subject(viewer=BUREAU, at=NOW, subject=E1)[0].person
    agent = business.somebody("agent", at=NOW)
    number = business.appoint(business.actor(chief, own, NOW), own, agent, ("ANSWER",), NOW)
    reader = business.signed_in(agent, NOW)
    assert reader.get(where.replace(f"/{own}/", f"/{number}/", 1)).status_code == 404
    assert "/object/" not in reader.get(f"/business/{number}/file/").content.decode()
