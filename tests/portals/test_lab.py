"""The lab at the desk, and the life of a version that comes out of it."""

from __future__ import annotations

import html
import json
import re
from datetime import date
from typing import Any

import pytest
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client

from tests.contexts.accounts import office
from tests.journeys.city import BUREAU, HOUSE, MACHINE, Bureau, at
from tests.portals.pages import E1, as_, staffed, stand_at
from zhunsheng.cli.commands.explain import command as explain
from zhunsheng.core.actors import Actor, ActorKind
from zhunsheng.core.clock import FixedClock
from zhunsheng.judging.lab import queries
from zhunsheng.judging.rulebook import actions
from zhunsheng.judging.rulebook import queries as proposals
from zhunsheng.judging.rulebook.actions import shadows
from zhunsheng.judging.rulebook.lifecycle import ProposalStepError
from zhunsheng.judging.rulebook.models import Dossier, Proposal
from zhunsheng.judging.rulebook.queries import ProposalCard
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.portals.officer.lab import rows
from zhunsheng.workflows import trying
from zhunsheng.workflows.ruling import rules_at

pytestmark = pytest.mark.django_db
NOW = "2026-08-01 10:00"
ASKED = {"from": "2026-02-01", "to": "2026-06-30", "against": "", "base": ""}
MOVED = {**ASKED, "point": "T02-1", "place": "yellow.at_least"}


@pytest.fixture
def city(settings: Any, client: Client, monkeypatch: pytest.MonkeyPatch) -> Bureau:
    stand_at(settings, NOW)
    staffed(monkeypatch)
    as_(client, "0005")
    bureau = Bureau()
    bureau.register(E1, "云汀电梯物业")
    bureau.enrol(E1, "T02")
    bureau.tell(E1, "ELEVATOR_RECORD", "2026-01-02", object="L-1", inspection_due_on="2027-07-31")
    for day in ("2026-03-02", "2026-03-20"):
        bureau.tell(E1, "ELEVATOR_TRAPPED", f"{day} 08:00", object="L-1", number=day)
    bureau.pass_time("2026-06-30")
    return bureau


def ended() -> None:
    while trying.work_off(FixedClock(at(NOW))):
        pass


