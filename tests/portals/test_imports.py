"""A table on its way through the pages: template, columns, dry run, errors, import, corrected rows, undo."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from python_calamine import CalamineWorkbook

from tests.contexts.accounts import office
from tests.journeys.city import BUREAU, HOUSE, at
from tests.journeys.test_register_import import CAFE, HEAD, PERMIT_HEAD, SHOP, THIRD, WRONG, subject_row, told
from tests.portals.pages import as_, staffed, stand_at
from zhunsheng.core.clock import FixedClock
from zhunsheng.core.presets.columns import lacking, propose, template_header
from zhunsheng.core.presets.targets import Target
from zhunsheng.core.presets.unread import TEXTS_MAX
from zhunsheng.foundation.accounts.actions import grants
from zhunsheng.foundation.accounts.models import Grant
from zhunsheng.foundation.attachments.models import Attachment
from zhunsheng.foundation.uploads.models import Problem, Upload
from zhunsheng.registers.registry import queries as registry
from zhunsheng.workflows import handlers, mapping, registering, running, uploading

pytestmark = pytest.mark.django_db
NOW = "2026-07-02 10:00"
STATION = {"station": "汀前所"}
HEAD_HERE = HEAD.replace("核准日期", "核准日期,监管所")


@pytest.fixture
def bureau(settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.MEDIA_ROOT = tmp_path
    stand_at(settings, NOW)
    staffed(monkeypatch)


@pytest.fixture
def officer(bureau: None) -> Client:
    return as_(Client(), "0002")


def row(**changed: str) -> str:
    return subject_row(**changed) + ",汀前所"


def table(*rows: str, head: str = HEAD_HERE, name: str = "名册.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, (head + "".join(f"{one}\n" for one in rows)).encode())


def turn() -> None:
    running.turn_inside(FixedClock(at(NOW)), handlers())


def picked_on(page: str) -> dict[str, str]:
    """What stands chosen in the lists of a page."""
    lists = re.findall(r'<select[^>]*name="([\w-]+)"[^>]*>(.*?)</select>', page, re.S)
    chosen = {name: re.search(r'value="([^"]*)" selected', options) for name, options in lists}
    return {name: found[1] for name, found in chosen.items() if found}


def upload(client: Client, file: SimpleUploadedFile, target: str = "subjects", **more: str) -> int:
    """The number of a table that was handed in; columns and values are taken as proposed."""
    response = client.post(f"/imports/new/{target}/", {"file": file, **more})
    assert response.status_code == 302, re.findall(r"field-error[^<]*<[^<]*<[^<]*", response.content.decode())
    number = int(response["Location"].split("/")[-2])
    page = client.get(f"/imports/{number}/").content.decode()
    form = {name: value for name, value in picked_on(page).items() if name.startswith("field-")}
    response = client.post(f"/imports/{number}/columns/", form)
    if response.status_code == 200:
        form |= picked_on(response.content.decode()) | {"values": "1"}
        response = client.post(f"/imports/{number}/columns/", form)
    assert response.status_code == 302
    return number


def text(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_from_the_first_file_to_the_last_row_and_back(officer: Client) -> None:
    bad = [
        row(no="2", key=WRONG),
        row(no="3", key=CAFE),
        row(no="4", key=THIRD, state="倒闭", capital="五十"),
    ]
    number = upload(officer, table(row(), *bad))
    page = officer.get(f"/imports/{number}/")
    assert page["Refresh"] == "3" and "预检中" in page.content.decode()
    turn()
    page = officer.get(f"/imports/{number}/")
    assert "Refresh" not in page.headers
    shown = page.content.decode()
    assert "导入这 1 行" in shown and registry.known_keys(viewer=BUREAU, keys={SHOP}) == set(), (
        "only looked at"
    )
    for said in ("第 18 位校验码不符", "不在您的数据范围内", "不认识的登记状态", "注册资本（万元）"):
        assert said in shown
    assert officer.post(f"/imports/{number}/take/").status_code == 302
    turn()
    assert registry.known_keys(viewer=BUREAU, keys={SHOP, CAFE, THIRD}) == {SHOP}
    assert "已导入" in text(officer, f"/imports/{number}/")
    returned = officer.get(f"/imports/{number}/refused.csv").content.decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(returned)))
    assert lines[0][-2:] == ["原行号", "错误"] and [line[-2] for line in lines[1:]] == ["3", "4", "5"]
    whole = officer.get(f"/imports/{number}/all.csv").content.decode("utf-8-sig")
    assert [line[-1] for line in csv.reader(io.StringIO(whole))][1] == "", "a good row stands there, too"
    fixed = returned.replace("倒闭", "存续").replace("五十", "50")
    again = upload(officer, SimpleUploadedFile("改.csv", fixed.encode()), corrects=str(number))
    turn()
    officer.post(f"/imports/{again}/take/")
    turn()
    assert registry.known_keys(viewer=BUREAU, keys={SHOP, CAFE, THIRD}) == {SHOP, THIRD}
    assert f"/imports/{again}/" in text(officer, f"/imports/{number}/")
    assert "改.csv" in text(officer, "/imports/?state=TAKEN&target=subjects")
    assert officer.get(f"/imports/{number}/undo/").status_code == 404, "needs another permission"
    credit = as_(Client(), "0005")
    assert "云汀市甲店" in text(credit, f"/imports/{number}/undo/")
    assert "请写明撤销的理由" in credit.post(f"/imports/{number}/undo/").content.decode()
    assert credit.post(f"/imports/{number}/undo/", {"reason": "发错了表"}).status_code == 302
    turn()
    assert "已撤销" in text(officer, f"/imports/{number}/")
    assert (
        registry.known_keys(viewer=BUREAU, keys={SHOP, THIRD}) == {THIRD} and told(SHOP, "REGISTRATION") == []
    )


class Walker(Client):
    """A browser that keeps every page it saw."""

    seen = ""

    def request(self, **asked: Any) -> Any:
        response = super().request(**asked)
        if response.headers.get("Content-Type", "").startswith("text/html"):
            self.seen += response.content.decode()
        return response


def test_the_how_to_says_what_stands_on_the_pages(bureau: None) -> None:
    page = (HOUSE / "docs" / "how-to" / "import-a-register.md").read_text(encoding="utf-8")
    (content,) = re.findall(r"```csv\n(.*?)```", page, re.S)
    walker = as_(Walker(), "0005")
    for address in ("/work/", "/imports/", "/imports/new/", "/imports/new/subjects/"):
        walker.get(address)
    number = upload(walker, SimpleUploadedFile("a.csv", content.encode()))
    turn()
    walker.get(f"/imports/{number}/")
    walker.post(f"/imports/{number}/take/")
    turn()
    walker.get(f"/imports/{number}/")
    walker.get(f"/imports/{number}/undo/")
    labels = set(re.findall(r"\*\*(.+?)\*\*", page, re.S))
    assert len(labels) > 15
    assert [label for label in labels if label not in walker.seen] == []
    assert Upload.objects.get(id=number).accepted == 1


def test_the_choice_of_columns_is_remembered_and_may_be_shared(officer: Client) -> None:
    head = "代码甲,店名,开办日,行业,住所,状态,所\n"
    line = f"{SHOP},云汀市甲店,2020-01-02,5212,汀前街1号,存续,汀前所"
    response = officer.post("/imports/new/subjects/", {"file": table(line, head=head)})
    address = response["Location"]
    page = text(officer, address)
    assert 'value="代码甲" selected' not in page and "文件中没有对应的列" in page
    wrong = officer.post(f"{address}columns/", {"field-name": "店名"}).content.decode()
    assert "统一社会信用代码必须有一列对应" in wrong and 'value="店名" selected' in wrong, (
        "what was typed stays"
    )
    picked = {"subject": "代码甲", "name": "店名", "established_on": "开办日", "industry": "行业"}
    picked |= {"address": "住所", "state": "状态", "station": "所", "division": "没有的列"}
    form = {f"field-{field}": name for field, name in picked.items()} | {"name": "甲系统", "shared": "1"}
    assert officer.post(f"{address}columns/", form).status_code == 302
    turn()
    assert "导入这 1 行" in text(officer, address)
    second = officer.post("/imports/new/subjects/", {"file": table(line.replace("1号", "2号"), head=head)})
    assert 'value="代码甲" selected' in text(officer, second["Location"]), "remembered for this header"
    colleague = as_(Client(), "0004")
    third = colleague.post("/imports/new/subjects/", {"file": table(line, head=head)})["Location"]
    page = text(colleague, third)
    number = re.search(r'<option value="(\d+)"[^>]*>甲系统', page)
    assert number and 'value="代码甲" selected' not in page
    assert 'value="代码甲" selected' in text(colleague, f"{third}?columns=&saved={number[1]}")
    assert colleague.post(f"/imports/columns/{number[1]}/forget/").status_code == 404, "another's"
    assert officer.post(f"/imports/columns/{number[1]}/forget/").status_code == 302


def test_a_word_that_is_not_known_is_given_a_value_once(officer: Client) -> None:
    """Chosen on the page, used in the dry run, the import and corrected rows, remembered, shared."""
    rows = [row(state="停业休整"), row(no="3", key=THIRD, state="查无下落")]
    address = officer.post("/imports/new/subjects/", {"file": table(*rows)})["Location"]
    columns = {k: v for k, v in picked_on(text(officer, address)).items() if k.startswith("field-")}
    page = officer.post(f"{address}columns/", columns | {"name": "乙系统", "shared": "1"}).content.decode()
    assert "“停业休整”1 行" in page and "“查无下落”1 行" in page and 'value="乙系统"' in page
    assert Upload.objects.get().state == "UPLOADED", "nothing is decided yet"
    back = officer.post(f"{address}columns/", columns | {"again": "1"}).content.decode()
    assert "文件的前几行" in back and 'value="企业名称" selected' in back
    chosen = {"value-state-0": "DORMANT", "value-state-1": "BANKRUPT", "values": "1"}
    form = columns | chosen | {"name": "乙系统", "shared": "1"}
    assert officer.post(f"{address}columns/", form).status_code == 302
    assert Upload.objects.get().values == {"state": {"停业休整": "DORMANT"}}, (
        "what is not offered is not taken"
    )
    turn()
    page = text(officer, address)
    assert (
        "导入这 1 行" in page and "不认识的登记状态 &#x27;查无下落&#x27;" in page and "填写其中之一" in page
    )
    assert "您给 1 种写法选了取值" in page
    officer.post(f"{address}take/")
    turn()
    assert told(SHOP, "SUBJECT_STATE") == [{"state": "DORMANT"}]
    returned = officer.get(f"{address}refused.csv").content
    again = upload(officer, SimpleUploadedFile("改.csv", returned), corrects=address.split("/")[-2])
    assert Upload.objects.get(id=again).values == {"state": {"停业休整": "DORMANT"}}, "for the next file, too"
    # A colleague takes the shared mapping and leaves the field empty where the word says nothing.
    colleague = as_(Client(), "0004")
    third = colleague.post("/imports/new/subjects/", {"file": table(*rows)})["Location"]
    saved = re.search(r'<option value="(\d+)"[^>]*>乙系统', text(colleague, third))
    assert saved
    page = colleague.post(f"{third}columns/", columns | {"saved": saved[1]}).content.decode()
    assert picked_on(page).get("value-state-0") == "DORMANT" and "value-state-1" not in picked_on(page)
    form = columns | {"saved": saved[1], "values": "1", "value-state-0": "DORMANT", "value-state-1": "EMPTY"}
    colleague.post(f"{third}columns/", form)
    turn()
    assert Upload.objects.latest("id").refused == 0


def test_no_more_than_two_hundred_words_are_shown_and_the_rest_is_counted(officer: Client) -> None:
    rows = [row(state=f"状态{n}") for n in range(TEXTS_MAX + 3)] + [row(state="状态7")]
    address = officer.post("/imports/new/subjects/", {"file": table(*rows)})["Location"]
    columns = {k: v for k, v in picked_on(text(officer, address)).items() if k.startswith("field-")}
    page = officer.post(f"{address}columns/", columns).content.decode()
    assert page.count('<select id="value-state-') == TEXTS_MAX and "另有 3 种写法没有列出" in page
    assert page.index("“状态7”2 行") < page.index("“状态0”1 行"), "the most frequent first"


def test_who_is_elsewhere_is_not_told_from_who_is_nowhere(officer: Client, monkeypatch: Any) -> None:
    chief = as_(Client(), "0005")
    number = upload(chief, table(row(key=CAFE), head=HEAD_HERE))
    turn()
    chief.post(f"/imports/{number}/take/")
    turn()
    assert registry.known_keys(viewer=BUREAU, keys={CAFE}) == {CAFE}
    permit = "JY1,食品经营,2026-01-01,2030-01-01,有效,"
    number = upload(officer, table(f"{CAFE},{permit}", f"{SHOP},{permit}", head=PERMIT_HEAD), "permits")
    turn()
    rows = Problem.objects.filter(upload_id=number).values_list("field", "reason", "cure")
    assert len(rows) == 2 and len(set(rows)) == 1
    # Somebody of another district who claims the subject for his own place is refused as well.
    claimed = row(key=CAFE).replace("5212", "5212")
    number = upload(officer, table(f"{claimed},980102", head=HEAD_HERE.replace("\n", ",区划代码\n")))
    turn()
    assert Upload.objects.get(id=number).refused == 1
    monkeypatch.setattr(registering, "closed_to", lambda *_: {})
    again = upload(officer, table(row(key=THIRD.replace(THIRD, CAFE), name="云汀市丙店")))
    turn()
    assert Upload.objects.get(id=again).accepted == 1, "the guard is what refuses"


def test_work_stops_with_the_grant_and_with_the_bytes(officer: Client) -> None:
    first, second = upload(officer, table(row())), upload(officer, table(row(name="云汀市丁店")))
    path = next(iter(Attachment.objects.filter(owner=f"upload:{second}")))
    from_disk = uploading.queries.table_of(viewer=BUREAU, upload_id=second)
    with from_disk as link:
        link.resolve().write_bytes(b"x")
    assert path.sha256
    turn()
    assert "与上传时的摘要不符" in text(officer, f"/imports/{second}/")
    officer.post(f"/imports/{first}/take/")
    grant = Grant.objects.get(person__key="0002")
    grants.take_back(by=office.SHELL, at=at(NOW), grant_id=grant.id, reason="调离")
    turn()
    assert Upload.objects.get(id=first).reason.startswith("提交人的岗位授权")
    assert registry.known_keys(viewer=BUREAU, keys={SHOP}) == set()


def test_a_worker_that_died_is_followed_by_another(officer: Client, monkeypatch: Any) -> None:
    number = upload(officer, table(row()))
    turn()
    officer.post(f"/imports/{number}/take/")
    assert uploading.uploads.claim(by=uploading.BY, at=at(NOW)) == number
    turn()
    assert Upload.objects.get(id=number).state == "TAKING", "the first one may still be at it"
    running.turn_inside(FixedClock(at("2026-07-02 10:11")), handlers())
    assert Upload.objects.get(id=number).state == "TAKEN"

    def broken(*_: Any) -> None:
        raise RuntimeError

    other = upload(officer, table(row(address="汀前街7号", on="2026-06-01")))
    monkeypatch.setattr(uploading, "take_upload", broken)
    turn()
    assert "已记入日志" in text(officer, f"/imports/{other}/")


def _macro() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/vbaProject.bin", "x")
    return target.getvalue()


def _doctype() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("xl/workbook.xml", '<!DOCTYPE a [<!ENTITY b "c">]><workbook/>')
    return target.getvalue()


HOSTILE = [
    ("a.exe", b"MZ", "只接受表格"),
    ("a.xls", b"\xd0\xcf\x11\xe0", "另存为 .xlsx"),
    ("a.csv", b"", "文件是空的"),
    ("a.csv", HEAD.encode(), "没有一行数据"),
    ("a.csv", b"MZ\x90\x00abc", "内容却不是"),
    ("a.xlsx", b"%PDF-1.7", "内容却不是"),
    ("a.xlsx", b"PK\x03\x04broken", "不是完整的 XLSX 文件"),
    ("a.xlsx", _macro(), "含有宏"),
    ("a.xlsx", _doctype(), "DOCTYPE"),
    ("a.csv", HEAD.encode() + "甲店".encode("gbk"), "混用了编码"),
    ("a.csv", "名称,名称\n1,2\n".encode(), "表头重复"),
    ("../../a.csv", b"x" * (10 * 1024 * 1024 + 1), "超过 10 MB"),
]


def test_what_is_no_honest_table_is_refused_in_words_and_not_kept(officer: Client) -> None:
    for name, content, said in HOSTILE:
        page = officer.post("/imports/new/subjects/", {"file": SimpleUploadedFile(name, content)})
        assert page.status_code == 200 and said in page.content.decode(), (name, said)
    assert "请选择一个文件" in officer.post("/imports/new/subjects/").content.decode()
    page = officer.post("/imports/new/signals/", {"file": table(row()), "kind": "TOUCH"})
    assert "请先选择信号的种类" in page.content.decode(), "what only judging says cannot be imported"
    assert not Upload.objects.exists() and not Attachment.objects.exists()
    formula = officer.post(
        "/imports/new/subjects/", {"file": table(row(name="=HYPERLINK(1)"), name="<script>.csv")}
    )
    shown = text(officer, formula["Location"])
    assert "<script>" not in shown and "=HYPERLINK(1)" in shown


def test_anothers_file_is_not_there_and_a_step_out_of_turn_is_refused(officer: Client) -> None:
    number = upload(officer, table(row()))
    other = as_(Client(), "0003")
    for address in ("", "refused.csv", "undo/"):
        assert other.get(f"/imports/{number}/{address}").status_code == 404
    for address in ("take/", "drop/", "columns/"):
        assert other.post(f"/imports/{number}/{address}").status_code == 404
    assert "名册.csv" not in text(other, "/imports/")
    assert "状态已经变了" in officer.post(f"/imports/{number}/take/").content.decode(), (
        "not yet looked through"
    )
    turn()
    assert officer.post(f"/imports/{number}/drop/").status_code == 302
    assert officer.get(f"/imports/{number}/").status_code == 404 and not Problem.objects.exists()
    for key in ("0006",):
        assert as_(Client(), key).get("/imports/").status_code == 404, "a leader imports nothing"


def test_every_template_is_read_without_a_question(officer: Client) -> None:
    """What we hand out comes back mapped; a template of every kind, its words as lists in the workbook."""
    asked: list[tuple[Target, str]] = [(target, "") for target in Target if target is not Target.SIGNALS]
    asked += [(Target.SIGNALS, contract.kind) for contract in mapping.kinds()]
    for target, kind in asked:
        guides = mapping.guides_for(target, kind)
        header = [one.name for one in template_header(guides)]
        assert len(header) == len(set(header))
        assert lacking(propose(header, guides), guides) == [], (target, kind)
    book = officer.get("/imports/new/subjects/template.xlsx").content
    opened = CalamineWorkbook.from_filelike(io.BytesIO(book))
    assert opened.sheet_names == ["数据", "填写说明"]
    assert "统一社会信用代码" in list(opened.get_sheet_by_index(0).to_python()[0])
    assert any("存续" in str(line[3]) for line in opened.get_sheet_by_index(1).to_python())
    plain = officer.get("/imports/new/signals/template.csv?kind=COMPLAINT").content.decode("utf-8-sig")
    assert "投诉登记编号" in plain
    assert officer.get("/imports/new/signals/template.csv?kind=TOUCH").status_code == 404
