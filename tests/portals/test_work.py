"""The workbench: what waits, next steps in one press, who may not check the own work, hand-over, news."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.journeys.city import BUREAU, MACHINE, Bureau, at, letters
from tests.journeys.city import OFFICER as PERSON
from tests.portals.pages import E1, as_, staffed, stand_at
from zhunsheng.foundation.evidence.models import AuditEvent
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.judging.triggers.actions import visits
from zhunsheng.judging.triggers.lifecycle import Step
from zhunsheng.workflows.answering import take_answer, take_decision

pytestmark = pytest.mark.django_db
HEAD, OFFICER, ELSEWHERE, COLLEAGUE, LEADER = "0001", "0002", "0003", "0004", "0006"


@pytest.fixture
def bureau(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Bureau:
    """A lift whose inspection is near (yellow) and people trapped in it (red), on 2026-07-02."""
    stand_at(settings, "2026-07-02 10:00")
    staffed(monkeypatch)
    city = Bureau()
    city.register(E1, "云汀电梯物业")
    city.enrol(E1, "T01")
    city.enrol(E1, "T02")
    city.tell(E1, "ELEVATOR_RECORD", "2026-06-29", object="L-7", inspection_due_on="2026-07-31")
    city.pass_time("2026-07-01")
    for n in range(4):
        city.tell(E1, "ELEVATOR_TRAPPED", f"2026-07-01 08:0{n}", object="L-7", number=f"N-{n}")
    return city


def touch_of(colour: str) -> int:
    (found,) = [t for t in triggers.touches(viewer=BUREAU, subject=E1) if t.colour == colour]
    return found.id


def heap(client: Client, name: str) -> str:
    return client.get(f"/work/?heap={name}").content.decode()


def numbers(client: Client) -> dict[str, str]:
    found = re.findall(r'href="\?heap=(\w+)"[^>]*><span>[^<]*</span>\s*<strong>([^<]+)', heap(client, "todo"))
    return dict(found)


def test_the_heaps_say_what_waits_for_whom(bureau: Bureau) -> None:
    officer, elsewhere = as_(Client(), OFFICER), as_(Client(), ELSEWHERE)
    assert numbers(officer) == dict.fromkeys(
        ("unread", "done", "started", "copied", "soon", "overdue"), "0"
    ) | {"todo": "1"}
    assert "非现场核查" in heap(officer, "todo") and "无人领取" in heap(officer, "todo")
    assert "现在没有要办的" in heap(elsewhere, "todo")
    yellow = touch_of("YELLOW")
    take_answer(by=MACHINE, at=at("2026-07-02 09:00"), touch_id=yellow, answer="HELP", reason="不会填")
    visits.ask_for_visit(by=MACHINE, at=at("2026-07-02"), subject=E1, reason="短信两次未送达")
    assert numbers(officer)["todo"] == "3"
    assert "需要帮助" in heap(officer, "todo") and "短信两次未送达" in heap(officer, "todo")
    assert officer.post(f"/visits/{E1}/", {"note": " "}).status_code == 404
    officer.post(f"/visits/{E1}/", {"note": "改用座机 0900-0000001"})
    assert numbers(officer)["todo"] == "2"


def test_a_review_is_taken_decided_and_found_again_under_done(bureau: Bureau) -> None:
    red, officer = touch_of("RED"), as_(Client(), OFFICER)
    (task,) = triggers.tasks(viewer=BUREAU, touch_id=red, open_only=True)
    page = officer.get(f"/touches/{red}/").content.decode()
    assert "领取任务" in page and "说明成立，办结" in page
    officer.post(f"/touches/{red}/task/", {"task": task.id, "act": "take"})
    assert "由您承办" in officer.get(f"/touches/{red}/").content.decode()
    refused = officer.post(f"/touches/{red}/decide/", {"step": "EXPLAINED", "reason": " "})
    assert refused.status_code == 200 and "请写明理由" in refused.content.decode()
    assert officer.post(f"/touches/{red}/decide/", {"step": "SUSPEND", "reason": "x"}).status_code == 404
    told = {"step": "EXPLAINED", "reason": "维保单位已更换门机"}
    assert officer.post(f"/touches/{red}/decide/", told).status_code == 302
    assert triggers.touch(viewer=BUREAU, touch_id=red).state == "NORMAL"  # type: ignore[union-attr]
    assert numbers(officer)["todo"] == "0" and "非现场核查" in heap(officer, "done")


def test_a_head_without_the_certificate_looks_and_decides_nothing(bureau: Bureau) -> None:
    red, leader = touch_of("RED"), as_(Client(), LEADER)
    page = leader.get(f"/touches/{red}/").content.decode()
    assert "领取任务" not in page and "研判理由" not in page
    assert leader.post(f"/touches/{red}/decide/", {"step": "EXPLAINED", "reason": "x"}).status_code == 404
    assert as_(Client(), ELSEWHERE).post(f"/touches/{red}/decide/").status_code == 404


def test_whoever_ordered_the_correction_does_not_recheck_it(bureau: Bureau) -> None:
    red, officer, colleague = touch_of("RED"), as_(Client(), OFFICER), as_(Client(), COLLEAGUE)
    officer.post(f"/touches/{red}/decide/", {"step": "FIXABLE", "reason": "责令七日内检修"})
    take_answer(by=MACHINE, at=at("2026-07-02 10:00"), touch_id=red, answer="DONE")
    assert "复核须由他人进行" in officer.get(f"/touches/{red}/").content.decode()
    told = {"step": "RECHECK_PASSED", "reason": "检修记录齐全"}
    refused = officer.post(f"/touches/{red}/decide/", told)
    assert refused.status_code == 200 and "不得审核自己办理的事项" in refused.content.decode()
    assert triggers.touch(viewer=BUREAU, touch_id=red).state == "RECHECK"  # type: ignore[union-attr]
    assert colleague.post(f"/touches/{red}/decide/", told).status_code == 302
    assert triggers.touch(viewer=BUREAU, touch_id=red).state == "NORMAL"  # type: ignore[union-attr]


def test_help_goes_into_the_inbox_and_clears_the_desk(bureau: Bureau) -> None:
    yellow, officer = touch_of("YELLOW"), as_(Client(), OFFICER)
    take_answer(by=MACHINE, at=at("2026-07-02 09:00"), touch_id=yellow, answer="HELP", reason="不会填")
    accusing = officer.post(f"/touches/{yellow}/reply/", {"text": "你单位涉嫌违法"})
    assert accusing.status_code == 200 and "不作指控" in accusing.content.decode()
    assert "你单位涉嫌违法</textarea>" in accusing.content.decode()
    officer.post(f"/touches/{yellow}/reply/", {"text": "周三上午到所里，我们一起填。"})
    told = letters(E1)
    assert "我们一起填" in told[0].text and told[0].state == "DELIVERED"
    assert "监管所回复" in officer.get(f"/touches/{yellow}/").content.decode()
    assert "需要帮助" not in heap(officer, "todo")
    take_answer(by=MACHINE, at=at("2026-07-02 11:00"), touch_id=yellow, answer="DISAGREE", reason="已检")
    assert "有不同意见" in heap(officer, "todo")


def test_copies_are_read_and_tasks_change_hands(bureau: Bureau) -> None:
    red, officer, colleague = touch_of("RED"), as_(Client(), OFFICER), as_(Client(), COLLEAGUE)
    (task,) = triggers.tasks(viewer=BUREAU, touch_id=red, open_only=True)
    assert officer.post(f"/touches/{red}/copy/", {"to": "9999", "text": "看一下"}).status_code == 200
    officer.post(f"/touches/{red}/copy/", {"to": COLLEAGUE, "text": "看一下这部电梯"})
    assert "看一下这部电梯" in heap(officer, "started") and "看一下这部电梯" in heap(colleague, "copied")
    number = re.findall(r'name="notice" value="(\d+)"', heap(colleague, "unread"))
    officer.post(reverse("officer:read"), {"notice": number})
    assert numbers(colleague)["unread"] == "1"
    colleague.post(reverse("officer:read"), {"notice": [*number, "x", "9" * 30]})
    assert numbers(colleague)["unread"] == "0" and numbers(colleague)["copied"] == "1"
    officer.post(f"/touches/{red}/task/", {"task": task.id, "act": "take"})
    told = {"task": task.id, "act": "pass", "to": COLLEAGUE, "reason": "出差"}
    assert officer.post(f"/touches/{red}/task/", {**told, "reason": ""}).status_code == 200
    assert officer.post(f"/touches/{red}/task/", told).status_code == 302
    assert triggers.tasks(viewer=BUREAU, touch_id=red)[0].holder == COLLEAGUE
    assert officer.post(f"/touches/{red}/task/", {**told, "to": HEAD}).status_code == 200
    whole = {"to": HEAD, "reason": "休假"}
    assert colleague.post(reverse("officer:hand-over"), {**whole, "to": "9999"}).status_code == 200
    assert colleague.post(reverse("officer:hand-over"), whole).status_code == 302
    assert triggers.tasks(viewer=BUREAU, touch_id=red)[0].holder == HEAD
    assert AuditEvent.objects.filter(action="WORK_HANDED_OVER").count() == 1


def test_overdue_and_near_are_seen_by_whoever_is_in_charge(bureau: Bureau, settings: Any) -> None:
    stand_at(settings, "2026-07-06 10:00")
    assert numbers(as_(Client(), HEAD))["soon"] == "1"
    bureau.pass_time("2026-07-10")
    stand_at(settings, "2026-07-10 10:00")
    told = numbers(as_(Client(), HEAD))
    assert (told["overdue"], told["soon"]) == ("1", "0")


def test_a_head_reads_what_changed_since_yesterday(bureau: Bureau, settings: Any) -> None:
    leader, red = as_(Client(), LEADER), touch_of("RED")

    def news() -> dict[str, str]:
        page = leader.get("/").content.decode()
        part = page[page.index('class="news"') : page.index("</ul>", page.index('class="news"'))]
        return dict(re.findall(r"<li>(?:<a[^>]*>)?([^<]+?)\s*<strong>(\d+)", part))

    assert news()["新触红线"] == "1" and news()["新触黄线"] == "1" and news()["触线办结"] == "0"
    take_decision(
        by=PERSON, at=at("2026-07-02 09:00"), touch_id=red, step=Step.FALSE_ALARM, reason="传感器误报"
    )
    assert news()["触线办结"] == "1" and news()["办结任务"] == "1"
    stand_at(settings, "2026-07-04 10:00")
    as_(leader, LEADER)
    assert set(news().values()) == {"0"}


def test_a_watched_view_says_what_is_new_until_it_is_looked_at(bureau: Bureau) -> None:
    officer, colleague = as_(Client(), OFFICER), as_(Client(), COLLEAGUE)
    told = {"query": "item=T01", "name": "年检", "watched": "1", "shared": "1"}
    officer.post("/lists/touches/views/", told)
    assert "您关注的视图" not in heap(officer, "todo")
    bureau.tell(E1, "ELEVATOR_RECORD", "2026-07-02", object="L-8", inspection_due_on="2026-07-20")
    page = heap(officer, "todo")
    assert "年检" in page and re.search(r"新增 \d 条", page)
    assert "您关注的视图" not in heap(colleague, "todo")
    (number,) = re.findall(r"/views/(\d+)/look/", page)
    assert colleague.post(f"/views/{number}/look/").status_code == 404
    assert officer.post(f"/views/{number}/look/").headers["Location"] == "/touches/?item=T01"
    assert "您关注的视图" not in heap(officer, "todo")


def test_many_tasks_are_looked_over_moved_and_put_back(bureau: Bureau) -> None:
    officer, colleague, red = as_(Client(), OFFICER), as_(Client(), COLLEAGUE), touch_of("RED")

    def holder() -> str:
        return triggers.tasks(viewer=BUREAU, touch_id=red)[0].holder

    (number,) = re.findall(r'name="row" value="(\d+)"', officer.get("/tasks/").content.decode())
    board = officer.get("/touches/").content.decode()
    rows = re.findall(r'name="row" value="(\d+)"', board)
    assert "领取其任务" in board and 'name="list" value="touches"' in board and str(red) in rows
    of_touches = officer.post("/batch/", {"list": "touches", "row": rows, "act": "TAKE"}).content.decode()
    assert re.findall(r'name="row" value="(\d+)"', of_touches) == [number]  # the task of the red one
    chosen = {"row": [number, "999999", "x"], "act": "TAKE"}
    assert "1 项任务" in officer.post("/batch/", chosen).content.decode() and holder() == ""
    assert officer.post("/batch/", {**chosen, "act": "CLOSE"}).status_code == 404
    where = officer.post("/batch/", {**chosen, "confirm": "1"}).headers["Location"]
    assert holder() == OFFICER and "已办：领取 1 项任务" in officer.get(where).content.decode()
    assert colleague.get(where).status_code == 404 == colleague.post(f"{where}undo/").status_code
    officer.post(f"{where}undo/")
    assert holder() == "" and "已撤销" in officer.get(where).content.decode()
    assert officer.post(f"{where}undo/").status_code == 404
    told = {**chosen, "act": "PASS", "confirm": "1", "to": COLLEAGUE, "reason": "出差"}
    assert officer.post("/batch/", told).status_code == 200
    officer.post("/batch/", {**chosen, "confirm": "1"})
    assert officer.post("/batch/", {**told, "reason": ""}).status_code == 200
    where = officer.post("/batch/", told).headers["Location"]
    assert holder() == COLLEAGUE and "移交 1 项任务" in heap(colleague, "unread")
    colleague.post("/batch/", {**told, "to": HEAD})
    officer.post(f"{where}undo/")
    assert holder() == HEAD  # it has moved on since: nothing is torn out of anybody's hand
    assert as_(Client(), ELSEWHERE).post("/batch/", chosen).content.decode().count('name="row"') == 0
