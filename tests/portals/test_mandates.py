"""Behind the businesses' door: from the first link to an answer under a mandate, and out again at once."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.hashers import ScryptPasswordHasher
from django.core.cache import cache
from django.test import Client

from tests.journeys.city import BUREAU, MACHINE, OFFICER, Bureau, at
from tests.portals import business
from tests.portals.business import WORDS
from tests.portals.pages import E1, as_, link, reminded, staffed, stand_at
from tests.portals.test_enterprise import INTERNAL, answered_facts, seen
from zhunsheng.core.actors import HumanDecisionRequiredError, Scope, ScopeKind
from zhunsheng.foundation.evidence import queries as evidence
from zhunsheng.foundation.outreach import queries as messages
from zhunsheng.portals.enterprise import door
from zhunsheng.registers.mandates import actions as mandates
from zhunsheng.workflows import helping

pytestmark = pytest.mark.django_db
REVOKER = replace(OFFICER, powers=frozenset({mandates.REVOKE}))
ELSEWHERE = replace(BUREAU, scope=Scope(ScopeKind.UNIT, districts=frozenset({"980103"})))
OTHER, NOW = "91980103MA200C2D2N", at("2026-07-02 10:00")


@pytest.fixture
def touch_id(settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(ScryptPasswordHasher, "work_factor", 2**4)
    cache.clear()
    settings.MEDIA_ROOT = tmp_path
    stand_at(settings, "2026-07-02 10:00")
    return reminded(Bureau())


def house(person: str, subject: str = E1) -> tuple[int, str]:
    """A mandate of this representative, and the address under which its pages lie."""
    mandate = business.represent(subject, person, NOW)
    return mandate, f"/business/{mandate}/"


def test_from_the_first_link_to_an_answer(client: Client, touch_id: int) -> None:
    told = client.post("/business/claim/", {"number": E1}).content.decode()
    assert "请看手机短信" in told
    (sms,) = [m for m in messages.to_recipient(viewer=BUREAU, recipient=f"0900{E1[-7:]}") if "CLAIM" in m.key]
    where = re.findall(r"https?://[^/]+(/business/claim/\S+)", sms.text)[0]
    assert "云汀电梯物业" in client.get(where).content.decode()
    weak = client.post(where, {"person": "陈明", "name": "chenming", "password": "short"}).content.decode()
    assert "密码长度" in weak and 'value="chenming"' in weak
    led = client.post(where, {"person": "陈明", "name": "chenming", "password": WORDS})
    assert led.headers["Location"] == "/business/sign-in/?opened"
    assert client.get(where).status_code == 404
    client.post("/business/sign-in/", {"name": "chenming", "password": WORDS})
    choice = client.get("/business/").content.decode()
    home = re.findall(r'href="(/business/\d+/)"', choice)[0]
    page = client.get(home).content.decode()
    assert "请答复" in page and "2026-07-10" in page
    reminder = f"{home}reminders/{touch_id}/"
    pages = [page, choice, *(client.get(a).content.decode() for a in (reminder, home + "file/"))]
    assert not [p for p in pages if INTERNAL.search(seen(p))]
    client.post(reminder + "answer/", {"answer": "DONE", "reason": "已约检验", "next": "1"})
    sent = client.post(reminder + "check/", follow=True).content.decode()
    assert f"20260702-{touch_id:06d}" in sent and answered_facts() == ["DONE"]
    (act,) = [
        e
        for e in evidence.entries_of(target=f"touch:{touch_id}", viewer=BUREAU)
        if e.action == "TOUCH_ANSWERED"
    ]
    assert act.actor == "云汀电梯物业（陈明）" and str(act.detail["under"]).startswith("mandate:")
    assert client.post("/business/sign-out/").headers["Location"] == "/business/sign-in/"
    assert client.get(home).headers["Location"] == "/business/sign-in/"


def test_whether_a_business_exists_is_not_told(client: Client, touch_id: int) -> None:
    pages = [client.post("/business/claim/", {"number": n}).content for n in (E1, "91980102MA000000XX")]
    plain = [re.sub(rb'name="csrfmiddlewaretoken" value="[^"]+"|value="919[^"]+"', b"", p) for p in pages]
    assert plain[0] == plain[1]


def test_an_agent_accepts_sees_its_part_and_is_out_at_once(touch_id: int) -> None:
    chief, agent = business.somebody("chief", at=NOW), business.somebody("agent", at=NOW)
    _, home = house(chief)
    at_desk, at_home = business.signed_in(chief, NOW), business.signed_in(agent, NOW)
    late = at_desk.post(home + "people/", {"name": "乔安", "until": "2028-01-01"}).content.decode()
    assert "期限须在今天之后" in late and 'value="乔安"' in late
    page = at_desk.post(home + "people/", {"name": "乔安", "until": "2026-09-30"}).content.decode()
    where = re.findall(r"<code>https?://[^/]+(/business/mandate/[^<]+)</code>", page)[0]
    offered = at_home.get(where).content.decode()
    assert "乔安" in offered and "2026-09-30" in offered and "答复提醒" not in offered
    desk = at_home.post(where).headers["Location"]
    assert at_home.get(desk).status_code == 200 and at_home.get(desk + "file/").status_code == 200
    # Reads, and neither answers nor appoints.
    reminder = at_home.get(f"{desk}reminders/{touch_id}/").content.decode()
    assert "不含答复提醒" in reminder and "开始答复" not in reminder
    for closed in (f"reminders/{touch_id}/answer/", f"reminders/{touch_id}/check/", "people/"):
        assert at_home.get(desk + closed).status_code == 404
        assert at_home.post(desk + closed, {"answer": "DONE"}).status_code == 404
    number = re.findall(r"people/(\d+)/withdraw/", at_desk.get(home + "people/").content.decode())[0]
    at_desk.post(f"{home}people/{number}/withdraw/")
    for gone in (desk, desk + "file/", f"{desk}reminders/{touch_id}/"):
        assert at_home.get(gone).status_code == 404
    assert "没有您可以办理的主体" in at_home.get("/business/").content.decode()


def test_the_term_ends_with_its_last_day(touch_id: int, settings: Any) -> None:
    chief, agent = business.somebody("chief", at=NOW), business.somebody("agent", at=NOW)
    own, _ = house(chief)
    number = business.appoint(business.actor(chief, own, NOW), own, agent, at=NOW)
    for when, status in (("2026-09-30 23:00", 200), ("2026-10-01 00:00", 404)):
        stand_at(settings, when)
        assert business.signed_in(agent, at(when)).get(f"/business/{number}/").status_code == status


def anothers_pages(client: Client, mandate: int, touch_id: int) -> list[int]:
    """What somebody gets at the addresses of a mandate that is not theirs."""
    home = f"/business/{mandate}/"
    ends = ("", "file/", "people/", f"reminders/{touch_id}/", f"reminders/{touch_id}/dates.ics")
    return [client.get(home + end).status_code for end in ends]


def test_the_agent_of_one_sees_nothing_of_another(touch_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    Bureau().register(OTHER, "西浦布行")
    chief, rival = business.somebody("chief", at=NOW), business.somebody("rival", at=NOW)
    own, _ = house(chief)
    _, home = house(rival, OTHER)
    client = business.signed_in(rival, NOW)
    assert client.get(home).status_code == 200
    assert anothers_pages(client, own, touch_id) == [404] * 5
    # With one's own mandate and another's reminder: as if there were no such reminder.
    assert client.get(f"{home}reminders/{touch_id}/").status_code == 404
    # Planted: a door that looks up the mandate and forgets whose it is.
    real = door.mandates.acting

    def forgetful(**asked: Any) -> Any:
        return real(**{**asked, "person": chief}) if asked["mandate_id"] == own else real(**asked)

    monkeypatch.setattr(door.mandates, "acting", forgetful)
    assert 200 in anothers_pages(client, own, touch_id)


def test_a_link_in_a_letter_is_no_way_round_the_mandate(touch_id: int) -> None:
    chief = business.somebody("chief", at=NOW)
    _, home = house(chief)
    page = business.signed_in(chief, NOW).get(home).content.decode()
    assert "见上面的提醒" in page and "/b/" not in page


def test_a_second_factor_is_a_choice_of_ones_own(touch_id: int) -> None:
    person = business.somebody("chief", at=NOW)
    client = business.signed_in(person, NOW)
    page = client.get("/business/sign-in/second/").content.decode()
    assert re.search(r"<code>[A-Z2-7]{32}</code>", page)
    assert "验证码不正确" in client.post("/business/sign-in/second/", {"code": "000000"}).content.decode()
    assert client.get("/business/").status_code == 200


def test_the_demo_has_a_door_and_nothing_else_has(touch_id: int, settings: Any) -> None:
    person = business.somebody("chief", "陈明", at=NOW)
    house(person)
    client = Client()
    assert "陈明" in client.get("/business/sign-in/").content.decode()
    assert client.post("/business/sign-in/as/", {"person": person}).headers["Location"] == "/business/"
    assert "云汀电梯物业" in client.get("/business/").content.decode()
    assert client.get("/touches/").headers["Location"] == "/sign-in/"
    settings.DEMO = False
    assert client.post("/business/sign-in/as/", {"person": person}).status_code == 404
    assert "陈明" not in Client().get("/business/sign-in/").content.decode()


def test_a_mandate_can_be_declined_or_laid_down(touch_id: int) -> None:
    chief, agent = business.somebody("chief", at=NOW), business.somebody("agent", at=NOW)
    own, _ = house(chief)
    by, client = business.actor(chief, own, NOW), business.signed_in(agent, NOW)
    token = mandates.offer(by=by, at=NOW, mandate_id=own, name="乔安", acts=(), until=business.TERM)
    client.post(f"/business/mandate/{token}/", {"decline": "1"})
    assert client.get(f"/business/mandate/{token}/").status_code == 404
    desk = f"/business/{business.appoint(by, own, agent, at=NOW)}/"
    assert "不再为" in client.get(desk + "lay-down/").content.decode()
    assert client.post(desk + "lay-down/").headers["Location"] == "/business/"
    assert client.get(desk).status_code == 404


def test_what_officers_reply_is_read_by_the_business(touch_id: int, client: Client) -> None:
    chief = business.somebody("chief", "陈明", at=NOW)
    _, home = house(chief)
    there, reminder = business.signed_in(chief, NOW), f"{home}reminders/{touch_id}/"
    there.post(reminder + "answer/", {"answer": "HELP", "reason": "在哪里申报？", "next": "1"})
    there.post(reminder + "check/")
    helping.take_reply(by=OFFICER, at=NOW, touch_id=touch_id, text="请向检验机构申报，我们可以陪同。")
    for page in (there.get(reminder), client.get(link(touch_id))):
        words = page.content.decode()
        assert "在哪里申报？" in words and "可以陪同" in words and "（陈明）" in words
        assert OFFICER.name not in words
    assert "可以陪同" in there.get(home).content.decode()


def test_a_calendar_follows_until_it_is_revoked_or_the_mandate_is_over(touch_id: int) -> None:
    chief, agent = business.somebody("chief", at=NOW), business.somebody("agent", at=NOW)
    own, home = house(chief)
    by = business.actor(chief, own, NOW)
    number = business.appoint(by, own, agent, at=NOW)
    there, program = business.signed_in(agent, NOW), Client()
    desk = f"/business/{number}/"

    def fresh() -> str:
        page = there.post(desk + "calendar/").content.decode()
        return str(re.findall(r"<code>https?://[^/]+(/business/calendar/[^<]+)</code>", page)[0])

    first = fresh()
    told = program.get(first)
    assert told["Content-Type"].startswith("text/calendar") and "no-store" in told["Cache-Control"]
    words = told.content.decode()
    assert "DTSTART;VALUE=DATE:20260710" in words and "电梯" not in words
    second = fresh()
    assert program.get(first).status_code == 404 and program.get(second).status_code == 200
    there.post(desk + "calendar/", {"revoke": "1"})
    assert program.get(second).status_code == 404
    third = fresh()
    mandates.withdraw(by=by, at=NOW, mandate_id=own, target_id=number, reason="")
    assert program.get(third).status_code == 404


def test_an_officer_finds_who_acts_and_a_head_takes_it_back_with_a_reason(
    client: Client, touch_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    staffed(monkeypatch)
    chief, agent = business.somebody("chief", "陈明", at=NOW), business.somebody("agent", "乔安", at=NOW)
    own, _home = house(chief)
    business.appoint(business.actor(chief, own, NOW), own, agent, ("ANSWER",), at=NOW)
    officer, head, stranger = as_(Client(), "0002"), as_(Client(), "0001"), as_(Client(), "0003")
    listed = officer.get("/mandates/?q=dtwy&state=STANDING").content.decode()
    assert "陈明" in listed and "乔安" in listed and "查看档案和提醒、答复提醒" in listed
    assert "陈明" not in officer.get("/mandates/?name=乔").content.decode()
    assert "乔安" in officer.get("/mandates/?kind=AGENT").content.decode()
    for state in ("OFFERED", "EXPIRED", "ENDED", "ENDING"):
        assert "乔安" not in officer.get(f"/mandates/?state={state}").content.decode()
    page = officer.get(f"/mandates/{own}/").content.decode()
    assert "乔安" in page and "谁能看到这条记录" in page and "revoke" not in page
    where = f"/mandates/revoke/?number={own}"
    assert officer.get(where).status_code == 404 and stranger.get(f"/mandates/{own}/").status_code == 404
    assert "请填写" in head.post(where, {"number": own, "reason": " "}).content.decode()
    told: dict[str, str | int] = {"number": own, "reason": "登记联系电话系他人冒用"}
    assert "乔安" in head.post(where, told).content.decode()  # what falls with it, before it is done
    assert head.post(where, {**told, "sure": "1"}).status_code == 302
    page = officer.get(f"/mandates/{own}/").content.decode()
    assert "已收回" in page and str(told["reason"]) in page
    assert business.signed_in(agent, NOW).get(f"/business/{own + 1}/").status_code == 404
    assert "所依据的授权已经终止" in officer.get(f"/mandates/{own + 1}/").content.decode()
    last = evidence.entries_of(target=f"subject:{E1}", viewer=BUREAU)[-1]
    assert (last.action, last.actor, last.detail["why"]) == (
        "MANDATE_WITHDRAWN",
        "沈知秋",
        told["reason"],
    )
    assert "没有这项授权" in head.post(where, {**told, "sure": "1"}).content.decode()
    with pytest.raises(mandates.MandateError, match="没有这项授权"):
        mandates.revoke(by=REVOKER, at=NOW, viewer=ELSEWHERE, mandate_id=own + 1, reason="不在辖区")
    with pytest.raises(HumanDecisionRequiredError):
        mandates.revoke(by=MACHINE, at=NOW, viewer=BUREAU, mandate_id=own + 1, reason="自动")
