"""The pages beside the board in real Chromium: both themes, both languages, a screen and a telephone."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as live
from django.core.cache import cache
from playwright.sync_api import Browser

from tests.contexts.accounts import office
from tests.contexts.documents import office as papers
from tests.contexts.documents.office import Recipient
from tests.contexts.statutes.test_law_base import NEW, OLD, bring
from tests.contexts.statutes.test_lists import effective
from tests.journeys.city import BUREAU, Bureau, at
from tests.portals import business
from tests.portals.pages import E1, link, reminded, staffed, stand_at
from tests.portals.test_browser import browser, look_at
from tests.portals.views import VIEWS, shared_out
from zhunsheng.cli.packing import drafts_of
from zhunsheng.core.actors import Actor, ActorKind
from zhunsheng.core.clock import FixedClock
from zhunsheng.foundation.documents.models import Document
from zhunsheng.foundation.evidence.models import AuditEvent
from zhunsheng.judging.portraits import queries as portraits
from zhunsheng.judging.triggers.models import AreaAlert
from zhunsheng.registers.statutes.models import Law
from zhunsheng.workflows import monthly, reporting, trying
from zhunsheng.workflows.asking import Question, ask

__all__ = ["browser"]
pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
OFFICERS = {
    "rules": "/rules/?kind=POINT&group=T01",
    "rule-card": "/rules/cards/T01-1/",
    "rule-indicator": "/rules/cards/general:I24/",
    "rules-compared": "/rules/compare/",
    "alerts": "/alerts/",
    "alert": "/alerts/1/",
    "clocks": "/clocks/",
    "mandates": "/mandates/",
    "paper-kinds": "/documents/new/",
    "paper-form": "/documents/new/correction_order/",
    "wordings": "/wording/",
    "laws": "/laws/",
    "law-found": "/laws/search/?q=近电放飞",
    "law-references": "/laws/references/?standing=NOT_INSTALLED",
    "conducts": "/laws/conduct/",
    "conduct": "/laws/conduct/AD-ABSOLUTE/",
    "policy": "/policy/",
    "policy-list": "/policy/trigger.measures/",
    "policy-compared": "/policy/trigger.measures/compare/",
    "policy-conflict": "/policy/conflict/",
    "sources": "/status/sources/",
    "status": "/status/",
    "reports": "/reports/",
    "models": "/models/",
    "evidence": "/evidence/",
    "evidence-log": "/evidence/log/",
    "guidance": "/policy/guidance/",
    "rule-lives": "/rules/life/",
}
RING = "(s => [s.outlineStyle, s.outlineWidth])(getComputedStyle(document.activeElement))"
PUBLIC = {"lists": "/lists/", "list": "/lists/trigger.trigger_points/?q=T01"}


@pytest.fixture
def city(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    cache.clear()
    settings.MEDIA_ROOT = tmp_path
    stand_at(settings, "2026-07-02 10:00")
    staffed(monkeypatch)
    touch = reminded(Bureau())
    for number in range(1, 5):
        Bureau().tell(E1, "INSPECTION_RESULT", f"2026-07-01 1{number}:00", result="NO_ISSUE")
    for number in range(12):
        Bureau().register(f"919801030MA{number:03d}A1B2", f"云汀商行{number}", industry="5211")
    firms = [E1, *(f"919801030MA{number:03d}A1B2" for number in range(12))]
    for place, count in enumerate((12, 7, 2, 5), 1):
        told = {"point": "T01-1", "area": f"521{place}/980103", "subjects": firms[:count]}
        AreaAlert.objects.create(id=place, raised_at=at("2026-07-01"), **told)
    for day in ("2026-06-01", "2026-07-01"):
        monthly.run(at(day), at(f"{day} 00:10"))
    reporting.make(at("2026-07-01"), at("2026-07-01 06:00"))
    for content in drafts_of(live.PACKS / "general"):
        effective(dt.date(2026, 7, 1), content)
    for text in (OLD, NEW):
        bring(text)
    return touch


@pytest.mark.parametrize("view", shared_out(VIEWS), ids=lambda v: f"{'-'.join(v[0])}-{v[1]['width']}")
def test_every_page_is_good(browser: Browser, live_server: Any, city: int, view: Any) -> None:
    look, viewport = view
    seen = look_at(browser, live_server.url, look, viewport)
    seen.page.goto(live_server.url + "/sign-in/")
    seen.press("button[value='0001']")
    for name, address in {**OFFICERS, **PUBLIC}.items():
        seen.page.goto(live_server.url + address)
        seen.is_good(f"{name}-{viewport['width']}")
    seen.page.goto(f"{live_server.url}/subjects/{E1}/reveal/?field=phone")
    seen.is_good(f"reveal-{viewport['width']}")
    reveal_by_keyboard(seen.page)
    seen.is_good(f"revealed-{viewport['width']}")
    for name in ("file", "guides", "guides/G-LIFT-DUE", "self-check/S-LIFT"):
        seen.page.goto(f"{live_server.url}{link(city)}{name}/")
        seen.is_good(f"own-{name.replace('/', '-')}-{viewport['width']}")
    for name, end in (("law", ""), ("article", "2/?on=2025-01-01"), ("law-compared", "compare/")):
        seen.page.goto(f"{live_server.url}/laws/{Law.objects.get().id}/{end}")
        seen.is_good(f"{name}-{viewport['width']}")
    papers_are_good(seen, live_server.url, viewport["width"])
    number = portraits.reports(viewer=BUREAU)[0].id
    for name, end in (("report", ""), ("report-outside", "?for=outside")):
        seen.page.goto(f"{live_server.url}/reports/{number}/{end}")
        seen.is_good(f"{name}-{viewport['width']}")
    seen.page.goto(f"{live_server.url}/reports/{number}/")
    reach_by_keyboard(seen)
    seen.is_good(f"report-rows-{viewport['width']}")
    seen.page.goto(live_server.url + "/sign-in/")
    seen.press("button[value='0006']")
    seen.page.goto(live_server.url + "/alarms/")
    seen.is_good(f"alarms-{viewport['width']}")
    seen.press("tbody a[href*='key=']")
    seen.is_good(f"alarm-{viewport['width']}")
    replay_is_good(seen, live_server.url, viewport["width"])
    if view == VIEWS[1]:
        rare_ones_are_good(seen, live_server.url)


def replay_is_good(seen: Any, home: str, wide: int) -> None:
    """A replay, and over a mark of its chart the touches that it counts."""
    by = Actor(ActorKind.PERSON, "0005", "顾南乔", frozenset({"rule.replay"}))
    now = at("2026-07-02 10:00")
    run = ask(by, now, BUREAU, None, Question((at("2026-06-01"), now), now))
    while trying.work_off(FixedClock(now)):
        pass
    seen.page.goto(home + "/sign-in/")
    seen.press("button[value='0005']")
    seen.page.goto(f"{home}/lab/{run}/")
    seen.is_good(f"lab-report-{wide}")
    seen.press("#item a.mark")
    assert seen.page.locator("tbody tr").count() == 1
    seen.is_good(f"lab-rows-{wide}")
    seen.press("tbody a[href*='/why/']")
    seen.is_good(f"lab-why-{wide}")


def rare_ones_are_good(seen: Any, home: str) -> None:
    """Pages whose form and table stand on others too: looked at in one view."""
    paper, act = Document.objects.latest("id").id, AuditEvent.objects.latest("id").id
    own = ("sign-in/sessions", "sign-in/password", "sign-in/grant")
    papers = [f"documents/{paper}/{end}" for end in ("revise", "proof")]
    for person, addresses in {
        "0001": ("documents", *papers, *own),
        "0007": ("audit", f"evidence/acts/{act}"),
        "0022": ("policy/draft",),
    }.items():
        seen.page.goto(home + "/sign-in/")
        seen.press(f"button[value='{person}']")
        for address in addresses:
            told = seen.page.goto(f"{home}/{address}/")
            assert told.ok, address
            seen.is_good(address.replace("/", "-"))


def reveal_by_keyboard(page: Any) -> None:
    """Over the skip link to the purpose, the words and the button in this order; each step is seen."""
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    order: list[str] = []
    for wanted, keys in (("#purpose", "ArrowDown"), ("#words", ""), ("main form .button", "")):
        for _ in range(6):
            page.keyboard.press("Tab")
            style = page.evaluate(
                "(s => [s.outlineStyle, s.outlineWidth])(getComputedStyle(document.activeElement))"
            )
            assert style == ["solid", "3px"], page.evaluate("document.activeElement.outerHTML")
            if page.evaluate("s => document.activeElement.matches(s)", wanted):
                order.append(wanted)
                break
        if keys:
            page.keyboard.press(keys)
        elif wanted == "#words":
            page.keyboard.type("任务 12")
    assert order == ["#purpose", "#words", "main form .button"]
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press("Enter")


def reach_by_keyboard(seen: Any) -> None:
    """From the chart's own skip link to a mark, which shows its value and its ring, and into its list."""
    page = seen.page
    page.focus("#area .skip")
    page.keyboard.press("Tab")
    label = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert "户，占" in label
    hint = page.locator("#area .hint-value", has_text=label).first
    assert hint.evaluate("one => getComputedStyle(one).visibility") == "visible"
    ring = "getComputedStyle(document.activeElement.querySelector('rect')).strokeWidth"
    assert page.evaluate(ring) == "5px" and page.locator("#area .hint-value:visible").count() == 1
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press("Enter")
    assert "/reports/rows/?" in page.url and "table=area" in page.url
    assert page.locator("tbody tr").count() == int(label.split("：")[1].split()[0])