def page(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, address
    return str(response.content.decode())


def test_a_line_is_moved_by_hand_and_every_touched_business_is_explained(
    city: Bureau, client: Client
) -> None:
    form = page(client, "/lab/new/?point=T02-1")
    assert 'value="yellow.at_least"' in form and "现在是 2" in form and "<script" not in form
    asked = client.post("/lab/new/", {**MOVED, "values": "3"})
    assert asked.status_code == 302
    address = asked["Location"]
    waiting = client.get(address)
    assert waiting["Refresh"] and "运行中" in waiting.content.decode()
    assert client.post(f"{address}step/", {"step": "stop"}).status_code == 302
    assert "已停下" in page(client, address)
    assert client.post(f"{address}step/", {"step": "stop"}).status_code == 400, "it has stopped already"
    assert client.post(f"{address}step/", {"step": "go_on"}).status_code == 302
    ended()
    told = page(client, address)
    assert "只有第二个版本触及（1 户）" in told and "只有第一个版本触及（0 户）" in told
    for words in ("所需人日", "期末积压人日", "95% 区间", "各月的触线", "按从业人数看触及面", "前后两半期"):
        assert words in told
    number = int(address.strip("/").rpartition("/")[2])
    text = client.get(f"{address}report.json").content
    assert text.decode() == queries.report_text(viewer=BUREAU, run_id=number)
    (lost,) = json.loads(text)["lost"]
    why = client.get(f"{address}why/{E1}/", {"version": "1", "at": lost["at"]}).content.decode()
    assert "云汀电梯物业" in why and "T02-1" in why and "线 ≥ 2" in why.replace("≥2", "≥ 2")
    assert (
        "没有触线" in client.get(f"{address}why/{E1}/", {"version": "0", "at": lost["at"]}).content.decode()
    )
    for wrong in ({"version": "2", "at": lost["at"]}, {"version": "0", "at": "x"}):
        assert client.get(f"{address}why/{E1}/", wrong).status_code == 404
    table = client.get(f"{address}report.csv").content.decode("utf-8-sig")
    assert "各月的触线" in table and table.count("触线次数") == 2
    assert page(client, "/lab/").count("T02-1") == 1


NUMBER = re.compile(r'<td class="number"><a href="([^"]+)">(\d+)</a>')
MARK = re.compile(r'<a class="mark m\d" href="([^"]+)" aria-label="[^"]*：(\d+) [户次]，占')


def differing(client: Client, told: str) -> list[str]:
    """Numbers of a report that are not the length of the list to which they lead."""
    found = dict.fromkeys([*NUMBER.findall(told), *MARK.findall(told)])
    wrong = []
    for address, number in found:
        there, count = html.unescape(address), 0
        while there:
            listed = page(client, there)
            count += listed.count('<th scope="row">')
            further = re.search(r'rel="next" href="([^"]+)"', listed)
            there = address.split("?")[0] + html.unescape(further[1]) if further else ""
        wrong += [address] if count != int(number) else []
    return wrong


def test_every_number_of_a_report_is_the_length_of_its_list(
    city: Bureau, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "ROWS_A_PAGE", 1)
    address = client.post("/lab/new/", {**MOVED, "values": "1"})["Location"]
    ended()
    told = page(client, address)
    tables = set(re.findall(r"table=([\w-]+)", told))
    assert {"month", "item", "class", "fair-size", "fair-form", "drift"} <= tables
    assert {"0", "1"} == set(re.findall(r"rows/\?version=(\d)", told)) and differing(client, told) == []
    (first, *_more) = NUMBER.findall(told)
    behind = page(client, html.unescape(first[0]))
    (why,) = re.findall(rf'href="(/lab/\d+/why/{E1}/[^"]+)"', behind)
    assert "T02-1" in page(client, html.unescape(why))
    page(client, html.unescape(first[0]).replace("column=", "column=x"), 404)
    # A number that is off by one is seen, and so is a list that does not look at the colour.
    wrong = NUMBER.sub(lambda m: f'<td class="number"><a href="{m[1]}">{int(m[2]) + 1}</a>', told, count=1)
    assert len(differing(client, wrong)) == 1
    monkeypatch.setattr(rows, "behind", lambda _cell, hits, *_rest: [*hits, *hits])
    assert differing(client, told)
    # Too many to be kept: numbers without a way, and nothing behind an address that somebody kept.
    monkeypatch.setattr(trying, "TOUCHES_KEPT_MAX", 0)
    other = client.post("/lab/new/", {**MOVED, "values": "1"})["Location"]
    ended()
    assert NUMBER.findall(page(client, other)) == []
    page(client, f"{other}rows/?{html.unescape(first[0]).split('?')[1]}", 404)


def test_a_curve_has_a_drawing_and_a_table_and_changes_nothing(city: Bureau, client: Client) -> None:
    before = city.library.pack.content_hash
    address = client.post("/lab/new/", {**MOVED, "values": "2:4"})["Location"]
    ended()
    told = page(client, address)
    assert told.count("<svg") == 2 and 'role="img"' in told and "2（现行）" in told
    assert "不作建议" in told and Bureau().library.pack.content_hash == before
    assert "yellow" not in client.get(f"{address}report.csv").content.decode().partition("\n")[0]


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"from": "2026-13-01"}, "from"),
    ({"to": "2025-01-01"}, "from"),
    ({"values": "x"}, "values"),
    ({"values": "3", "place": ""}, "place"),
    ({"values": "3", "place": "yellow.nothing"}, "place"),
    ({"values": "1:99999999"}, "from"),
    ({"industry": "六二"}, "industry"),
    ({"file": b"id: T02"}, "file"),
    ({"file": b"schema: [\xff"}, "file"),
]


def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(city: Bureau, client: Client) -> None:
    for changes, field in WRONG:
        told = {**MOVED, "division": "980102", **changes}
        if "file" in told:
            told["file"] = SimpleUploadedFile("mine.yaml", told["file"])
        answer = client.post("/lab/new/", told)
        words = answer.content.decode()
        assert answer.status_code == 400 and f'href="#{field}"' in words, changes
        assert 'value="980102"' in words
    assert queries.runs(viewer=BUREAU) == []


