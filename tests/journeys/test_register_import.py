"""Registers come in through presets: dated facts, nothing twice, and the way back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.journeys.city import BUREAU, at
from zhunsheng.cli.main import main
from zhunsheng.core.clock import instant
from zhunsheng.core.facts import in_force
from zhunsheng.core.identifiers.uscc import make
from zhunsheng.registers.registry import queries as registry
from zhunsheng.sensing.signals import queries

SHOP, CAFE = make("91", "980102", "MA100A1B"), make("92", "980103", "MA200C2D")
THIRD = make("91", "980102", "MA300E3F")
WRONG = SHOP[:-1] + ("0" if SHOP[-1] != "0" else "1")
HEAD = "序号,统一社会信用代码,企业名称,成立日期,行业代码,住所,注册资本（万元）,登记状态,核准日期\n"
PERMIT_HEAD = "统一社会信用代码,许可证编号,许可类别,发证日期,有效期至,证件状态,原许可证编号\n"
pytestmark = pytest.mark.django_db


def run(*words: str) -> tuple[int, dict[str, object]]:
    done = CliRunner().invoke(main, [*words, "--json"])
    assert done.exit_code in {0, 3}, done.output
    return done.exit_code, json.loads(done.stdout.splitlines()[-1])


def table(path: Path, head: str, *rows: str) -> Path:
    path.write_text(head + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


def told(key: str, kind: str) -> list[dict[str, object]]:
    facts = in_force(queries.timeline(viewer=BUREAU, subject=key), instant(at("2099-01-01")))
    return [dict(f.payload) for f in facts if f.kind == kind]


def subject_row(**changed: str) -> str:
    cells = {
        "no": "1",
        "key": SHOP,
        "name": "云汀市甲店",
        "since": "2020年1月2日",
        "trade": "5212",
        "address": "汀前街1号",
        "capital": "120.5",
        "state": "存续",
        "on": "2026-01-10",
    }
    return ",".join((cells | changed).values())


def test_a_changed_value_is_a_new_dated_fact_and_undo_brings_the_old_one_back(tmp_path: Path) -> None:
    first = table(tmp_path / "1.csv", HEAD, subject_row())
    assert run("import", "subjects", str(first))[1]["accepted"] == 1
    assert run("import", "subjects", str(first))[1]["duplicates"] == 1
    moved = {"address": "汀后街9号", "capital": "50", "name": "云汀市乙店", "on": "2026-03-01"}
    second = table(tmp_path / "2.csv", HEAD, subject_row(**moved))
    assert run("import", "subjects", str(second))[1]["accepted"] == 1
    assert [f["capital_fen"] for f in told(SHOP, "REGISTRATION")] == [120_500_000, 50_000_000]
    changes = {str(f["item"]): f.get("capital_cut_percent") for f in told(SHOP, "REGISTRATION_CHANGE")}
    assert changes == {"NAME": None, "ADDRESS": None, "CAPITAL": 58}
    assert run("import", "subjects", str(first))[1]["duplicates"] == 1, "an older table changes nothing"
    assert registry.get(viewer=BUREAU, key=SHOP).name == "云汀市乙店"  # type: ignore[union-attr]
    run("undo", str(second))
    assert told(SHOP, "REGISTRATION_CHANGE") == []
    assert registry.get(viewer=BUREAU, key=SHOP).name == "云汀市甲店"  # type: ignore[union-attr]
    assert run("import", "subjects", str(second))[1]["accepted"] == 1, "what was undone may come again"
    assert len(told(SHOP, "REGISTRATION_CHANGE")) == 3
    run("undo", str(second))
    run("undo", str(first))
    assert registry.known_keys(viewer=BUREAU, keys={SHOP}) == set()


def test_refused_rows_come_back_whole_and_the_corrected_file_counts_once(tmp_path: Path) -> None:
    rows = [
        subject_row(),
        subject_row(no="2", key=WRONG),
        subject_row(no="3", key=CAFE, state="倒闭", capital="五十"),
    ]
    file, errors = table(tmp_path / "in.csv", HEAD, *rows), tmp_path / "out.csv"
    code, answer = run(
        "import", "subjects", str(file), "--preset", "registry-export", "--errors", str(errors)
    )
    assert (code, answer["accepted"], answer["rejected"]) == (3, 1, 2)
    returned = errors.read_text(encoding="utf-8-sig")
    assert returned.splitlines()[0] == HEAD.strip() + ",原行号,错误"
    assert "第 18 位校验码不符" in returned and "不认识的登记状态 '倒闭'" in returned and "五十" in returned
    errors.write_text(
        returned.replace(WRONG, THIRD).replace("倒闭", "歇业").replace("五十", "50"), encoding="utf-8"
    )
    assert run("import", "subjects", str(errors))[1] == {
        "accepted": 2,
        "rejected": 0,
        "duplicates": 0,
        "errors_file": None,
    }
    assert run("import", "subjects", str(errors))[1]["duplicates"] == 2
    assert told(CAFE, "SUBJECT_STATE") == [{"state": "DORMANT"}]
    gone = table(tmp_path / "g.csv", HEAD, subject_row(key=CAFE, state="注销", on="2026-02-01"))
    run("import", "subjects", str(gone))
    back = table(tmp_path / "b.csv", HEAD, subject_row(key=CAFE, state="存续", on="2026-03-01"))
    assert run("import", "subjects", str(back))[1]["rejected"] == 1, "the dead do not rise"


def test_two_rows_that_disagree_about_one_day_are_not_guessed(tmp_path: Path) -> None:
    file = table(tmp_path / "in.csv", HEAD, subject_row(), subject_row(address="汀后街9号"), subject_row())
    assert run("import", "subjects", str(file))[1]["rejected"] == 1
    assert run("import", "subjects", str(file))[1] == {
        "accepted": 0,
        "rejected": 1,
        "duplicates": 2,
        "errors_file": None,
    }
    assert len(told(SHOP, "REGISTRATION")) == 1


def test_a_renewed_permit_ends_the_old_one_and_strangers_are_refused(tmp_path: Path) -> None:
    run("import", "subjects", str(table(tmp_path / "s.csv", HEAD, subject_row())))
    rows = [
        f"{SHOP},XK-1,食品经营许可,2021-06-01,2026年6月30日,有效,",
        f"{SHOP},XK-2,食品经营许可,2026-05-20,2031-05-19,有效,XK-1",
        f"{CAFE},XK-3,食品经营许可,2026-05-20,2031-05-19,有效,",
    ]
    file = table(tmp_path / "p.csv", PERMIT_HEAD, *rows)
    assert run("import", "permits", str(file), "--dry-run")[1]["accepted"] == 2
    assert told(SHOP, "PERMIT") == []
    answer = run("import", "permits", str(file))[1]
    assert (answer["accepted"], answer["rejected"]) == (2, 1)
    assert [f["valid_to"] for f in told(SHOP, "PERMIT")] == ["2026-06-30", "2031-05-19"]
    assert told(SHOP, "PERMIT_ENDED") == [{}]
    assert {b.number for b in registry.belongings(viewer=BUREAU, key=SHOP)} == {"XK-1", "XK-2"}
    run("undo", str(file))
    assert told(SHOP, "PERMIT") == [] and registry.belongings(viewer=BUREAU, key=SHOP) == []


CASES = {
    "premises": (
        "统一社会信用代码,场所编号,场所地址,核对日期,场所状态,登记与实际一致",
        "C1,汀前街1号,2026-02-01,经营,否",
    ),
    "shops": ("统一社会信用代码,网店编号,平台名称,网店状态,已办登记,依法免于登记", "W1,汀购,营业,是,否"),
    "equipment": (
        "统一社会信用代码,设备注册代码,设备种类,使用状态,下次检验日期,登记日期",
        "D1,电梯,在用,2026-09-01,2026-01-05",
    ),
    "complaints": ("统一社会信用代码,受理日期,投诉登记编号,问题类别,是否重复", "2026-02-01,T1,食品安全,首次"),
    "sampling": (
        "统一社会信用代码,报告日期,样品名称,抽样单编号,抽检领域,检验结论",
        "2026-02-01,围巾,Y1,纺织品,不合格",
    ),
    "penalties": (
        "统一社会信用代码,处罚决定日期,决定书文号,处罚程序与程度",
        "2026-02-01,云市监罚〔2026〕1号,普通程序",
    ),
}
FACTS = {
    "premises": ["PREMISES", "ADDRESS_CHECK"],
    "shops": ["SHOP", "SHOP_STATUS"],
    "equipment": ["EQUIPMENT", "ELEVATOR_RECORD"],
    "complaints": ["COMPLAINT"],
    "sampling": ["SAMPLING_RESULT"],
    "penalties": ["PENALTY"],
}


@pytest.mark.parametrize("source", sorted(CASES))
def test_each_shipped_preset_is_told_by_its_columns(source: str, tmp_path: Path) -> None:
    run("import", "subjects", str(table(tmp_path / "s.csv", HEAD, subject_row())))
    head, row = CASES[source]
    file = table(tmp_path / "x.csv", f"{head}\n", f"{SHOP},{row}")
    kind = source if source in {"premises", "shops", "equipment"} else "signals"
    words = ("import", kind, str(file), "--preset", "auto")
    assert run(*words)[1]["accepted"] == 1
    assert run(*words)[1] == {"accepted": 0, "rejected": 0, "duplicates": 1, "errors_file": None}
    assert [len(told(SHOP, name)) for name in FACTS[source]] == [1] * len(FACTS[source])
    run("undo", str(file))
    assert [told(SHOP, name) for name in FACTS[source]] == [[]] * len(FACTS[source])
