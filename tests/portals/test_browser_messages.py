"""The SMS monitor and the trial in real Chromium: both themes, both languages, a screen and a telephone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from playwright.sync_api import Browser

from tests.contexts.accounts import office
from tests.journeys.city import Bureau
from tests.portals.pages import E1, reminded, staffed, stand_at
from tests.portals.test_browser import browser, look_at
from tests.portals.test_messages import KEEPER, NOW, Gateway, dispatch
from tests.portals.views import VIEWS, shared_out
from zhunsheng.foundation.outreach.models import Message

__all__ = ["browser"]
pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def bureau(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bureau:
    cache.clear()
    settings.MEDIA_ROOT = tmp_path
    stand_at(settings, NOW)
    staffed(monkeypatch)
    for key, (role, unit) in KEEPER.items():
        office.hire(key, "卫东篱", unit)
        office.give(key, role, unit)
        office.open_account(key, f"demo-{key}")
    made = Bureau()
    reminded(made)
    dispatch(Gateway(), made)
    return made


@pytest.mark.parametrize("view", shared_out(VIEWS), ids=lambda v: f"{'-'.join(v[0])}-{v[1]['width']}")
def test_an_unclear_message_is_settled_and_a_trial_is_seen(
    browser: Browser, live_server: Any, bureau: Bureau, view: Any
) -> None:
    look, viewport = view
    seen = look_at(browser, live_server.url, look, viewport)
    seen.look = f"{seen.look}-{viewport['width']}"
    page = seen.page
    page.goto(live_server.url + "/sign-in/")
    seen.press("button[value='0009']")
    page.goto(live_server.url + "/messages/trial/")
    page.fill("#reason", "上线前演练")
    seen.press("main form .button")
    seen.is_good("trial")
    page.goto(live_server.url + "/sign-in/")
    seen.press("button[value='0002']")
    page.goto(live_server.url + "/messages/")
    seen.is_good("messages-monitor")
    seen.press("a[href='/messages/unclear/']")
    seen.is_good("messages-unclear")
    seen.press("tbody a")
    seen.press("form[action$='/settle/'] .button")
    assert page.evaluate("document.activeElement.className") == "problems"
    seen.is_good("message-refused")
    page.focus("input[value=ARRIVED]")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("电话核实收到")
    page.keyboard.press("Tab")
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press("Enter")
    seen.is_good("message-settled")
    for name, address in {"terms": "terms/", "preview": f"preview/{E1}/"}.items():
        page.goto(f"{live_server.url}/messages/{address}")
        seen.is_good(f"messages-{name}")
    assert Message.objects.filter(channel="SMS").count() == 1