def test_a_part_of_the_register_and_a_file_of_ones_own(city: Bureau, client: Client) -> None:
    item = (HOUSE / "packs/general/items/T02-lift-faults.yaml").read_bytes()
    none = client.post("/lab/new/", {**ASKED, "division": "980103", "against": "none"})["Location"]
    file = SimpleUploadedFile("mine.yaml", item.replace(b"at_least: 2", b"at_least: 3"))
    all_of_it = client.post("/lab/new/", {**ASKED, "file": file})["Location"]
    size = client.post("/lab/new/", {**ASKED, "size": "未知"})["Location"]
    ended()
    assert "没有数" in page(client, none) and "参与的户数</dt><dd>0<" in page(client, none)
    assert "（1 户）" in page(client, all_of_it) and page(client, size)
    as_(client, "0007")
    assert page(client, all_of_it), "who audits replays"
    as_(client, "0002")
    assert client.get("/lab/").status_code == client.get(all_of_it).status_code == 404


def proposed(client: Client) -> str:
    """The address of a fresh proposal: T02-1 from two to three, by 0005."""
    address = client.post("/lab/new/", {**MOVED, "values": "3"})["Location"]
    ended()
    number = address.strip("/").rpartition("/")[2]
    assert client.post("/rules/life/draft/", {"run": number, "reason": " "}).status_code == 400
    answer = client.post("/rules/life/draft/", {"run": number, "reason": "误报多"})
    assert answer.status_code == 302
    return str(answer["Location"])


def test_a_version_is_published_only_by_several_people_and_for_what_they_saw(
    city: Bureau, client: Client, settings: Any
) -> None:
    for key, role in (("0008", "legal_reviewer"), ("0009", "model_owner")):
        office.hire(key, f"同事{key}", "9801")
        office.give(key, role, "9801")
        office.open_account(key, f"demo-{key}")
    before, address = city.library.pack.content_hash, proposed(client)
    told = page(client, address)
    for words in ("<del>", "≥", "误报多", "静态证明", "示例", "T02-E1", "重放报告", "由您起草"):
        assert words in told
    card, dossier = rulebook(address)
    assert dossier["against"]["hash"] == before and dossier["pack"]["hash"] == card.pack_hash != before
    assert dossier["changes"] and dossier["basis"]["T02-1"] and dossier["errors"] == 0
    run = queries.run(viewer=BUREAU, run_id=dossier["impact"]["run"])
    assert run is not None and dossier["impact"]["report_sha256"] == run.content_hash

    def step(person: str, name: str, status: int = 302, **more: str) -> None:
        as_(client, person)
        answer = client.post(f"{address}step/", {"step": name, **more})
        assert answer.status_code == status, (person, name, answer.content.decode()[-2000:])

    step("0005", "submit")
    step("0006", "approve", 400, dossier=card.dossier_hash)  # not reviewed yet
    step("0008", "review", 400)  # without an opinion
    step("0008", "review", why="合法")
    as_(client, "0005")
    assert 'value="start"' in page(client, address)
    beside = f"{address}shadow/"
    assert client.post(beside, {"shadow": "start", "why": "", "until": "2026-08-09"}).status_code == 400
    assert client.post(beside, {"shadow": "start", "why": "看看", "until": "八月"}).status_code == 400
    assert client.post(beside, {"shadow": "start", "why": "看看", "until": "2026-08-09"}).status_code == 302
    city.pass_time("2026-08-02")
    assert "还没有触线" in page(client, address) and "影子运行" in page(client, "/rules/life/")
    (beside_it,) = proposals.shadows(viewer=BUREAU)
    row = {(date(2026, 8, 1), "T02", "汀前所"): (1, 3, 0, 2)}
    shadows.keep_counts(by=MACHINE, at=at(NOW), shadow_id=beside_it.id, counted=row)
    told = page(client, address)
    assert "影子运行中" in told and "汀前所" in told and "<td>2</td>" in told
    assert client.post(beside, {"shadow": "stop", "why": "够了"}).status_code == 302
    assert client.post(beside, {"shadow": "stop", "why": "够了"}).status_code == 400
    assert "已停止" in page(client, address)
    step("0006", "approve", 400, dossier="0" * 64)  # another dossier was looked at
    step("0005", "approve", 400, dossier=card.dossier_hash)  # the author, who lacks the power too
    step("0006", "approve", dossier=card.dossier_hash)
    step("0009", "publish", 400, on="2026-07-31")
    step("0009", "publish", on="2026-09-01")
    step("0005", "withdraw", 400, why="晚了")
    told = page(client, address)
    assert "2026-09-01 00:00 起按这一版研判" in told and "许望舒" in told
    assert rules_at(at(NOW)).pack.content_hash == before, "nothing judges by it before its day"
    assert rules_at(at("2026-09-01")).pack.content_hash == card.pack_hash
    city.pass_time("2026-09-01")
    stand_at(settings, "2026-09-01 09:00")
    as_(client, "0009")
    assert "现行版本就是这一版" in page(client, address)
    step("0009", "call_off", 400, why="晚了")
    as_(client, "0002")
    assert "误报多" in page(client, "/rules/life/"), "whoever reads rules reads their life"
    assert client.post(f"{address}step/", {"step": "submit"}).status_code == 404


