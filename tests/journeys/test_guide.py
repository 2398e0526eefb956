"""The guide docs/how-to/issue-a-document.md, walked in the order and by the words that it prints in bold."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.contexts.statutes.test_law_base import bring
from tests.journeys.city import Bureau
from tests.portals.pages import as_, reminded, staffed, stand_at
from tests.portals.test_papers import LAW, ORDER
from tools import verify_evidence
from tools.bootstrap import ROOT
from zhunsheng.foundation.evidence.keyring import known
from zhunsheng.foundation.evidence.others import trusted
from zhunsheng.foundation.evidence.packages import check_package, unpacked

pytestmark = pytest.mark.django_db
GUIDE = ROOT / "docs" / "how-to" / "issue-a-document.md"
RECEIPT = {"f-signed_on": "2026-07-02", "f-receiver": "方舟", "f-standing": "SELF", "f-servers": "李敏"}
ALIKE = {"送审": "submit", "审核通过": "approve", "签发": "issue"}


def named_in_bold() -> list[str]:
    """What the part about the browser names, in its order."""
    part = GUIDE.read_text(encoding="utf-8").partition("## In the browser")[2].partition("\n## ")[0]
    return [word for bold in re.findall(r"\*\*(.+?)\*\*", part, re.DOTALL) for word in bold.split(" → ")]


class Reader:
    """Somebody who presses nothing but what the page before him shows."""

    def __init__(self) -> None:
        self.client, self.told = as_(Client(), "0002"), ""
        self.walked: list[str] = []
        self.at("/work/")

    def at(self, address: str) -> None:
        response = self.client.get(address)
        assert response.status_code == 200, address
        self.told, self.address = response.content.decode(), address

    def sees(self, word: str) -> None:
        assert word in self.told, word
        self.walked.append(word)

    def follows(self, word: str) -> None:
        """The link that says so, or whose first words do."""
        self.sees(word)
        found = re.search(rf'<a [^>]*?href="([^"]+)"[^>]*>(?:<strong>)?{re.escape(word)}<', self.told)
        assert found, word
        self.at(found[1].replace("&amp;", "&"))

    def presses(self, word: str, **fields: str) -> bytes:
        """The button that says so, in its form."""
        self.sees(word)
        forms = re.findall(r"<form ([^>]*)>(.*?)</form>", self.told, re.DOTALL)
        head = next(h for h, body in forms if re.search(rf"<button[^>]*>{word}</button>", body))
        action = re.search(r'action="([^"]+)"', head)
        response = self.client.post(action[1] if action else self.address, fields)
        if response.status_code == 302:
            self.at(response.headers["Location"])
        else:
            assert response.status_code == 200, response.content.decode()
        return bytes(response.content)

    def hands_over(self, person: str) -> None:
        """Another person opens the same page."""
        self.client = as_(Client(), person)
        self.at(self.address)


@pytest.fixture
def home(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    settings.HOME = tmp_path
    stand_at(settings, "2026-07-02 10:00")
    staffed(monkeypatch)
    reminded(Bureau())
    bring(LAW)
    return tmp_path


def test_the_guide_is_walked_as_printed(home: Path) -> None:
    reader = Reader()
    for word in ("规则与法律", "法律"):
        reader.follows(word)
    assert "市场主体登记管理条例" in reader.told
    for word in ("文书与证据", "起草文书", "责令改正通知书"):
        reader.follows(word)
    reader.presses("保存", **ORDER)
    assert "执照须置于醒目位置" in reader.told
    document = reader.address
    reader.follows("修改草稿")
    reader.client.post(reader.address, {**ORDER, "f-demands": "悬挂营业执照\n拍照回复"})
    reader.at(document)
    reader.follows("比较两稿")
    assert "拍照回复" in reader.told
    reader.at(document)
    for word, person in (("送审", "0002"), ("审核通过", "0001"), ("签发", "0006")):
        reader.hands_over(person)
        reader.presses(word, step=ALIKE[word])
    reader.hands_over("0002")
    reader.sees("怎样送达")
    reader.follows("直接送达")
    reader.client.post(reader.address, {"f-place": "柳汀路8号"})
    reader.at(document)
    reader.follows("登记回证")
    reader.client.post(reader.address, RECEIPT)
    reader.at(document)
    reader.sees("起草更正通知")
    reader.follows("核验这份文书")
    reader.presses("现在签署并核验")
    reader.sees("成立")
    assert "现在的内容就是签发时记入日志的内容" in reader.told and "不成立" not in reader.told
    data = reader.presses("下载证据包", why="复议答复")
    assert reader.walked == named_in_bold()
    told = check_package(data, trusted(home))
    number = document.strip("/").rpartition("/")[2]
    assert told.files == [f"files/document-{number}.json"] and len(told.entries) > 5
    assert "执照须置于醒目位置" in unpacked(data)[told.files[0]].decode()
    (home / "proof.zip").write_bytes(data)
    keys = [word for key in known(home) for word in ("--key", key)]
    assert verify_evidence.main([str(home / "proof.zip"), *keys]) == 0


def test_nobody_else_sees_or_takes_the_proof(home: Path) -> None:
    reader = Reader()
    where = reader.client.post("/documents/new/correction_order/", ORDER).headers["Location"] + "proof/"
    reader.at(where)
    assert reader.client.post(where, {"why": " "}).status_code == 400
    assert as_(Client(), "0003").get(where).status_code == 404
    assert as_(Client(), "0003").post(where, {"why": "看看"}).status_code == 404
    assert as_(Client(), "0006").post(where, {"why": "看看"}).status_code == 404