def papers_are_good(seen: Any, home: str, wide: int) -> None:
    """A draft, the clause picker, a wording with a fault in its editor, its versions, what it reads like."""
    document = papers.begin(recipient=Recipient(E1, "云汀电梯物业", E1, "980102", "汀前所"))
    for name, end in (("paper", ""), ("paper-clauses", "clauses/broken/?q=近电放飞")):
        seen.page.goto(f"{home}/documents/{document}/{end}")
        seen.is_good(f"{name}-{wide}")
    office.hire("0022", "裴拟", "9801")
    office.give("0022", "list_editor", "9801")
    office.open_account("0022", "demo-0022")
    seen.page.goto(home + "/sign-in/")
    seen.press("button[value='0022']")
    seen.page.goto(home + "/wording/kinds/correction_order/")
    seen.page.fill("#reason", "本局用语")
    seen.press("main form .button")
    seen.page.fill("#text-2", "经查，发现{事实}")
    seen.page.locator("main button[value=save]").first.click()
    seen.page.wait_for_selector(".problems")
    seen.is_good(f"wording-edit-{wide}")
    one = seen.page.url.removesuffix("edit/")
    for name, address in {"wording": one, "wording-kind": home + "/wording/kinds/correction_order/"}.items():
        seen.page.goto(address)
        seen.is_good(f"{name}-{wide}")
    seen.page.goto(home + "/sign-in/")
    seen.press("button[value='0001']")


