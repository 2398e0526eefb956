"""`zhunsheng demo` and the first ten minutes with it, in a real browser: what a bureau is shown first."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.cli.test_serve import wait_until_it_answers
from tests.portals.pages import photo
from tests.portals.views import PHONE, SCREEN

ZHUNSHENG = Path(sys.executable).parent / "zhunsheng"
WORKER_SECONDS = 60
Places = tuple[str, str]


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Places]:
    """A demo that is served: its address, and the address of a reminder that waits for its answer."""
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    words = tmp_path / "words"
    with words.open("w") as told:
        process = subprocess.Popen(
            [ZHUNSHENG, "--home", tmp_path / "home", "demo", "--businesses", "50", "--port", "0"],
            stdout=subprocess.PIPE,
            stderr=told,
            text=True,
            env=environment,
        )
    assert process.stdout is not None
    try:
        ready = next(line for line in process.stdout if "准绳已就绪" in line)
        (link,) = re.findall(r"http://\S+/b/\S+/", words.read_text())
        yield re.findall(r"http://\S+", ready)[0].rstrip("/"), link
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)


def press(page: Page, selector: str) -> None:
    with page.expect_navigation(wait_until="load"):
        page.click(selector)


def become(page: Page, name: str) -> None:
    """Another colleague, by the bar at the top that only the demo has."""
    page.select_option(
        "#person", label=next(t for t in page.locator("#person option").all_inner_texts() if name in t)
    )
    press(page, ".me form[action='/sign-in/as/'] button")


def wait_for_the_worker(page: Page, words: str) -> None:
    """Pages of long work load themselves anew until it is done."""
    page.get_by_text(words).first.wait_for(timeout=WORKER_SECONDS * 1_000)


@pytest.mark.slow
@pytest.mark.browser
def test_the_first_ten_minutes(demo: Places, chromium: str) -> None:
    home, link = demo
    front = wait_until_it_answers(home + "/")
    assert front.status_code == 302 and front.headers["Location"] == "/sign-in/"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_context(viewport=SCREEN).new_page()  # type: ignore[arg-type]
        wrong: list[str] = []
        page.on("console", lambda told: wrong.append(told.text) if told.type == "error" else None)
        page.goto(home)
        press(page, "button:has-text('李敏')")
        an_officer_sees_what_is_red(page, home)
        phone = browser.new_context(viewport=PHONE).new_page()  # type: ignore[arg-type]
        a_business_answers_with_a_photo(phone, link)
        touch = re.findall(r"/b/(\d+)-", link)[0]
        the_answer_is_there(page, home, touch)
        a_table_is_looked_through(page, home)
        a_line_is_moved_and_tried(page, home)
        page.goto(home + "/lists/")
        assert page.locator("main h1").count() == 1, "the public reads the lists without an account"
        page.goto(home + "/sign-in/")
        press(page, "button:has-text('恢复演示初始状态')")
        press(page, "button:has-text('沈知秋')")
        page.goto(f"{home}/touches/{touch}/")
        assert "IMG.jpg" not in page.inner_text("main"), "as it was first told"
        assert wrong == []
        browser.close()


def an_officer_sees_what_is_red(page: Page, home: str) -> None:
    """The workbench, the red touch with its value, its line and its basis, and its task in one press."""
    assert "李敏" in page.inner_text("main h1") and "待办" in page.inner_text("main")
    page.goto(home + "/touches/?colour=CRITICAL")
    press(page, "tbody a[href^='/touches/']:not([href*='?'])")
    why = page.inner_text("main")
    assert "安全红线" in why and "依据" in why and "非现场核查" in why
    press(page, "main button[value=take]")
    assert "无人领取" not in page.inner_text("main")


def a_business_answers_with_a_photo(page: Page, link: str) -> None:
    page.goto(link)
    press(page, "a.button")
    page.check("input[value=DONE]")
    page.fill("textarea", "已申报换证，见回执")
    page.set_input_files("#files", {"name": "IMG.jpg", "mimeType": "image/jpeg", "buffer": photo()})
    press(page, "button[name=next]")
    press(page, "main form .button")
    page.wait_for_selector(".confirmation")


def the_answer_is_there(page: Page, home: str, touch: str) -> None:
    become(page, "沈知秋")
    page.goto(f"{home}/touches/{touch}/")
    told = page.inner_text("main")
    assert "已处理" in told and "已申报换证" in told and "IMG.jpg" in told


def a_table_is_looked_through(page: Page, home: str) -> None:
    """A table with a fault in every row: the dry run names them, and nothing is taken in."""
    become(page, "顾南乔")
    page.goto(home + "/imports/new/subjects/")
    rows = "名称\n云汀市甲店\n云汀市乙店\n".encode()
    page.set_input_files("input[name=file]", {"name": "名册.csv", "mimeType": "text/csv", "buffer": rows})
    press(page, "main form .button")
    for name in ("subject", "name", "established_on", "industry"):
        page.select_option(f"select[name=field-{name}]", index=1)
    press(page, "main form .button")
    wait_for_the_worker(page, "预检结果")
    assert "不是代码" in page.inner_text("main")


def a_line_is_moved_and_tried(page: Page, home: str) -> None:
    """In the form of the editor sixty days become ninety; the lab says what that would have done."""
    page.goto(home + "/rules/cards/T10-1/")
    press(page, "main button:has-text('修改')")
    page.fill("[name='yellow.all.1.at_most']", "90")
    press(page, "button[name=do][value=save] >> nth=0")
    assert "还有≤90天" in page.inner_text("main")
    press(page, "main a:has-text('改稿 1')")
    press(page, "main button:has-text('拿去试算')")
    page.fill("input[name=from]", "2025-06-01")
    press(page, "main form button:has-text('开始')")
    wait_for_the_worker(page, "一眼看")
    tried, now = page.locator("main table >> nth=0 >> tbody tr >> nth=0 >> td").all_inner_texts()
    assert int(tried) >= int(now) > 0
