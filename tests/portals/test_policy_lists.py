"""Lists at the desk: every step by somebody who may, never twice by one, everything that changed in sight."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.contexts.accounts import office
from tests.contexts.statutes.test_lists import SAMPLE, day, effective
from tests.portals.pages import as_, staffed, stand_at
from zhunsheng.core.actors import Actor, ActorKind
from zhunsheng.registers.statutes.actions import lists as actions
from zhunsheng.registers.statutes.models import ListVersion

pytestmark = pytest.mark.django_db
KEY = "tolerance.sample"
EDITOR, LAWYER, LEADER = "0011", "0012", "0013"


@pytest.fixture
def people(settings: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, Client]:
    stand_at(settings, "2026-07-02 10:00")
    staffed(monkeypatch)
    told = {}
    for key, name, role in (
        (EDITOR, "沈砚", "list_editor"),
        (LAWYER, "闻笛", "legal_reviewer"),
        (LEADER, "陆衡", "list_approver"),
    ):
        office.hire(key, name, "9801")
        office.give(key, role, "9801")
        office.open_account(key, f"demo-{key}")
        told[key] = as_(Client(), key)
    return told


def drafted() -> int:
    by = Actor(ActorKind.PERSON, EDITOR, "沈砚", frozenset({actions.EDIT}))
    return actions.draft(by=by, at=office.NOW, content=SAMPLE)


def press(client: Client, step: str, code: int = 302, **given: str) -> str:
    response = client.post(f"/policy/{KEY}/step/", {"step": step, "version": "1", **given})
    assert response.status_code == code, response.content.decode()
    return response.content.decode()


def page(client: Client, address: str = f"/policy/{KEY}/") -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_from_draft_to_effect_by_three_people(people: dict[str, Client]) -> None:
    editor, lawyer, leader = people.values()
    assert "还没有清单" in page(editor, "/policy/")
    made = drafted()
    assert "公开征求意见" in page(editor) and "公开征求意见</button>" not in page(lawyer)
    press(editor, "consult")
    press(editor, "submit")
    assert "尚未完成审查" in press(leader, "approve", 400)
    for kind in ("LEGALITY", "FAIR_COMPETITION"):
        press(lawyer, "review", kind=kind, why="未见问题")
    assert "未见问题" in page(leader) and "陆衡" not in page(leader).partition("<main")[2]
    assert "岗位授权不含" in press(editor, "approve", 400)
    press(leader, "approve")
    press(leader, "publish")
    assert "须写明施行日期" in press(leader, "force", 400, on="x")
    press(leader, "force", on="2026-07-02")
    assert ListVersion.objects.get(id=made).state == "EFFECTIVE"
    assert "施行中" in page(leader, "/policy/") and "陆衡" in page(leader)
    press(leader, "fly", 404)


def test_nobody_reviews_or_approves_his_own_and_the_page_says_so(people: dict[str, Client]) -> None:
    made = drafted()
    press(people[EDITOR], "submit")
    ListVersion.objects.filter(id=made).update(author=LAWYER)
    told = page(people[LAWYER])
    assert "须由其他人办理" in told and "作出审查意见" not in told
    assert "审查人是起草人" in press(people[LAWYER], "review", 400, kind="LEGALITY", why="好")
    assert "退回须写明理由" in press(people[LAWYER], "back", 400)
    press(people[LAWYER], "back", why="补充依据")
    assert ListVersion.objects.get(id=made).state == "DRAFT"


def test_two_versions_uses_and_the_yearly_evaluation(people: dict[str, Client]) -> None:
    first = effective(day("2025-07-01"))
    by = Actor(ActorKind.PERSON, EDITOR, "沈砚", frozenset({actions.EDIT}))
    use = {"by": by, "at": office.NOW, "version_id": first, "entry": "M-03"}
    actions.note_use(**use, matter="case:1", used_on=day("2026-03-01"))  # type: ignore[arg-type]
    assert "应评估的" in page(people[LAWYER], "/policy/")
    assert "2026 年适用 1 次" in page(people[LAWYER])
    assert "评估须写明" in press(people[LAWYER], "evaluate", 400, year="2026", conclusion="X", why="好")
    press(people[LAWYER], "evaluate", year="2026", conclusion="KEEP", why="条件明确")
    assert "条件明确" in page(people[LAWYER]) and "应评估的" not in page(people[LAWYER], "/policy/")
    entries = [{**e, "correction_days": 9} if e["code"] == "M-03" else e for e in SAMPLE["entries"]]
    effective(day("2026-07-01"), {**SAMPLE, "entries": entries})
    told = page(people[EDITOR], f"/policy/{KEY}/compare/")
    assert "<del>15</del>" in told and "<ins>9</ins>" in told and "M-04" not in told
    assert "选了同一版" in page(people[EDITOR], f"/policy/{KEY}/compare/?old=2&new=2")


def test_two_levels_are_both_shown_and_only_proposed(people: dict[str, Client]) -> None:
    low = effective(day("2026-06-01"), {**SAMPLE, "list": "low", "level": "CITY", "title_zh": "市清单"})
    high = effective(day("2026-06-01"), {**SAMPLE, "list": "high", "level": "PROVINCE", "title_zh": "省清单"})
    where = f"/policy/conflict/?one={low}&other={high}"
    assert "超出权限，建议适用上级清单" in page(people[LAWYER], where)
    told = page(people[LAWYER], f"{where}&lawful=1&favourable=1")
    assert "建议适用下级清单" in told and "市清单" in told and "省清单" in told
    assert "同一层级" in page(people[LAWYER], f"/policy/conflict/?one={low}&other={low}")
    assert "系统只提出建议" in page(people[LAWYER], "/policy/conflict/?one=x&other=%00")


def test_the_qualified_choose_with_a_reason_and_the_pages_show_it(people: dict[str, Client]) -> None:
    low = effective(day("2026-06-01"), {**SAMPLE, "list": "low", "level": "CITY", "title_zh": "市清单"})
    high = effective(day("2026-06-01"), {**SAMPLE, "list": "high", "level": "PROVINCE", "title_zh": "省清单"})
    given = {"one": str(low), "other": str(high), "lawful": "1", "chosen": str(low)}
    where = f"/policy/conflict/?one={low}&other={high}&lawful=1"
    assert "法律职业资格的人员" in page(people[LAWYER], where)
    assert people[LAWYER].post("/policy/choose/", {**given, "reason": "好"}).status_code == 404
    office.certify(LAWYER, day("2028-12-31"), "LEGAL_QUALIFICATION")
    assert 'name="chosen"' in page(people[LAWYER], where) and "没有选定" in page(people[LAWYER], where)
    for wrong, words in (
        ({"reason": " "}, "须写明理由"),
        ({"chosen": "x"}, "请选定"),
        ({"other": "\0"}, "不同层级"),
    ):
        refused = people[LAWYER].post("/policy/choose/", {**given, "reason": "更有利", **wrong})
        assert refused.status_code == 400 and words in refused.content.decode()
    done = people[LAWYER].post("/policy/choose/", {**given, "reason": "市清单条件更宽"}, follow=True)
    told = done.content.decode()
    assert (
        done.redirect_chain[0][0] == where and "市清单条件更宽" in told and "规则建议适用《省清单》" in told
    )
    for where in ("/policy/low/", "/policy/high/", "/policy/high/compare/"):
        assert "适用《市清单》第 1 版" in page(people[EDITOR], where)
    people[LAWYER].post("/policy/choose/", {**given, "chosen": str(high), "reason": "改从省清单"})
    assert "已被后来的选定取代" in page(people[EDITOR], "/policy/low/")