@pytest.mark.parametrize("view", shared_out(VIEWS), ids=lambda v: f"{'-'.join(v[0])}-{v[1]['width']}")
def test_behind_the_businesses_door(browser: Browser, live_server: Any, city: int, view: Any) -> None:
    look, viewport = view
    now = at("2026-07-02 10:00")
    chief, agent = (business.somebody(name, at=now) for name in ("chief", "agent"))
    own = business.represent(E1, chief, now)
    business.appoint(business.actor(chief, own, now), own, agent, ("ANSWER",), now)
    seen, wide = look_at(browser, live_server.url, look, viewport), viewport["width"]
    page, home = seen.page, f"/business/{own}/"
    for name, address in {"sign-in": "/business/sign-in/", "claim": "/business/claim/"}.items():
        page.goto(live_server.url + address)
        seen.is_good(f"business-{name}-{wide}")
    page.fill("#number", E1)
    seen.press("main form .button")
    seen.is_good(f"business-asked-{wide}")
    page.goto(live_server.url + "/business/sign-in/")
    # By the keyboard alone: the first door, the business, its reminder.
    page.focus(f"button[value={chief}]")
    for _, wanted in (("door", "/business/"), ("business", home), ("reminder", f"{home}reminders/{city}/")):
        with page.expect_navigation(wait_until="load"):
            page.keyboard.press("Enter")
        assert page.url == live_server.url + wanted
        seen.is_good(f"business-{wanted.strip('/').replace('/', '-')}-{wide}")
        page.focus("main h2 a") if page.locator("main h2 a").count() else None
    page.goto(live_server.url + home + "people/")
    seen.press("main form[action='#new'] .button")
    seen.is_good(f"business-people-refused-{wide}")
    page.fill("#name", "乔安")
    page.fill("#until", "2026-09-30")
    seen.press("main form[action='#new'] .button")
    seen.is_good(f"business-people-{wide}")
    for name in ("password", "second") if view == VIEWS[1] else ():
        answer = page.goto(f"{live_server.url}/business/sign-in/{name}/")
        assert answer is not None and answer.ok
        seen.is_good(f"business-{name}-{wide}")
    page.goto(live_server.url + home + "file/")
    seen.is_good(f"business-file-{wide}")
    seen.press("a[href$='/object/']")
    seen.press("main form .button")
    seen.is_good(f"business-object-refused-{wide}")
    page.fill("#reason", "有效期写错了")
    seen.press("main form .button")
    seen.is_good(f"business-objected-{wide}")
    page.goto(live_server.url + "/sign-in/")
    seen.press("button[value='0005']")
    for name in ("objections", "lab", "lab/new"):
        page.goto(f"{live_server.url}/{name}/")
        seen.is_good(f"{name.replace('/', '-')}-{wide}")
    a_line_is_moved_by_keyboard(seen, live_server.url, wide)
    page.goto(f"{live_server.url}/objections/")
    seen.press("td a[href^='/objections/']")
    seen.is_good(f"objection-{wide}")


def a_line_is_moved_by_keyboard(seen: Any, home: str, wide: int) -> None:
    """From the card into the editor, another number, Enter: the fault is said first and at its line."""
    page = seen.page
    page.goto(home + "/rules/cards/T02-1/")
    page.focus("main form .button")
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press("Enter")
    page.focus("input[name='yellow.at_least']")
    page.keyboard.press("Control+A")
    page.keyboard.type("9")
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.className") == "problems"
    assert page.locator("#s-yellow .field-error").count() == 1 and "9" in page.input_value("#yaml")
    seen.is_good(f"rule-edit-{wide}")
    page.goto(page.url.rsplit("/", 2)[0] + "/")
    seen.is_good(f"rule-manuscript-{wide}")
