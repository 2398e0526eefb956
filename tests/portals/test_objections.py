"""A business objects to a record: marked at once, decided in time, told; judged again where it was right."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.journeys.city import BUREAU, MACHINE, Bureau, at, letters
from tests.portals import business
from tests.portals.pages import E1, PDF, as_, reminded, staffed, stand_at
from zhunsheng.core.actors import Actor
from zhunsheng.core.clock import SHANGHAI, instant
from zhunsheng.core.facts import in_force
from zhunsheng.foundation.schedule import queries as clocks
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.sensing.objections import queries
from zhunsheng.sensing.objections.proposals import ObjectionError
from zhunsheng.sensing.signals import actions as recording
from zhunsheng.sensing.signals import queries as signals
from zhunsheng.sensing.signals.new_facts import NewFact
from zhunsheng.workflows import objecting
from zhunsheng.workflows.terms import clock_terms

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
    return str(re.findall(r'href="([^"]+/object/)"', record)[0])


def objected(client: Client, home: str, when: str = "") -> None:
    """The lift's record is said to be wrong; with `when`, that its inspection is due on this day."""
    where = wrong_record(client, home)
    empty = client.post(where, {"reason": " "}).content.decode()
    assert "请写明哪里不对" in empty and queries.waiting(viewer=BUREAU) == []
    nonsense = client.post(where, {"reason": "有效期错了", "inspection_due_on": "后年"}).content.decode()
    assert "读不出" in nonsense and "有效期错了" in nonsense and queries.waiting(viewer=BUREAU) == []
    same = client.post(where, {"reason": "有效期错了", "inspection_due_on": "2026-07-31"}).content.decode()
    assert "没有与现在的记录不同的值" in same and queries.waiting(viewer=BUREAU) == []
    paper = SimpleUploadedFile("检验报告.pdf", PDF)
    told = client.post(where, {"reason": "有效期应为 2027 年", "inspection_due_on": when, "files": [paper]})
    assert told.status_code == 302
    again = client.post(where, {"reason": "再说一次"}).content.decode()
    assert "正在办理" in again


def judged(touch: int) -> str:
    Bureau().work(at(LATER))
    found = triggers.touch(viewer=BUREAU, touch_id=touch)
    assert found is not None
    return found.state


def due_on_record() -> list[str]:
    """The due day in the lift's records that count, and after corrections."""
    told = in_force(signals.timeline(viewer=BUREAU, subject=E1), instant(at(LATER)))
    return [str(f.payload["inspection_due_on"]) for f in told if f.kind == "ELEVATOR_RECORD"]


def test_marked_at_once_upheld_in_time_and_judged_again(
    desk: tuple[Client, str, int], client: Client, settings: Any
) -> None:
    there, home, touch = desk
    objected(there, home)
    assert there.get(home + "file/").content.decode().count("异议办理中") == 1
    officer = as_(client, "0005")
    for where in (f"/subjects/{E1}/", f"/touches/{touch}/"):
        assert "异议办理中" in officer.get(where).content.decode()
    assert "有效期应为 2027 年" in officer.get("/objections/").content.decode()
    (card,) = queries.waiting(viewer=BUREAU)
    page = officer.get(f"/objections/{card.id}/").content.decode()
    assert "2026-07-09 前答复" in page and "陈明" in page and "检验报告.pdf" in page
    (file,) = re.findall(r'href="(/evidence/\d+/)"', page)
    assert officer.post(file + "original/", {"purpose": "VERIFY", "words": "核对异议"}).content == PDF
    assert "查看原件" in officer.get(file).content.decode() and "核对" in officer.get(file).content.decode()
    where = f"/objections/{card.id}/decide/"
    assert "请填写：理由" in officer.post(where, {"outcome": "uphold"}).content.decode()
    assert "请选择采纳" in officer.post(where, {"decision": "x"}).content.decode()
    stand_at(settings, LATER)
    officer.post(where, {"outcome": "uphold", "decision": "检验报告属实"})
    terms = clocks.terms(viewer=BUREAU, base=Bureau().library.clocks)
    due = clocks.of_matters(viewer=BUREAU, at=at(LATER), terms=terms, matters=[f"objection:{card.id}"])[
        f"objection:{card.id}"
    ]
    told = {d.clock: d.state for d in due}
    assert told == {"credit.mark": "MET", "credit.objection": "MET"}
    assert judged(touch) == "NORMAL" and due_on_record() == []
    page = there.get(home + "file/").content.decode()
    assert "已采纳，记录已撤回" in page and "检验报告属实" in page and "异议办理中" not in page
    assert "检验报告属实" in there.get(home).content.decode()
    assert queries.waiting(viewer=BUREAU) == []


def test_the_right_value_takes_the_place_of_the_wrong_one(
    desk: tuple[Client, str, int], client: Client, settings: Any
) -> None:
    there, home, touch = desk
    objected(there, home, "2027-07-31")
    (card,) = queries.waiting(viewer=BUREAU)
    assert card.proposed == {"inspection_due_on": "2027-07-31"} and due_on_record() == ["2026-07-31"]
    officer = as_(client, "0005")
    page = officer.get(f"/objections/{card.id}/").content.decode()
    assert "2027-07-31" in page and "2026-07-31" in page
    stand_at(settings, LATER)
    where = f"/objections/{card.id}/decide/"
    told = {"outcome": "partly", "decision": "报告写的是八月", "inspection_due_on": "2027-07-31"}
    assert "与企业提出的相同时请选采纳" in officer.post(where, told).content.decode()
    assert queries.waiting(viewer=BUREAU)
    officer.post(where, {**told, "inspection_due_on": "2027-08-31"})
    assert due_on_record() == ["2027-08-31"] and judged(touch) == "NORMAL"
    page = there.get(home + "file/").content.decode()
    assert "部分采纳" in page and "2027-08-31" in page and "您提出" in page
    (done,) = queries.of_subject(viewer=BUREAU, subject=E1)
    assert (done.state, done.accepted) == ("PARTLY", {"inspection_due_on": "2027-08-31"})
    assert "2027-08-31" in letters(E1)[0].text


