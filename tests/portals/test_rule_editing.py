"""A line is changed in the browser, as a form or as YAML, which are one; a fault stands at its field."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from tests.contexts.accounts import office
from tests.journeys.city import BUREAU, at
from tests.portals.pages import as_, staffed, stand_at
from tools.bootstrap import ROOT
from zhunsheng.core.actors import Actor, ActorKind
from zhunsheng.core.clock import FixedClock
from zhunsheng.judging.portraits import queries as portraits
from zhunsheng.judging.rulebook import actions, queries
from zhunsheng.judging.rulebook.lifecycle import ProposalStepError
from zhunsheng.judging.rulebook.models import ManuscriptSave, Proposal
from zhunsheng.workflows import trying
from zhunsheng.workflows.ruling import rules_at

pytestmark = pytest.mark.django_db
NOW = "2026-08-01 10:00"
LINE = "yellow.all.0.at_least"
SHOWN: dict[tuple[Client, str], str] = {}


@pytest.fixture
def desk(settings: Any, client: Client, monkeypatch: pytest.MonkeyPatch) -> Client:
    stand_at(settings, NOW)
    staffed(monkeypatch)
    return as_(client, "0005")


def opened(client: Client, key: str = "T09-1", manuscript: int | str = "") -> str:
    answer = client.post("/rules/edit/", {"key": key, "manuscript": manuscript})
    assert answer.status_code == 302
    return str(answer["Location"])


def page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, address
    SHOWN[client, address] = str(answer.content.decode())
    return SHOWN[client, address]


def yaml_in(told: str) -> str:
    (text,) = re.findall(r'<textarea id="yaml"[^>]*>(.*?)</textarea>', told, re.DOTALL)
    return html.unescape(text).removeprefix("\n")


class Form(HTMLParser):
    """The fields of the form as a browser sends them."""

    def __init__(self, told: str) -> None:
        super().__init__()
        self.sent: dict[str, list[str]] = {}
        self.name, self.text = "", ""
        self.feed(told.partition('id="form">')[2].partition("</form>")[0])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = dict(attrs)
        name, value = has.get("name") or "", has.get("value") or ""
        if tag == "input" and name and (has.get("type") != "checkbox" or "checked" in has):
            self.sent.setdefault(name, []).append(value)
        elif tag in {"select", "textarea"}:
            self.name, self.text = name, ""
        elif tag == "option" and self.name and ("selected" in has or self.name not in self.sent):
            self.sent[self.name] = [value]

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.sent[self.name] = [self.text.removeprefix("\n")]
        if tag in {"select", "textarea"}:
            self.name = ""


def sent(client: Client, address: str, fields: dict[str, Any], status: int = 302) -> str:
    """The form as it was last shown, with other texts in some fields; then the page afterwards."""
    shown = SHOWN.get((client, address)) or page(client, address)
    answer = client.post(address, {**Form(shown).sent, "do": "save", **fields})
    assert answer.status_code == status, answer.content.decode()[-3000:]
    return page(client, address) if status == 302 else str(answer.content.decode())


def number_of(address: str) -> int:
    return int(address.split("/")[3])


def card_of(address: str) -> queries.ManuscriptCard:
    found = queries.manuscript(viewer=BUREAU, manuscript_id=number_of(address))
    assert found is not None
    return found


def said(told: str) -> str:
    return told.partition('id="sentence"')[2].partition('id="changes"')[0]


def field(told: str, name: str) -> str:
    """The field of the form with this name, with what stands at it."""
    (found,) = [f for f in told.split('<div class="field') if f'name="{name}"' in f]
    return found


def test_form_sentence_and_text_are_one(desk: Client) -> None:
    before = rules_at(at(NOW)).pack.content_hash
    assert 'name="manuscript"' in page(desk, "/rules/cards/T09-1/")
    address = opened(desk)
    assert portraits.kept_pack(viewer=BUREAU, content_hash=before), "also when another one is installed"
    told = page(desk, address)
    assert "≥3次" in said(told) and f'name="{LINE}"' in told and "说的一样" in told and "<script" not in told
    told = sent(desk, address, {LINE: "4"})
    assert "≥4次" in said(told) and "at_least: 4" in yaml_in(told) and 'value="4"' in field(told, LINE)
    assert "<del>" in told and "<ins>" in told
    text = yaml_in(told).replace("at_least: 4", "at_least: 2 # 两条就提醒", 1)
    told = sent(desk, address, {"do": "yaml", "yaml": text.replace("\n", "\r\n")})
    assert yaml_in(told) == text, "kept as it was typed, with its comment"
    assert "≥2次" in said(told) and 'value="2"' in field(told, LINE)
    assert "从表单保存会去掉它们" in told and "# 两条就提醒" in told
    told = sent(desk, address, {LINE: "2"})
    assert "# 两条就提醒" in yaml_in(told), "a form that changes nothing takes nothing away"
    told = sent(desk, address, {f"{LINE}:key": "more_than", "yellow.all.0.window:length": "60"})
    assert "＞2次" in said(told) and "近60天" in said(told) and "#" not in yaml_in(told)
    number = int(address.split("/")[3])
    assert [save.how for save in queries.saves(viewer=BUREAU, manuscript_id=number)] == [
        "FORM",
        "YAML",
        "FORM",
    ]
    assert rules_at(at(NOW)).pack.content_hash == before, "nothing judges by it"


def test_buttons_change_the_shape_and_each_can_be_taken_back(desk: Client) -> None:
    address = opened(desk)
    told = sent(desk, address, {"do": "more:yellow.all"})
    assert 'name="yellow.all.2.ratio.per"' in told
    told = sent(desk, address, {"do": "drop:yellow.all.1"})
    told = sent(desk, address, {"do": "drop:yellow.all.1"})
    told = sent(desk, address, {"do": "filter:yellow.all.0", "yellow.all.0:filter": "topic", LINE: "5"})
    assert 'name="yellow.all.0.where.topic"' in told and "≥5次" in said(told), "and what was typed is kept"
    told = sent(desk, address, {"do": "drop:yellow.all.0.where.topic"})
    told = sent(desk, address, {"do": "drop:yellow.all.0.where.id"})
    assert "where.topic" not in told
    told = sent(desk, address, {"do": "key", "new-key": "no_data"})
    assert 'id="s-no_data"' in told and "数据中断告警" in said(told)
    told = sent(desk, address, {"yellow.all:key": "any", "measures.red": ["", "R7", "R1"]})
    assert "red: [R1, R7]" in yaml_in(told), "in the order that they had"
    assert yaml_in(sent(desk, address, {"do": "drop:id"})) == yaml_in(told), "without its id it is none"
    all_of_it = address.rsplit("/", 2)[0] + "/"
    step = f"{all_of_it}step/"
    last = card_of(address).number
    assert desk.post(step, {"step": "restore", "read": last - 1, "to": 1}).status_code == 400
    assert desk.post(step, {"step": "restore", "read": last, "to": last}).status_code == 400
    assert desk.post(step, {"step": "restore", "read": last, "to": 0}).status_code == 302
    assert "说的一样" in page(desk, address) and page(desk, all_of_it).count("回到先前 0") == 1
    with pytest.raises(DatabaseError), transaction.atomic():
        ManuscriptSave.objects.filter(number=1).update(parts="{}")


NO_WAY_BACK = "clear: {count: ELEVATOR_TRAPPED, window: {days: 90}, at_least: 5}"
FAULTS: list[tuple[str, str, str, str, str]] = [
    # key, in the text, instead, the field or part at which it stands, what is said
    ("T09-1", "count: REVIEW_HIT", "count: NO_SUCH", "yellow.all.0.count", "未声明的事实种类"),
    ("T09-1", "{credible: true}", "{credibel: true}", "yellow.all.0.where.credibel", "没有字段 credibel"),
    ("T09-1", "{credible: true}", "{credible: '是'}", "yellow.all.0.where.credible", "类型不符"),
    ("T09-1", "at_least: 3", "at_least: 三", LINE, "应是整数"),
    ("T09-1", "    window: {days: 30}\n    at_least: 3", "    at_least: 3", "yellow.all.0", "没有写窗口"),
    ("T02-1", "clear_at_percent: 80", NO_WAY_BACK, "clear", "永远不能解除"),
    ("T09-1", "status: PROPOSAL", "status: PROPOSAL\nhold_days: 三天", "hold_days", "应是整数"),
    ("T09-1", "status: VERIFIED", "status: SURE", "basis.0.status", "可用取值"),
    ("general:I01", "at_least: 365", "at_least: 0", "bins.1", "重叠或倒置"),
    ("general:I01", "points: 3", "points: 三", "bins.0.points", "分值写整数"),
    ("general:I24", "objects: ABNORMAL_LIST", "objects: NOBODY", "cases.0.when.objects", "未声明的事实种类"),
]


def test_a_planted_fault_stands_at_its_field_and_at_its_line(desk: Client) -> None:
    for key, old, new, place, words in FAULTS:
        address = opened(desk, key)
        text = yaml_in(page(desk, address))
        assert old in text, (key, old)
        wrong = text.replace(old, new, 1)
        told = sent(desk, address, {"do": "yaml", "yaml": wrong})
        assert yaml_in(told) == wrong, "what can be kept is kept"
        around = told.partition(f'id="s-{place.partition(".")[0]}"')[2].partition("</section>")[0]
        spot = field(told, place) if f'name="{place}"' in told else around
        assert words in spot and "field-error" in spot, (place, words)
        shown = re.findall(r"第 (\d+) 行　<code>(.*?)</code>　(.*?)</p>", told, re.DOTALL)
        assert shown, place
        for n, line, _text in shown:
            assert html.unescape(line) == wrong.splitlines()[int(n) - 1]


def test_faults_of_the_whole_stand_at_the_nearest_part(desk: Client) -> None:
    address = opened(desk)
    told = sent(desk, address, {"do": "drop:basis"})
    assert "没有法律依据" in told and "补" not in said(told)
    told = sent(desk, address, {"do": "key", "new-key": "basis"})
    assert "依据没有写明法律名称" in told
    text = yaml_in(told).replace("name_zh: 可信评价线索聚集\n", "").replace("risk_zh", "risk")
    told = sent(desk, address, {"do": "yaml", "yaml": text})
    for words in ("缺少 name_zh", "缺少 risk_zh", "不认识的键 risk", "现在还读不成句子"):
        assert words in told
    overview = page(desk, address.rsplit("/", 2)[0] + "/")
    assert "还不能送审" in overview and "缺少 name_zh" in overview


def test_red_swallowed_by_yellow_is_said_at_the_line(desk: Client) -> None:
    told = sent(desk, opened(desk, "T02-1"), {"red.at_least": "1"})
    assert "核查线（红）必已成立" in told.partition('id="s-yellow"')[2].partition('id="s-red"')[0]


WRONG_TEXTS = [
    ("id: [", "不是合格的 YAML"),
    ("a: &x [1]\nid: *x", "不用别名"),
    ("", "一份键值对"),
    ("id: T09-9", "须是 T09-1"),
]


def test_a_text_that_is_no_definition_is_shown_again(desk: Client) -> None:
    address = opened(desk)
    for text, words in WRONG_TEXTS:
        told = sent(desk, address, {"do": "yaml", "yaml": text}, 400)
        assert words in told and yaml_in(told) == text
    assert card_of(address).number == 0


def test_what_cannot_be_read_of_a_form_is_said_at_its_field_and_all_that_was_typed_is_there(
    desk: Client,
) -> None:
    address = opened(desk)
    told = sent(desk, address, {LINE: "三", "name_zh": "新名称", "yellow.all.0.window:length": ""}, 400)
    assert "请写整数" in field(told, LINE) and 'value="三"' in field(told, LINE)
    assert "请写明窗口的长度" in field(told, "yellow.all.0.window") and 'value="新名称"' in told
    assert card_of(address).number == 0


def test_of_two_who_save_at_once_the_second_sees_both_texts(desk: Client, client: Client) -> None:
    office.hire("0031", "同事", "9801")
    office.give("0031", "credit_officer", "9801")
    office.open_account("0031", "demo-0031")
    other, address = as_(Client(), "0031"), opened(desk)
    assert opened(other, "T09-2", number_of(address)).startswith(address.rsplit("/", 2)[0])
    sent(other, address, {LINE: "4"})
    told = sent(desk, address, {"read": "0", LINE: "6"}, 409)
    assert "别人已保存了这一条" in told and "at_least: 6" in yaml_in(told)
    assert "at_least: 4" in told.partition('id="theirs-text"')[2].partition("</textarea>")[0]
    assert "≥4次" in said(page(desk, address)), "nothing went over the other's text"
    mine = yaml_in(told)
    desk.post(address, {"read": "0", "do": "yaml", "yaml": mine})
    assert card_of(address).number == 1, "not before it was looked at"
    assert "≥6次" in said(sent(desk, address, {"do": "yaml", "yaml": mine}))
    told = sent(other, address.replace("T09-1", "T09-2"), {"read": "0", "name_zh": "另一条"})
    assert "另一条" in told, "another definition is another matter"


def test_points_are_added_copied_and_taken_out(desk: Client) -> None:
    address = opened(desk)
    whole = address.rsplit("/", 2)[0] + "/"
    step = f"{whole}step/"
    for wrong in (
        {"step": "copy", "key": "T09-1", "id": "T09-2"},
        {"step": "copy", "key": "T09-1", "id": "九"},
        {"step": "new", "home": "T09", "id": "T09-7", "name": " "},
        {"step": "new", "home": "T99", "id": "T09-7", "name": "x"},
    ):
        assert desk.post(step, {**wrong, "read": 0}).status_code == 400
    made = desk.post(step, {"step": "copy", "key": "T09-1", "id": "T09-7", "read": 0})
    assert "T09-7 可信评价线索聚集" in page(desk, made["Location"])
    made = desk.post(step, {"step": "copy", "key": "general:I24", "id": "I99", "read": 1})
    assert "I99" in page(desk, made["Location"])
    new = {"step": "new", "home": "T09", "id": "T09-8", "name": "新的一条", "read": 2}
    made = desk.post(step, new)
    assert "没有法律依据" in page(desk, made["Location"])
    assert desk.post(step, {"step": "remove", "key": "T09-2", "read": 3}).status_code == 302
    told = page(desk, whole)
    for words in ("T09-7", "general:I99", "新的一条", "T09-2 （删去）", "同餐次多人不适"):
        assert words in told
    assert page(desk, f"{whole}T09-2/", 404) and desk.post(step, {"step": "nothing"}).status_code == 404


def test_from_a_text_to_the_reviewers(desk: Client, client: Client) -> None:
    for key, role in (("0008", "legal_reviewer"), ("0031", "credit_officer")):
        office.hire(key, f"同事{key}", "9801")
        office.give(key, role, "9801")
        office.open_account(key, f"demo-{key}")
    address = opened(desk)
    whole = address.rsplit("/", 2)[0] + "/"
    step = f"{whole}step/"
    sent(as_(Client(), "0031"), address, {LINE: "2"})
    sent(desk, address, {LINE: "4"})
    assert desk.post(step, {"step": "try", "read": 2}).status_code == 302
    where = desk.post(step, {"step": "try"})["Location"]
    base = where.partition("base=")[2]
    assert f'value="{base}" selected' in page(desk, where)
    asked = {"from": "2026-02-01", "to": "2026-06-30", "against": "", "base": base}
    assert desk.post("/lab/new/", asked).status_code == 302
    assert "还没有做完的试算报告" in page(desk, whole)
    while trying.work_off(FixedClock(at(NOW))):
        pass
    told = page(desk, whole)
    (run,) = re.findall(
        r'<option value="(\d+)">\d+</option>', told.partition('id="run"')[2].partition("</select>")[0]
    )
    assert desk.post(step, {"step": "propose", "run": run, "why": ""}).status_code == 400
    answer = desk.post(step, {"step": "propose", "run": run, "why": "误报多"})
    assert answer.status_code == 302 and "审查中" in page(desk, answer["Location"])
    (proposal,) = queries.proposals(viewer=BUREAU)
    assert proposal.state == "REVIEWING" and "规则草案" in page(desk, whole)
    # Whoever wrote on the text is its author too, whoever pressed the button.
    writer = ManuscriptSave.objects.get(number=1).saved_by
    author = Actor(ActorKind.PERSON, writer, "同事", frozenset({"rule.review"}))
    with pytest.raises(ProposalStepError, match="起草的人"):
        actions.review(by=author, at=at(NOW), proposal_id=proposal.id, opinion="同意")
    rows = Proposal.objects.filter(id=proposal.id)
    for side in ("reviewer", "approver"):
        with pytest.raises(DatabaseError, match="neither reviews nor approves"), transaction.atomic():
            rows.update(**{side: writer})
    assert rows.update(reviewer="0008") == 1, "another may"
    rows.update(reviewer="")
    sent(desk, address, {LINE: "5"})
    assert "试的是先前的文字" in page(desk, whole)
    assert desk.post(step, {"step": "close"}).status_code == 302
    assert "已收起" in page(desk, whole) and "保存表单" not in page(desk, address)
    assert desk.post(address, {"do": "save", LINE: "9"}).status_code == 404
    assert desk.post(step, {"step": "close"}).status_code == 400
    assert desk.post(step, {"step": "reopen"}).status_code == 302
    assert "改稿" in page(desk, "/rules/life/")


def test_only_who_may_edit_rules_finds_the_editor(desk: Client) -> None:
    address = opened(desk)
    officer = as_(Client(), "0002")
    assert "修改" not in page(officer, "/rules/cards/T09-1/").partition("<main")[2]
    assert page(officer, address, 404) and officer.post("/rules/edit/", {"key": "T09-1"}).status_code == 404
    for nowhere in ("/rules/edit/99/", "/rules/edit/99/T09-1/", address.replace("T09-1", "T99-1")):
        page(desk, nowhere, 404)


def test_the_how_to_names_what_the_pages_show(desk: Client) -> None:
    guide = (ROOT / "docs" / "how-to" / "change-a-line.zh-CN.md").read_text(encoding="utf-8")
    bold = set(re.findall(r"\*\*(.+?)\*\*", guide))
    told = page(desk, "/rules/cards/T09-1/")
    told += sent(desk, address := opened(desk), {LINE: "4"}) + page(desk, address.rsplit("/", 2)[0] + "/")
    # This one stands there once a report is done; from a text to the reviewers presses it.
    assert {word for word in bold if word not in told} == {"起草并送审"} and len(bold) > 15
