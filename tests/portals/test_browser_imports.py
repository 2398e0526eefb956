"""A table through the pages in real Chromium: file, columns, errors, import, undo; by keyboard as well."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from playwright.sync_api import Browser, FilePayload

from tests.journeys.city import at
from tests.journeys.test_register_import import CAFE, HEAD, SHOP, WRONG, subject_row
from tests.portals.pages import staffed, stand_at
from tests.portals.test_browser import browser, look_at
from tests.portals.views import SCREEN, VIEWS, shared_out
from zhunsheng.core.clock import FixedClock
from zhunsheng.workflows import uploading

__all__ = ["browser"]
pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
NOW = "2026-07-02 10:00"


@pytest.fixture
def file(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FilePayload:
    cache.clear()
    settings.MEDIA_ROOT = tmp_path
    stand_at(settings, NOW)
    staffed(monkeypatch)
    rows = [
        subject_row(),
        subject_row(no="2", key=WRONG),
        subject_row(no="3", key=CAFE, state="倒闭", capital="五十"),
    ]
    content = (HEAD + "\n".join(rows)).encode()
    return {"name": "登记名册-2026年6月.csv", "mimeType": "text/csv", "buffer": content}


@pytest.mark.parametrize("view", shared_out(VIEWS), ids=lambda v: f"{'-'.join(v[0])}-{v[1]['width']}")
def test_a_register_goes_in_and_comes_out_again(
    browser: Browser, live_server: Any, file: FilePayload, view: Any
) -> None:
    look, viewport = view
    seen = look_at(browser, live_server.url, look, viewport)
    seen.look = f"{seen.look}-{viewport['width']}"
    page, clock = seen.page, FixedClock(at(NOW))
    page.goto(live_server.url + "/sign-in/")
    seen.press("button[value='0005']")
    page.goto(live_server.url + "/imports/")
    seen.is_good("imports-empty")
    seen.press("a[href='/imports/new/']")
    seen.is_good("imports-kinds")
    seen.press("a[href='/imports/new/subjects/']")
    page.locator("summary").first.click()
    seen.is_good("imports-start")
    page.set_input_files("#file", {"name": "名册.xls", "mimeType": "", "buffer": b"\xd0\xcf\x11\xe0"})
    seen.press("form[enctype] button")
    assert page.evaluate("document.activeElement.className") == "problems"
    seen.is_good("imports-refused")
    page.set_input_files("#file", file)
    seen.press("form[enctype] button")
    for summary in page.locator("summary").all():
        summary.click()
    seen.is_good("imports-columns")
    seen.press("form[action$='/columns/'] .button")
    page.select_option("#value-state-0", "EMPTY")
    seen.is_good("imports-values")
    seen.press("form[action$='/columns/'] .button")
    assert page.locator("progress").count() == 1
    seen.is_good("imports-progress")
    uploading.work_off(clock)
    page.wait_for_selector(".tiles")  # the page asks again by itself
    seen.is_good("imports-checked")
    seen.press("form[action$='/take/'] button")
    uploading.work_off(clock)
    page.wait_for_selector("a[href$='/undo/']")
    seen.is_good("imports-taken")
    with page.expect_download() as kept:
        page.click("a[href$='/refused.csv']")
    assert WRONG in Path(kept.value.path()).read_text(encoding="utf-8-sig")
    seen.press("a[href$='/undo/']")
    assert page.locator(f"a[href='/subjects/{SHOP}/']").count() == 1
    page.fill("#reason", "发错了表")
    seen.is_good("imports-undo")
    seen.press("main form .button")
    uploading.work_off(clock)
    page.goto(page.url)
    seen.is_good("imports-undone")
    page.goto(live_server.url + "/imports/?state=UNDONE")
    seen.is_good("imports-history")


def test_the_keyboard_brings_a_file_in(browser: Browser, live_server: Any, file: FilePayload) -> None:
    seen = look_at(browser, live_server.url, ("zh-hans", "light"), SCREEN)
    page = seen.page

    def reach(selector: str) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("s => document.activeElement.matches(s)", selector):
                return
        raise AssertionError(f"Tab does not reach {selector}")

    page.goto(live_server.url + "/sign-in/")
    seen.press("button[value='0005']")
    page.goto(live_server.url + "/imports/new/")
    reach("a[href='/imports/new/subjects/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/new/subjects/")
    reach("#file")
    page.set_input_files("#file", file)
    reach("form[enctype] button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/imports/*/")
    reach("#name")
    reach("form[action$='/columns/'] .button")
    page.keyboard.press("Enter")
    page.wait_for_selector("#value-state-0")
    reach("#value-state-0")
    reach("form[action$='/columns/'] .button")
    page.keyboard.press("Enter")
    page.wait_for_selector("progress")
    uploading.work_off(FixedClock(at(NOW)))
    page.wait_for_selector(".tiles")
    reach("form[action$='/take/'] button")
    page.keyboard.press("Enter")
    page.wait_for_selector("progress")
    assert seen.wrong == []
