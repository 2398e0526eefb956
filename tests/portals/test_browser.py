"""Journeys in real Chromium: a telephone and an officer's screen, both themes and languages, keyboard alone.

Every page must be free of CSP violations, console errors, requests to other hosts and findings of axe. With
ZS_SHOTS naming a folder, what the browser saw is kept there to be looked at.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache
from playwright.sync_api import Browser, Page, sync_playwright

from tests.contexts.accounts import office
from tests.contexts.accounts.provider import Provider, running
from tests.journeys.city import BUREAU, Bureau
from tests.portals.pages import E1, link, photo, reminded, staffed, stand_at
from tests.portals.views import LOOKS, PHONE, SCREEN, shared_out
from zhunsheng.core.clock import instant
from zhunsheng.foundation.accounts.actions import outside
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.judging.triggers.models import SupervisionTask

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield started
        started.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def touch_id(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    cache.clear()
    settings.MEDIA_ROOT = tmp_path
    stand_at(settings, "2026-07-02 10:00")
    staffed(monkeypatch)
    return reminded(Bureau())


# With larger letters every text of a business's page has 18 px and every control 44 px; a mark has its label.
TOO_SMALL = """() => {
  if (!document.querySelector('[data-size=large] .enterprise, .enterprise[data-size=large]')) return [];
  const shown = e => e.checkVisibility({visibilityProperty: true}) && !e.closest('.unseen, .skip');
  const texts = [...document.querySelectorAll('body *')].filter(e => shown(e) &&
    [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) &&
    parseFloat(getComputedStyle(e).fontSize) < 18);
  const controls = [...document.querySelectorAll('button, .button, select, textarea, summary, nav a, input')]
    .map(e => ['checkbox', 'radio'].includes(e.type) ? e.closest('label') || e : e)
    .filter(e => e.type !== 'hidden' && shown(e) && e.getBoundingClientRect().height < 44);
  return [...new Set([...texts, ...controls])].map(e => e.outerHTML.slice(0, 120));
}"""


class Seen:
    """A page that remembers what went wrong on it."""

    def __init__(self, page: Page, home: str, look: str) -> None:
        self.page, self.home, self.look = page, home, look
        self.wrong: list[str] = []
        page.on("console", lambda m: self.wrong.append(m.text) if m.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("request", lambda r: None if r.url.startswith(home) else self.wrong.append(r.url))

    def press(self, selector: str) -> None:
        """Click something that leads to a page, and wait until that page is there."""
        with self.page.expect_navigation(wait_until="load"):
            self.page.click(selector)

    def is_good(self, name: str) -> None:
        """Nothing was refused or sent elsewhere, axe finds nothing, nothing is wider than the screen."""
        if shots := os.environ.get("ZS_SHOTS"):
            self.page.screenshot(path=f"{shots}/{name}-{self.look}.png", full_page=True)
        told = Axe().run(self.page, options={"resultTypes": ["violations"]})
        assert told.violations_count == 0, (name, self.look, told.generate_report())
        wide = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{name} is {wide} px wider than the screen"
        assert self.page.evaluate(TOO_SMALL) == [], (name, self.look)
        assert self.wrong == [], (name, self.look)


def look_at(browser: Browser, home: str, look: tuple[str, str], viewport: dict[str, int]) -> Seen:
    language, theme = look
    context = browser.new_context(viewport=viewport, color_scheme=theme, locale="en-GB")  # type: ignore[arg-type]
    cookies = {"language": language, "size": "large" if viewport is PHONE and theme == "dark" else "normal"}
    context.add_cookies([{"name": f"zhunsheng_{n}", "value": v, "url": home} for n, v in cookies.items()])
    return Seen(context.new_page(), home, f"{language}-{theme}")


@pytest.mark.parametrize("look", shared_out(LOOKS), ids="-".join)
def test_a_business_answers_on_a_telephone(
    browser: Browser, live_server: Any, touch_id: int, look: tuple[str, str]
) -> None:
    seen = look_at(browser, live_server.url, look, PHONE)
    page = seen.page
    page.goto(live_server.url + link(touch_id))
    seen.is_good("reminder")
    seen.press("a.button")
    seen.press("button[name=next]")
    seen.is_good("answer-refused")
    assert page.evaluate("document.activeElement.className") == "problems"
    page.check("input[value=DONE]")
    page.set_input_files("#files", {"name": "IMG.jpg", "mimeType": "image/jpeg", "buffer": photo()})
    seen.press("button[name=save]")
    assert page.is_checked("input[value=DONE]") and page.locator(".files img").count() == 1
    seen.is_good("answer-saved")
    seen.press("button[name=next]")
    seen.is_good("check")
    seen.press("main form .button")
    page.wait_for_selector(".confirmation")
    seen.is_good("done")
    page.goto(live_server.url + link(touch_id))
    seen.is_good("answered")
    page.evaluate("document.querySelector('main p').style.fontSize = '12px'")
    assert bool(page.evaluate(TOO_SMALL)) is (look[1] == "dark"), "a small text would be seen"
    touch = triggers.touch(viewer=BUREAU, touch_id=touch_id)
    assert touch is not None and touch.answer == "DONE"


@pytest.mark.parametrize("look", shared_out(LOOKS), ids="-".join)
def test_an_officer_finds_out_why(
    browser: Browser, live_server: Any, touch_id: int, look: tuple[str, str]
) -> None:
    seen = look_at(browser, live_server.url, look, SCREEN)
    page = seen.page
    page.goto(live_server.url + "/")
    seen.is_good("sign-in")
    seen.press("button[value='0001']")
    for summary in page.locator("summary").all():
        summary.click()
    seen.is_good("work")
    seen.press("nav a[href='/']")
    seen.is_good("front")
    seen.press("tbody a[href='/touches/?item=T01']")
    seen.is_good("board")
    seen.press("tbody a[href^='/touches/']:not([href*='?'])")
    for summary in page.locator("summary").all():
        summary.click()
    seen.is_good("touch")
    seen.press(".lead a")
    assert page.url.endswith(f"/subjects/{E1}/")
    seen.is_good("subject")
    page.fill("#q", "电梯")
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=*")
    seen.is_good("search")
    page.goto(live_server.url + "/subjects/")
    seen.is_good("subjects")
    for name in ("tasks", "messages"):
        page.goto(f"{live_server.url}/{name}/")
        for summary in page.locator("summary").all():
            summary.click()
        seen.is_good(name)


def reach(page: Page, selector: str) -> None:
    """Press Tab until this has the focus, and see that it shows."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            ring = "(s => [s.outlineStyle, s.outlineWidth])(getComputedStyle(document.activeElement))"
            assert page.evaluate(ring) == ["solid", "3px"], selector
            return
    raise AssertionError(f"Tab does not reach {selector}")