def test_accepted_as_proposed_unless_the_source_was_faster(
    desk: tuple[Client, str, int], client: Client, settings: Any
) -> None:
    there, home, touch = desk
    objected(there, home, "2027-07-31")
    (card,) = queries.waiting(viewer=BUREAU)
    stand_at(settings, LATER)
    as_(client, "0005").post(f"/objections/{card.id}/decide/", {"outcome": "uphold", "decision": "属实"})
    assert due_on_record() == ["2027-07-31"] and judged(touch) == "NORMAL"
    (record,) = [f for f in signals.timeline(viewer=BUREAU, subject=E1) if f.supersedes == card.fact]
    objecting.file(by=own_actor(), at=at(LATER), fact_id=record.fact_id, reason="又错了")
    back = NewFact(record.kind, E1, at("2026-06-29"), {}, record.object, retracts=record.fact_id)
    contracts = Bureau().library.contracts
    recording.record_facts(by=MACHINE, at=at(LATER), facts=[back], source="test", contracts=contracts)
    (again,) = queries.waiting(viewer=BUREAU)
    as_(client, "0005").post(f"/objections/{again.id}/decide/", {"outcome": "uphold", "decision": "属实"})
    assert "来源此前已更正或撤回" in letters(E1)[0].text and due_on_record() == ["2026-07-31"]


def own_actor() -> Actor:
    (mandate,) = business.queries.of_subject(viewer=BUREAU, at=NOW, subject=E1)
    return business.actor(mandate.person, mandate.id, NOW)


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
    assert judged(touch) == "OBSERVING" and due_on_record() == ["2026-07-31"]
    assert "与原件一致" in there.get(home + "file/").content.decode()


def test_undecided_it_climbs_the_levels_over_the_national_holiday(
    desk: tuple[Client, str, int],
) -> None:
    """Five workdays from Thursday 24 September 2026: 28, 29, 30 September, 8 and 9 October."""
    fact = next(f for f in signals.timeline(viewer=BUREAU, subject=E1) if f.kind == "ELEVATOR_RECORD")
    number = objecting.file(by=own_actor(), at=at("2026-09-24 10:00"), fact_id=fact.fact_id, reason="不对")
    Bureau().pass_time("2026-10-20")
    cards = clocks.due_list(viewer=BUREAU, at=at("2026-10-20"), terms=clock_terms())
    (due,) = [card for card in cards if card.clock == objecting.DECIDE]
    assert (str(due.due_on), due.state, due.matter) == ("2026-10-09", "MISSED", f"objection:{number}")
    told = {step.kind: (f"{step.at.astimezone(SHANGHAI):%m-%d %H:%M}", step.told) for step in due.steps}
    assert told["SOON"][0] == "09-30 09:00" and told["DUE"][0] == "10-09 09:00"
    assert told["OVERDUE"] == ("10-10 00:00", ("HANDLER", "CHIEF", "LEADER"))
    # Saturday 10 October is worked: the third workday of delay is Tuesday the 13th.
    assert told["OVERDUE_LONG"] == ("10-13 09:00", ("LEADER", "SUPERVISION"))


def test_many_are_taken_in_hand_and_decided_for_one_reason(
    desk: tuple[Client, str, int], client: Client, settings: Any
) -> None:
    there, home, touch = desk
    objected(there, home, "2027-07-31")
    (card,) = queries.waiting(viewer=BUREAU)
    officer, chosen = as_(client, "0005"), {"list": "objections", "row": str(card.id), "act": "TAKE"}
    assert "由我承办" in officer.get("/objections/").content.decode()
    assert "1 项异议" in officer.post("/batch/", chosen).content.decode()
    done = officer.post("/batch/", {**chosen, "confirm": "1"}).headers["Location"]
    assert "顾南乔" in officer.get("/objections/").content.decode()
    assert f'href="/objections/{card.id}/"' in officer.get("/work/").content.decode()
    officer.post(done + "undo/")
    assert "已撤销" in officer.get(done).content.decode()
    assert "<dd>顾南乔</dd>" not in officer.get(f"/objections/{card.id}/").content.decode()
    stand_at(settings, LATER)
    told = {**chosen, "act": "UPHOLD", "confirm": "1"}
    assert "不能撤销" in officer.post("/batch/", told).content.decode() and queries.waiting(viewer=BUREAU)
    done = officer.post("/batch/", {**told, "reason": "来源报送有误"}).headers["Location"]
    assert due_on_record() == ["2027-07-31"] and judged(touch) == "NORMAL"
    assert "undo" not in officer.get(done).content.decode()
    assert officer.post(done + "undo/").status_code == 404
    assert as_(Client(), "0002").post("/batch/", chosen).status_code == 404


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
