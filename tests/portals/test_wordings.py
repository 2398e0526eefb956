"""A bureau writes its own wording in the browser, and a document is drafted with it and served."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from tests.contexts.accounts import office
from tests.contexts.documents.test_rendering import fonts, is_archival
from tests.contexts.statutes.test_law_base import bring
from tests.journeys.city import Bureau
from tests.portals.pages import E1, as_, reminded, staffed, stand_at
from tests.portals.test_papers import LAW, page, send
from zhunsheng.core.actors import Actor, ActorKind
from zhunsheng.foundation.documents.actions import wordings as actions
from zhunsheng.foundation.documents.lifecycle import DocumentStepError
from zhunsheng.foundation.documents.models import Document, Wording
from zhunsheng.portals.officer.wordings import SHIPPED

__all__ = ["fonts"]
pytestmark = pytest.mark.django_db
KIND = "compliance_advice"
PARTS = [
    ("to", "{recipient}"),
    ("p", "检查中发现：{findings}"),
    ("items", "advice"),
    ("p", "请于{reply_by}前反馈。依据{rules}。"),
    ("clauses", "rules"),
    ("seal", ""),
]
SAMPLE = {
    "f-findings": "账簿缺页。",
    "f-advice": "补齐账簿",
    "f-reply_by": "2026-07-20",
    "f-rules": "市场主体登记管理条例 36",
}


def form(*parts: tuple[str, str], do: str = "save", **more: str) -> dict[str, str]:
    """The editor as a browser sends it."""
    told = {"count": str(len(parts)), "do": do, **SAMPLE, **more}
    for number, (kind, text) in enumerate(parts, 1):
        told |= {f"kind-{number}": kind, f"text-{number}": text, f"when-{number}": ""}
    return told


@pytest.fixture
def editor(settings: Any, monkeypatch: pytest.MonkeyPatch, client: Client) -> Client:
    stand_at(settings, "2026-07-02 10:00")
    staffed(monkeypatch)
    reminded(Bureau())
    bring(LAW)
    for key, role in {"0022": "list_editor", "0025": "list_approver"}.items():
        office.hire(key, f"同事{key}", "9801")
        office.give(key, role, "9801")
        office.open_account(key, f"demo-{key}")
    return as_(client, "0022")


def begun(editor: Client, kind: str = KIND) -> str:
    """A draft of a wording; the address of its page."""
    where = send(editor, f"/wording/kinds/{kind}/draft/", reason="目录里没有正文")
    return where.removesuffix("edit/")


def in_force(editor: Client, on: str = "2026-07-02") -> str:
    """The wording of the tests, published for a day; the address of its page."""
    where = begun(editor)
    send(editor, f"{where}edit/", **form(*PARTS))
    send(editor, f"{where}step/", step="submit")
    seen = Wording.objects.latest("id").content_hash
    approver = as_(Client(), "0025")
    send(approver, f"{where}step/", step="approve", seen=seen)
    send(approver, f"{where}step/", step="publish", on=on)
    return where


def test_an_entry_gets_its_text_in_the_browser_and_is_served_as_an_archival_page(
    editor: Client, fonts: Path
) -> None:
    officer = as_(Client(), "0002")
    assert "合规建议" not in page(officer, "/documents/new/")
    page(officer, f"/documents/new/{KIND}/", 404)
    in_force(editor)
    assert "行政合规建议书" in page(officer, "/documents/new/")
    paper = send(
        officer, f"/documents/new/{KIND}/", subject=E1, acted_on="2026-07-01", **SAMPLE | {"f-advice": "改正"}
    )
    told = page(officer, paper)
    assert "检查中发现：账簿缺页。" in told and "《中华人民共和国市场主体登记管理条例》第三十六条" in told
    assert "own-1" in told
    send(officer, f"{paper}step/", step="submit")
    send(as_(Client(), "0001"), f"{paper}step/", step="approve")
    send(as_(Client(), "0006"), f"{paper}step/", step="issue")
    send(officer, f"{paper}serve/DIRECT/", **{"f-place": "柳汀路8号"})
    link = page(officer, paper).partition("/receipt/")[2].partition("/")[0]
    receipt = {"f-signed_on": "2026-07-02", "f-receiver": "方舟", "f-standing": "SELF", "f-servers": "李敏"}
    send(officer, f"{paper}receipt/{link}/", **receipt)
    row = Document.objects.get(kind=KIND)
    assert (row.state, row.version) == ("SERVED", "own-1")
    assert row.template_hash == row.content["template_hash"]  # type: ignore[index]
    is_archival(officer.get(f"{paper}file.pdf").content, "合规")


def test_what_is_wrong_is_said_at_the_part_and_at_the_field(editor: Client) -> None:
    where = begun(editor)
    parts = [("p", "发现{findigns}"), ("p", "{事实}{advice}{reply_by}"), ("clauses", "advice")]
    assert send(editor, f"{where}edit/", **form(*parts, **{"f-reply_by": ""})).endswith("edit/")
    told = page(editor, f"{where}edit/")
    for place, words in (
        ("part-1", "没有字段 findigns"),
        ("part-2", "花括号里不是字段"),
        ("part-3", "advice 不是 LAW"),
        ("f-reply_by", "样例缺少必填字段“反馈日期”"),
    ):
        assert f'<a href="#{place}">{words}' in told
    assert "正文没有写必填字段“相关规定”" in told and "正文没有写必填字段“发现的情况”" in told
    assert "没有字段 findigns" in send(editor, f"{where}step/", 400, step="submit")
    assert "还不能成文" in page(editor, f"{where}preview.pdf", 400)
    wrong = form(("table", "只有一格"))
    assert "第 1 段：表格一行一格" in send(editor, f"{where}edit/", 400, **wrong)
    assert "日期写成" in send(editor, f"{where}edit/", 400, **form(("p", "x"), **{"f-reply_by": "明天"}))


def test_a_sign_without_a_glyph_is_found_before_anybody_approves(editor: Client, fonts: Path) -> None:
    where = begun(editor)
    parts = [*PARTS[:1], ("p", "发现\U0001f6d2：{findings}"), *PARTS[2:]]
    send(editor, f"{where}edit/", **form(*parts))
    assert '<a href="#part-2">字体中没有这些字' in page(editor, f"{where}edit/")
    assert "字体中没有这些字" in send(editor, f"{where}step/", 400, step="submit")


def test_parts_are_added_moved_filled_and_taken_out_without_a_script(editor: Client) -> None:
    where = begun(editor) + "edit/"
    two = [("p", "甲"), ("items", "")]

    def pressed(do: str, **more: str) -> str:
        return send(editor, where, 200, **form(*two, do=do, **more))

    assert "第 3 段" in pressed("add") and "第 2 段" not in pressed("remove-2")
    assert "甲{findings}</textarea>" in pressed("insert-1", **{"field-1": "findings"})
    assert ">advice</textarea>" in pressed("insert-2", **{"field-2": "advice"})
    assert ">findings</textarea>" not in pressed("insert-2", **{"field-2": "findings"})
    moved = pressed("down-1")
    assert moved.index('id="text-2"') < moved.index("甲") and "第 3 段" not in pressed("up-9")
    assert Wording.objects.get().body.count("甲") == 0


def test_nobody_approves_what_he_wrote_and_what_is_published_never_changes(editor: Client) -> None:
    where = in_force(editor, "2026-07-05")
    row = Wording.objects.get()
    for change in ({"body": "{}"}, {"state": "DRAFT", "effective_on": None}):
        with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
            Wording.objects.filter(id=row.id).update(**change)
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        Wording.objects.all().delete()
    assert "已发布，待施行" in page(editor, where)
    page(as_(Client(), "0002"), f"/documents/new/{KIND}/", 404)
    page(editor, f"{where}edit/", 404)
    second = begun(editor)
    assert "已有一版正文在办理" in send(editor, f"/wording/kinds/{KIND}/draft/", 400, reason="再写一版")
    send(editor, f"{second}edit/", **form(*PARTS))
    send(editor, f"{second}step/", step="submit")
    assert "岗位授权不含" in send(editor, f"{second}step/", 400, step="approve", seen="")
    approver = as_(Client(), "0025")
    assert "看过的不是这一稿" in send(approver, f"{second}step/", 400, step="approve", seen="x")
    assert "退回须写明理由" in send(approver, f"{second}step/", 400, step="back")
    send(approver, f"{second}step/", step="back", why="措辞")
    send(editor, f"{second}step/", step="submit")
    row = Wording.objects.latest("id")
    seen = row.content_hash
    both = Actor(ActorKind.PERSON, "0022", "同事0022", frozenset({actions.EDIT, actions.APPROVE}))
    with pytest.raises(DocumentStepError, match="不能批准"):
        actions.approve(by=both, at=row.changed_at, wording_id=row.id, content_hash=seen)
    send(approver, f"{second}step/", step="approve", seen=seen)
    assert "须在其后施行" in send(approver, f"{second}step/", 400, step="publish", on="2026-07-05")
    assert "不能早于今天" in send(approver, f"{second}step/", 400, step="publish", on="2026-07-01")
    send(editor, f"{second}step/", step="withdraw", why="不需要了")


def test_a_document_ends_under_the_wording_it_began_with_and_two_are_compared(
    editor: Client, settings: Any
) -> None:
    kind = "correction_order"
    where = begun(editor, kind)
    stored = page(editor, f"{where}edit/")
    assert "责令你（单位）于{correct_by}前完成下列改正" in stored
    send(editor, f"{where}step/", step="submit")
    approver, row = as_(Client(), "0025"), Wording.objects.get()
    send(approver, f"{where}step/", step="approve", seen=row.content_hash)
    send(approver, f"{where}step/", step="publish", on="2026-07-03")
    told = page(editor, f"/wording/kinds/{kind}/")
    assert "0 处不同" in told and "随系统提供的正文" in told
    officer = as_(Client(), "0002")
    values = {"subject": E1, "acted_on": "2026-07-01", "f-facts": "没有悬挂。"}
    before = send(officer, f"/documents/new/{kind}/", **values)
    stand_at(settings, "2026-07-03 10:00")
    editor, officer = as_(Client(), "0022"), as_(Client(), "0002")
    after = send(officer, f"/documents/new/{kind}/", **values)
    assert [one.version for one in Document.objects.filter(kind=kind).order_by("id")] == ["1", "own-1"]
    send(officer, f"{before}revise/", **values)
    assert Document.objects.filter(kind=kind).earliest("id").version == "1"
    assert "施行中" in page(editor, where) and "own-1" in page(officer, after)
    second = begun(editor, kind)
    send(editor, f"{second}edit/", **form(("to", "{recipient}"), ("p", "改了：{facts}")))
    told = page(editor, f"/wording/kinds/{kind}/?old={SHIPPED}")
    assert "<ins>改了：{facts}</ins>" in told and "<del>经查，你（单位）于{acted_on}" in told
    assert "<ins>{recipient}" not in told