def enter(page: Page, selector: str, key: str = "Enter") -> None:
    """Over Tab to something that leads to a page, and there."""
    reach(page, selector)
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press(key)


@pytest.fixture
def provider(settings: Any, live_server: Any) -> Iterator[Provider]:
    """An identity provider in a process of its own that knows officer 0002."""
    settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = "zs", "secret"
    settings.PUBLIC_ADDRESS = live_server.url
    with running() as served:
        settings.OIDC_ISSUER = served.address
        served.lies(now=instant(settings.DEMO_CLOCK), subject="sub-0002")
        yield served


def test_by_keyboard_alone_in_through_a_provider_and_many_tasks_at_once_and_back(
    browser: Browser, live_server: Any, touch_id: int, provider: Provider, settings: Any
) -> None:
    city, now = Bureau(), settings.DEMO_CLOCK
    city.enrol(E1, "T02")
    for n in range(4):
        city.tell(E1, "ELEVATOR_TRAPPED", f"2026-07-01 08:0{n}", object="L-7", number=f"N-{n}")
    outside.link_identity(
        by=office.SHELL, at=now, name="demo-0002", subject="sub-0002", reason="统一认证上线"
    )
    seen = look_at(browser, live_server.url, LOOKS[3], PHONE)
    page = seen.page
    page.goto(live_server.url + "/sign-in/")
    enter(page, "a[href='/sign-in/provider/']")
    (there,) = seen.wrong
    assert there.startswith(f"{provider.address}/authorize?"), "nothing else leaves the house"
    seen.wrong.clear()
    seen.is_good("provider-enrol")
    secret = office.b32(page.content())
    reach(page, "#code")
    page.keyboard.type(office.code(now, secret))
    enter(page, "main form .button")
    page.goto(live_server.url + "/tasks/?state=ANY_OPEN")
    seen.is_good("tasks-open")
    reach(page, "input[name=row]")
    page.keyboard.press("Space")
    enter(page, "#batch button[value=TAKE]")
    seen.is_good("batch")
    assert not SupervisionTask.objects.exclude(holder="").exists(), "a preview changes nothing"
    enter(page, "main form button.button")
    seen.is_good("batch-done")
    assert SupervisionTask.objects.exclude(holder="").count() == 1
    enter(page, "main form button.button")
    seen.is_good("batch-undone")
    assert not SupervisionTask.objects.exclude(holder="").exists()


def test_the_keyboard_is_enough(browser: Browser, live_server: Any, touch_id: int) -> None:
    seen = look_at(browser, live_server.url, LOOKS[0], PHONE)
    page = seen.page
    page.goto(live_server.url + link(touch_id))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    enter(page, "a.button")
    reach(page, "input[name=answer]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    reach(page, "textarea")
    page.keyboard.type("不知道在哪里申报")
    enter(page, "button[name=next]")
    enter(page, "main form .button")
    page.wait_for_url("**/done/")
    touch = triggers.touch(viewer=BUREAU, touch_id=touch_id)
    assert touch is not None and touch.answer == "HELP" and seen.wrong == []


def test_the_watch_sees_an_inline_style_and_a_request_elsewhere(
    browser: Browser, live_server: Any, touch_id: int
) -> None:
    seen = look_at(browser, live_server.url, LOOKS[0], PHONE)
    seen.page.goto(live_server.url + link(touch_id))
    seen.page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color:red\">x</p>')")
    seen.page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=http://127.0.0.1:9/x.png>')")
    seen.page.wait_for_timeout(300)
    assert [told for told in seen.wrong if "style" in told] and [told for told in seen.wrong if ":9/" in told]
    with pytest.raises(AssertionError):
        seen.is_good("planted")
