"""From law to served document to verified proof by commands alone (docs/how-to/issue-a-document.md)."""

from __future__ import annotations

import datetime as dt
import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from django.conf import settings

from tests.contexts.accounts import office
from tests.journeys.city import Bureau
from zhunsheng.core.clock import SHANGHAI, SystemClock

pytestmark = pytest.mark.django_db
SHOP = "91980102MA100A1B2U"
WRITER, REVIEWER, WEST_REVIEWER = "980102-1", "980102-2", "980103-1"
LEADER, AUDITOR = "9801-1", "9801-2"
LAW = (
    "# 中华人民共和国市场主体登记管理条例\n\n自2022年3月1日起施行\n\n"
    "第三十六条 市场主体应当将营业执照置于醒目位置。\n"
)
TODAY = str(SystemClock().now().astimezone(SHANGHAI).date())


def run(*words: str, code: int = 0) -> Any:
    command = import_module(f"zhunsheng.cli.commands.{words[0]}").command
    done = CliRunner().invoke(command, [*words[1:], "--json"])
    assert done.exit_code == code, done.output
    return json.loads(done.stdout) if code == 0 else done.output


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.HOME = tmp_path / "home"
    Bureau().register(SHOP, "云汀电梯物业")
    office.employ(WRITER, "程岚", "unit_head", unit=office.EAST)
    office.employ(REVIEWER, "闻笛", "case_reviewer", unit=office.EAST)
    office.employ(WEST_REVIEWER, "江晚", "case_reviewer", unit=office.WEST)
    office.employ(LEADER, "柏舟", "bureau_leader")
    office.employ(AUDITOR, "沈砚", "auditor")
    return tmp_path


def draft(folder: Path, *more: str, **changes: object) -> dict[str, Any]:
    values = run("documents", "sample", "correction_order")["values"] | changes
    file = folder / "order.yaml"
    file.write_text(yaml.safe_dump(values, allow_unicode=True), encoding="utf-8")
    return dict(
        run("documents", "draft", "correction_order", SHOP, "--values", str(file), *more, "--by", WRITER)
    )


def issued(folder: Path) -> int:
    number = draft(folder)["id"]
    run("documents", "submit", str(number), "--by", WRITER)
    run("documents", "review", str(number), "--by", REVIEWER)
    return int(run("documents", "issue", str(number), "--by", LEADER)["id"])


def test_from_law_to_served_document_to_verified_proof(folder: Path) -> None:
    text = folder / "law.md"
    text.write_text(LAW, encoding="utf-8")
    run("law", "import", str(text))
    number = str(issued(folder))
    told = run("documents", "show", number)
    assert told["serial"] == f"汀前市监责改〔{TODAY[:4]}〕1号" and told["intact"]
    assert any("市场主体应当将营业执照置于醒目位置" in line for line in told["lines"])
    word = folder / "order.docx"
    assert run("documents", "file", number, "--to", str(word))["bytes"] == word.stat().st_size
    service = str(
        run("service", "start", "DIRECT", number, "--set", "place=柳汀路 8 号", "--by", WRITER)["service"]
    )
    receipt = folder / "receipt.yaml"
    receipt.write_text(
        f"signed_on: {TODAY}\nreceiver: 方舟\nstanding: REPRESENTATIVE\n"
        "servers: [{name: 程岚}, {name: 闻笛}]\n",
        encoding="utf-8",
    )
    day = run("service", "receipt", service, "--values", str(receipt), "--by", WRITER)["served_on"]
    assert day == TODAY
    kinds = [row["kind"] for row in run("documents", "list", "--owner", f"subject:{SHOP}")]
    assert kinds == ["service_receipt", "correction_order"]
    proof = folder / "proof.zip"
    run("evidence", "package", f"document:{number}", "--to", str(proof), "--by", AUDITOR, "--why", "复议答复")
    told = run("verify", "--package", str(proof))
    assert told["ok"] and told["leaves"] >= 5


def test_drafts_are_revised_compared_and_sent_back(folder: Path) -> None:
    number = str(draft(folder)["id"])
    run("documents", "revise", number, "--set", "facts=执照未悬挂", "--by", WRITER)
    (change,) = run("documents", "compare", number, "1", "2")
    assert (change["field"], change["after"]) == ("查明的事实", "执照未悬挂")
    run("documents", "submit", number, "--by", WRITER)
    assert "授权" in run("documents", "review", number, "--by", WEST_REVIEWER, code=4)
    assert "不得审核" in run("documents", "review", number, "--by", WRITER, code=4)
    assert run("documents", "review", number, "--back", "补证据", "--by", REVIEWER)["state"] == "DRAFT"
    assert "未经审核" in run("documents", "issue", number, "--by", LEADER, code=4)


def test_a_register_shows_the_cancelled_number(folder: Path) -> None:
    first, second = str(issued(folder)), issued(folder)
    run("documents", "cancel", first, "--why", "发错对象", "--by", LEADER)
    told = run("documents", "numbers", "980102", TODAY[:4], "责改")
    assert [row["state"] for row in told["numbers"]] == ["CANCELLED", "ISSUED"]
    assert told["missing"] == [] and second


def test_a_confirmed_address_opens_electronic_service(folder: Path) -> None:
    number = str(issued(folder))
    mail = [
        "service",
        "start",
        "ELECTRONIC",
        number,
        "--set",
        "channel=EMAIL",
        "--set",
        "address=a@b.invalid",
    ]
    assert "确认书" in run(*mail, "--by", WRITER, code=4)
    assert "不是送达方式" in run("service", "start", "SMS", number, "--by", WRITER, code=4)
    confirmed = ["--signed-by", "方舟", "--signed-on", TODAY, "--proof", "卷宗 3"]
    run("service", "address", SHOP, "EMAIL", "a@b.invalid", *confirmed, "--by", WRITER)
    service = str(run(*mail, "--by", WRITER)["service"])
    assert run("service", "receipt", service, "--failed", "退信", "--by", WRITER)["served_on"] == ""


def test_the_catalogue_is_checked_and_shown(folder: Path) -> None:
    assert run("documents", "check") == {"ok": True, "findings": []}
    (kind,) = run("documents", "kinds", "correction_order")
    assert kind["worded"] and kind["fields"][0]["name_zh"] == "查明的事实"
    assert "相近的有" in run("documents", "kinds", "correction", code=4)
    assert len(run("documents", "kinds")) > 100


def test_faults_of_the_line_are_said(folder: Path) -> None:
    assert "字段=值" in run("documents", "revise", "1", "--set", "facts", "--by", WRITER, code=2)
    assert ".docx" in run("documents", "file", "1", "--to", str(folder / "a.txt"), code=2)
    assert "没有文书" in run("documents", "show", "99", code=4)
    assert "没有登记的主体" in run("documents", "draft", "guidance", "X", "--by", WRITER, code=4)
    assert settings.PACKS and dt.date.fromisoformat(TODAY)
