"""Guidance and self-checks: from a reminder, by trade, handed in once; never a mark against anybody."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
import yaml
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.contexts.accounts import office
from tests.journeys.city import BUREAU, OFFICER, Bureau, at
from tests.portals import business
from tests.portals.pages import E1, as_, link, photo, reminded, staffed, stand_at
from zhunsheng.core.actors import Actor, ActorKind
from zhunsheng.core.clock import instant
from zhunsheng.core.facts import in_force
from zhunsheng.foundation.attachments import actions as attachments
from zhunsheng.foundation.attachments.sniffing import shown_copy
from zhunsheng.registers.statutes.actions import lists as actions
from zhunsheng.registers.statutes.queries import lists
from zhunsheng.sensing.signals import queries as signals

pytestmark = pytest.mark.django_db
NOW = at("2026-07-02 10:00")
EDITOR, LAWYER, LEADER = "0011", "0012", "0013"
ANSWERS = {"due": "YES", "care": "NO", "care.plan": "下周二补签", "alarm": "NA", "lifts": "2"}


@pytest.fixture
def there(settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> tuple[Client, str, str]:
    """The representative's browser, where the pages of the business lie, the link of its reminder."""
    cache.clear()
    settings.MEDIA_ROOT = tmp_path
    stand_at(settings, "2026-07-02 10:00")
    staffed(monkeypatch)
    touch = reminded(Bureau())
    chief = business.somebody("chief", "陈明", at=NOW)
    own = business.represent(E1, chief, NOW)
    return business.signed_in(chief, NOW), f"/business/{own}/", link(touch)


def text(client: Client, where: str) -> str:
    response = client.get(where)
    assert response.status_code == 200, (where, response.status_code)
    return response.content.decode()


def of_kind(kind: str) -> list[Any]:
    told = signals.timeline(viewer=BUREAU, subject=E1)
    return [fact for fact in in_force(told, instant(at("2026-07-03 10:00"))) if fact.kind == kind]


def test_from_a_reminder_to_its_guide_and_all_of_the_trade(there: tuple[Client, str, str]) -> None:
    client, home, signed = there
    reminder = text(Client(), signed)
    assert f"{signed}guides/G-LIFT-DUE/" in reminder and f"{signed}self-check/S-LIFT/" in reminder
    assert "维保间隔和故障后的检查" not in reminder
    everything = text(client, home + "guides/")
    assert "电梯检验怎样不拖过期" in everything and "网店亮照一次做好" in everything
    # Another trade's is not its own, though a link to it opens.
    assert "许可快到期" not in everything
    found = text(client, home + "guides/?q=拍下 签字")
    assert "维保间隔" in found and "网店亮照" not in found
    assert "没有讲“飞机”的指引" in text(client, home + "guides/?q=飞机")
    guide = text(client, home + "guides/G-LIFT-DUE/")
    assert "到期还没有检验的" in guide and "特种设备安全法" in guide and "核对于 2026-05-20" in guide
    assert "T01-1" not in guide and "PROPOSAL" not in guide
    for _ in range(2):
        assert client.post(home + "guides/G-LIFT-DUE/note/").status_code == 302
    assert [fact.object for fact in of_kind("GUIDANCE_NOTED")] == ["G-LIFT-DUE"]
    assert client.post(home + "guides/G-NONE/note/").status_code == 404


def test_a_self_check_is_saved_read_once_more_and_handed_in_once(
    there: tuple[Client, str, str], client: Client
) -> None:
    own, home, _signed = there
    where = home + "self-check/S-LIFT/"
    assert "请回答：在用几台电梯" in own.post(where, {"next": "1", "due": "YES"}).content.decode()
    wrong = own.post(where, {**ANSWERS, "lifts": "两台", "next_on": "2026-13-01"}).content.decode()
    assert "请只写数字" in wrong and "请写一个日期" in wrong and 'value="两台"' in wrong
    picture = SimpleUploadedFile("记录.jpg", photo())
    assert own.post(where, {**ANSWERS, "files": [picture], "save": "1"}).status_code == 302
    kept = text(own, where)
    assert "下周二补签" in kept and "记录.jpg" in kept
    assert of_kind("SELF_CHECK_DONE") == []
    assert own.post(where, {**ANSWERS, "next": "1"}).headers["Location"] == where + "review/"
    assert "下周二补签" in text(own, where + "review/")
    for _ in range(2):
        assert own.post(where + "review/").headers["Location"] == where + "done/"
    (fact,) = of_kind("SELF_CHECK_DONE")
    assert (fact.payload["gaps"], fact.payload["photos"]) == (1, 1)
    done = text(own, where + "done/")
    assert "20260702-" in done and "下一个日期：2026-09-30" in done and "记录.jpg" in done
    assert "DTSTART;VALUE=DATE:20260930" in text(own, where + "dates.ics")
    assert "自查表" in text(own, home + "file/")
    officer = text(as_(client, "0005"), f"/subjects/{E1}/")
    assert "最近一次维保的记录有签字吗：否" in officer and "下周二补签" not in officer
    seen = as_(Client(), "0002")
    (file,) = set(re.findall(r'href="(/evidence/\d+/)"', text(seen, f"/subjects/{E1}/")))
    assert f'src="{file}picture/"' in text(seen, file) and "须说明用途后取用" in text(seen, file)
    shown = seen.get(file + "picture/")
    assert shown["Content-Type"] == "image/jpeg" and b"Fictional" not in b"".join(shown)
    assert as_(Client(), "0003").get(file + "picture/").status_code == 404
    told = {"purpose": "VERIFY", "words": "核对自查"}
    assert seen.post(file + "original/", told).content == photo()
    number = int(file.split("/")[2])
    attachments.redact(by=OFFICER, at=NOW, attachment_id=number, content=photo("black"), reason="遮去人像")
    assert "遮盖件。" in text(seen, file)
    assert b"".join(seen.get(file + "picture/")) == shown_copy(photo("black"), "image/jpeg")


