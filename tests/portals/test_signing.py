"""From an invitation to a day's work and out again, through the pages."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.hashers import ScryptPasswordHasher
from django.http import HttpResponse
from django.test import Client

from tests.contexts.accounts import office
from tests.contexts.accounts.office import NOW, PASSWORD, SHELL
from zhunsheng.foundation.accounts.actions import accounts, signing_in
from zhunsheng.portals.officer.door import COOKIE

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _office(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ScryptPasswordHasher, "work_factor", 2**4)
    settings.DEMO, settings.DEMO_CLOCK = True, NOW
    office.found_bureau()
    office.hire("0001", "程岚", "980102/城东所")
    office.give("0001", "officer", "980102/城东所")
    office.give("0001", "case_reviewer", office.EAST)


def test_first_day(client: Client) -> None:
    token = accounts.invite(by=SHELL, at=NOW, person="0001")
    where = f"/sign-in/invitation/{token}/"
    weak = client.post(where, {"name": "chenglan", "password": "short"})
    assert weak.status_code == 400 and "密码长度" in weak.content.decode()
    assert client.post(where, {"name": "chenglan", "password": PASSWORD}).headers["Location"] == "/sign-in/"
    step = client.post("/sign-in/", {"name": "chenglan", "password": PASSWORD})
    assert step.headers["Location"] == "/sign-in/enrol/"
    page = client.get("/sign-in/enrol/").content.decode()
    secret = office.b32(page)
    wrong = client.post("/sign-in/enrol/", {"code": "000000"})
    assert wrong.status_code == 400
    codes = client.post("/sign-in/enrol/", {"code": office.code(NOW, secret)}).content.decode()
    assert len(re.findall(r"<li><code>", codes)) == 10
    choice = client.get("/sign-in/grant/").content.decode()
    assert "城东所 执法人员" in choice and "汀前区局 案件审核人员" in choice
    number = re.findall(r'name="grant" value="(\d+)"', choice)[1]
    client.post("/sign-in/grant/", {"grant": number})
    assert choice.count("正在使用") == 0
    assert client.get("/").status_code == 200
    assert client.get("/sign-in/grant/").content.decode().count("正在使用") == 1
    assert "本机" in client.get("/sign-in/sessions/").content.decode()
    assert client.post("/sign-out/").headers["Location"] == "/sign-in/"
    assert client.get("/sign-in/grant/").headers["Location"] == "/sign-in/"


def test_the_cookie_is_out_of_reach_and_pages_are_kept_by_nobody(client: Client) -> None:
    office.open_account("0001", "chenglan")
    response: HttpResponse = client.post("/sign-in/", {"name": "chenglan", "password": PASSWORD})  # type: ignore[assignment]
    cookie = response.cookies[COOKIE]
    assert cookie["httponly"] and cookie["samesite"] == "Lax" and not cookie["max-age"]
    assert "no-store" in client.get("/sign-in/enrol/").headers["Cache-Control"]


def test_a_form_from_elsewhere_is_refused() -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/sign-in/", {"name": "a", "password": "b"}).status_code == 403


def test_a_name_is_enough_in_the_demo_and_nowhere_else(client: Client, settings: Any) -> None:
    office.open_account("0001", "chenglan")
    assert client.post("/sign-in/as/", {"person": "9999"}).status_code == 400
    led = client.post("/sign-in/as/", {"person": "0001"})
    assert led.status_code == 302 and client.get("/sign-in/grant/").status_code == 200
    assert "程岚" in Client().get("/sign-in/").content.decode()
    settings.DEMO = False
    assert "程岚" not in Client().get("/sign-in/").content.decode()
    assert client.post("/sign-in/as/", {"person": "0001"}).status_code == 404
    with pytest.raises(signing_in.RefusedError, match="演示"):
        signing_in.step_in(by=office.HERE, at=NOW, person="0001")
