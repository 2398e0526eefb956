"""The administrators' pages in real Chromium: screen and telephone, both themes and languages, keys alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.hashers import ScryptPasswordHasher
from django.core.cache import cache
from django.db import transaction
from playwright.sync_api import Browser

from tests.portals.test_browser import Seen, browser, look_at
from tests.portals.views import PHONE, SCREEN, shared_out
from zhunsheng.demo import people as colleagues
from zhunsheng.foundation.accounts.models import Grant, Unit
from zhunsheng.foundation.evidence import actions as evidence
from zhunsheng.foundation.webhooks import actions as webhooks
from zhunsheng.foundation.webhooks.models import Subscription
from zhunsheng.workflows import posting, sealing

__all__ = ["browser"]
pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
EAST = "980102/汀前区市场监管所"


@pytest.fixture
def city(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    monkeypatch.setattr(ScryptPasswordHasher, "work_factor", 2**4)
    settings.HOME, settings.WEBHOOK_HOSTS = tmp_path, frozenset({"hooks.example"})
    settings.MEDIA_ROOT, settings.DEMO, settings.DEMO_CLOCK = tmp_path, True, colleagues.NOW
    colleagues.found()


def become(seen: Seen, person: str) -> None:
    seen.page.goto(f"{seen.home}/sign-in/")
    seen.press(f"button[value='{person}']")


@pytest.mark.parametrize(
    "view",
    shared_out([(("zh-hans", "light"), SCREEN), (("en", "dark"), PHONE)]),
    ids=lambda v: f"{'-'.join(v[0])}-{v[1]['width']}",
)
def test_three_administrators_at_work(browser: Browser, live_server: Any, city: None, view: Any) -> None:
    look, viewport = view
    seen = look_at(browser, live_server.url, look, viewport)
    page, width = seen.page, viewport["width"]

    def good(name: str) -> None:
        seen.is_good(f"org-{name}-{width}")

    become(seen, "9801-91")
    good("units")
    seen.press(".tree ul ul a")
    good("unit")
    seen.press(".acts a")
    page.fill("#new_name", "汀前市场监管所")
    seen.press("main form .button")
    good("rename-refused")
    page.fill("#on", "2026-08-01")
    page.fill("#reason", "编办〔2026〕3号")
    seen.press("main form .button")
    good("rename-look")
    seen.press("button[name=sure]")
    page.goto(f"{seen.home}/organisation/?on=2026-08-02")
    good("units-later")
    page.goto(f"{seen.home}/organisation/certificates/?until=2029-01-01")
    good("certificates")
    page.goto(f"{seen.home}/organisation/split-unit/?key=980103&into=98010311 东区局%0A98010312 西区局")
    good("split")
    page.goto(f"{seen.home}/webhooks/new/")
    page.fill("#name", "大数据局")
    page.fill("#url", "https://hooks.example/in")
    page.select_option("#district", "ALL")
    page.check("input[value='touch.created']")
    good("webhook-new")
    seen.press("main form .button")
    good("webhook-key")
    with transaction.atomic():
        evidence.record(by=colleagues.BY, at=colleagues.NOW, action="TOUCHED", target="touch:1", detail={})
    sealing.seal_log(colleagues.NOW)
    webhooks.feed(by=colleagues.BY, at=colleagues.NOW, places=posting.districts_of)
    seen.press("main a.button")
    good("webhook")
    Subscription.objects.update(state="DISABLED", state_reason="自 2026-06-26 09:00 起没有一次成功")
    for name, address in {"webhooks": "/webhooks/", "units-deaf": "/organisation/"}.items():
        page.goto(seen.home + address)
        good(name)
    become(seen, "9801-92")
    page.goto(f"{seen.home}/organisation/people/")
    good("people")
    page.goto(f"{seen.home}/organisation/person/?person=9801-12")
    good("person")
    seen.press("section .acts a >> nth=0")
    seen.press("main form .button")
    good("once")
    query = "person=9801-12&role=legal_reviewer&unit=980102&since=2026-07-01&reason=兼任"
    page.goto(f"{seen.home}/organisation/give/?{query}")
    good("give")
    seen.press("main form .button")
    good("give-look")
    seen.press("button[name=sure]")
    page.goto(f"{seen.home}/organisation/hand-over/?owner=9801-11&to=9801-12&reason=调离")
    seen.press("main form .button")
    good("hand-over-look")
    page.goto(f"{seen.home}/organisation/grants/")
    good("review")
    become(seen, "9801-11")
    page.goto(f"{seen.home}/organisation/delegate/")
    good("delegate")
    assert Unit.objects.filter(name="汀前市场监管所").count() == 1
    assert Grant.objects.filter(role="legal_reviewer", person__key="9801-12").count() == 1


def test_a_role_is_taken_back_by_keys_alone(browser: Browser, live_server: Any, city: None) -> None:
    seen = look_at(browser, live_server.url, ("zh-hans", "light"), SCREEN)
    page = seen.page
    become(seen, "9801-92")
    grant = Grant.objects.get(person__key="9801-12")
    page.goto(f"{seen.home}/organisation/take-back/?grant={grant.id}")

    def reach(selector: str) -> None:
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate("s => document.activeElement.matches(s)", selector):
                return
        raise AssertionError(f"Tab does not reach {selector}")

    reach("#grant")
    page.keyboard.press("ArrowDown")
    reach("#reason")
    page.keyboard.type("调岗")
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press("Enter")
    grant.refresh_from_db()
    assert grant.end_reason == "调岗" and seen.wrong == []