def test_the_blank_sheet_is_drawn_and_only_with_the_mandate_one_fills_it_in(
    there: tuple[Client, str, str],
) -> None:
    own, home, signed = there
    paper = Client().get(signed + "self-check/S-LIFT/sheet.pdf")
    assert paper.content.startswith(b"%PDF") and paper["Content-Type"] == "application/pdf"
    assert own.get(home + "self-check/S-LIFT/sheet.pdf").content.startswith(b"%PDF")
    assert "电梯使用单位自查" in text(Client(), signed + "self-check/S-LIFT/")
    chief = business.queries.of_subject(viewer=BUREAU, at=NOW, subject=E1)[0].person
    agent = business.somebody("agent", at=NOW)
    mandate = int(home.split("/")[2])
    number = business.appoint(business.actor(chief, mandate, NOW), mandate, agent, ("ANSWER",), NOW)
    reader = business.signed_in(agent, NOW)
    assert "在线自查" not in text(reader, f"/business/{number}/guides/")
    assert reader.get(f"/business/{number}/self-check/S-LIFT/").status_code == 404


def test_a_bureau_takes_the_file_changes_it_and_puts_it_in_force(
    there: tuple[Client, str, str],
) -> None:
    own, home, _signed = there
    for key, name, role in (
        (EDITOR, "沈砚", "list_editor"),
        (LAWYER, "闻笛", "legal_reviewer"),
        (LEADER, "陆衡", "list_approver"),
    ):
        office.hire(key, name, "9801")
        office.give(key, role, "9801")
        office.open_account(key, f"demo-{key}")
    editor = as_(Client(), EDITOR)
    assert "电梯检验怎样不拖过期" in text(editor, "/policy/guidance/")
    told = yaml.safe_load(text(editor, "/policy/file/guidance.yaml"))

    def hand_in() -> str:
        body = yaml.safe_dump(told, allow_unicode=True).encode()
        file = SimpleUploadedFile("guidance.yaml", body)
        return editor.post("/policy/draft/", {"file": file}).content.decode()

    told["entries"][0]["title_zh"] = ""
    assert "第 1 条 G-LIFT-DUE title_zh" in hand_in()
    told["entries"][0] |= {"title_zh": "本市电梯检验怎样约", "colour": "red"}
    assert "请删去不认识的栏" in hand_in()
    del told["entries"][0]["colour"]
    assert hand_in() == ""
    card = lists.version(viewer=BUREAU, list_key="guidance")
    assert card is not None
    powers = frozenset({actions.EDIT, actions.REVIEW, actions.APPROVE})
    by = {key: Actor(ActorKind.PERSON, key, key, powers) for key in (EDITOR, LAWYER, LEADER)}
    actions.submit(by=by[EDITOR], at=NOW, version_id=card.id)
    for kind in (actions.LEGALITY, actions.COMPETITION):
        actions.review(by=by[LAWYER], at=NOW, version_id=card.id, kind=kind, opinion="可行")
    actions.approve(by=by[LEADER], at=NOW, version_id=card.id)
    actions.publish(by=by[LEADER], at=NOW, version_id=card.id)
    assert "本市电梯检验" not in text(own, home + "guides/")
    actions.put_in_force(by=by[LEADER], at=NOW, version_id=card.id, on=date(2026, 7, 2))
    assert "本市电梯检验怎样约" in text(own, home + "guides/")
    own.post(home + "guides/G-LIFT-DUE/note/")
    assert lists.uses(viewer=BUREAU, list_key="guidance", year=2026) == {"G-LIFT-DUE": 1}
    assert "使用 1 次" in text(editor, "/policy/guidance/")