def test_the_database_refuses_one_person_on_both_sides_and_another_text(city: Bureau, client: Client) -> None:
    card, _dossier = rulebook(proposed(client))
    rows = Proposal.objects.filter(id=card.id)
    for both in ({"reviewer": card.author}, {"approver": card.author}, {"state": "APPROVED"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**both)
    with pytest.raises(DatabaseError), transaction.atomic():
        Dossier.objects.filter(content_hash=card.dossier_hash).update(text="{}")
    author = Actor(ActorKind.PERSON, card.author, "同一人", frozenset({"rule.review", "rule.approve"}))
    rows.update(state="REVIEWING")
    with pytest.raises(ProposalStepError):
        actions.review(by=author, at=at(NOW), proposal_id=card.id, opinion="同意")


def rulebook(address: str) -> tuple[ProposalCard, dict[str, Any]]:
    found = proposals.proposal(viewer=BUREAU, proposal_id=int(address.strip("/").rpartition("/")[2]))
    assert found is not None
    return found


def test_a_point_is_snoozed_and_lifted_at_the_desk_and_every_page_says_so(
    city: Bureau, client: Client, settings: Any
) -> None:
    (before,) = [t for t in triggers.touches(viewer=BUREAU) if t.point == "T02-1"]
    points = rules_at(at(NOW)).points.values()
    critical = next(p.id for p in points if p.critical is not None)
    asked = {"point": "T02-1", "district": "", "until": "2026-08-09 18:00", "why": "数据源正在更换"}
    assert client.post("/rules/life/snooze/", asked).status_code == 404, "who edits rules may not"
    as_(client, "0006")
    assert 'id="snooze-why"' in page(client, "/rules/life/")
    for wrong in ({"until": "八月"}, {"why": ""}, {"until": "2027-01-01 00:00"}, {"point": critical}):
        assert client.post("/rules/life/snooze/", {**asked, **wrong}).status_code == 400
    assert client.post("/rules/life/snooze/", asked).status_code == 302
    city.tell(E1, "ELEVATOR_RECORD", "2026-08-01 11:00", object="L-2", inspection_due_on="2027-07-31")
    for day in ("2026-08-02", "2026-08-03"):
        city.tell(E1, "ELEVATOR_TRAPPED", f"{day} 08:00", object="L-2", number=day)
    stand_at(settings, "2026-08-04 10:00")
    as_(client, "0006")
    told = page(client, "/rules/life/")
    assert "暂停中" in told and "期间记录的触线" in told and "2026-08-03" in told
    for address in ("/rules/cards/T02-1/", f"/touches/{before.id}/", f"/subjects/{E1}/", "/touches/"):
        shown = page(client, address)
        assert "触发点已暂停使用" in shown and "数据源正在更换" in shown and "2026-08-09 18:00" in shown, (
            address
        )
    assert "触发点已暂停使用" not in page(client, "/rules/cards/T03-1/")
    explained = CliRunner().invoke(explain, [E1, "--as-of", at("2026-08-04 10:00").isoformat(), "--json"])
    (touch,) = [t for t in json.loads(explained.stdout)["touches"] if t["object"] == "L-2"]
    assert touch["snoozed"]["why"] == "数据源正在更换" and touch["snoozed"]["until"].startswith(
        "2026-08-09T18:00"
    )
    (card,) = proposals.snoozes(viewer=BUREAU, known_at=at("2026-08-04 10:00"))
    lift = f"/rules/life/snooze/{card.id}/lift/"
    assert client.post("/rules/life/snooze/99/lift/", {"why": "好了"}).status_code == 404
    assert client.post(lift, {"why": ""}).status_code == 400
    assert client.post(lift, {"why": "数据源已恢复"}).status_code == 302
    assert client.post(lift, {"why": "数据源已恢复"}).status_code == 400
    told = page(client, "/rules/life/")
    assert "已提前恢复" in told and "数据源已恢复" in told
    city.pass_time("2026-08-05")
    assert {t.object for t in triggers.touches(viewer=BUREAU) if t.point == "T02-1"} == {"L-1", "L-2"}
