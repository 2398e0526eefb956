"""A bureau loads the official table, imported subjects are held against it; undo puts the lists back."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.journeys.city import BUREAU, Bureau
from tests.journeys.test_register_import import (
    CAFE,
    HEAD,
    PERMIT_HEAD,
    SHOP,
    THIRD,
    run,
    subject_row,
    table,
    told,
)
from zhunsheng.cli.main import main
from zhunsheng.core.identifiers.uscc import old_number_checks
from zhunsheng.registers.registry import queries as registry
from zhunsheng.workflows import listing

OLD = next(f"98010260000001{n}" for n in range(10) if old_number_checks(f"98010260000001{n}"))
WRONG_OLD = OLD[:-1] + str((int(OLD[-1]) + 1) % 10)
PLACES = HEAD.strip() + ",行政区划,注册号\n"
pytestmark = pytest.mark.django_db


def errors_of(file: Path, out: Path) -> str:
    out.unlink(missing_ok=True)
    code, _ = run("import", "subjects", str(file), "--preset", "registry-export", "--errors", str(out))
    return out.read_text(encoding="utf-8-sig") if code else ""


def test_an_ended_division_an_unknown_class_and_a_wrong_old_number_go_back_with_their_cure(
    tmp_path: Path,
) -> None:
    rows = [
        subject_row() + f",北港区,{OLD}",
        subject_row(key=CAFE) + ",980107,",
        subject_row(key=THIRD, trade="9999") + f",980102,{WRONG_OLD}",
    ]
    file, out = table(tmp_path / "s.csv", PLACES, *rows), tmp_path / "e.csv"
    returned = errors_of(file, out)
    assert "改填 980104 北港区" in returned and "9999 不在已载入的表中" in returned
    assert f"旧注册号 {WRONG_OLD} 的校验位不符" in returned
    assert [f["division"] for f in told(SHOP, "REGISTRATION")] == ["980104"], "a name becomes its code"
    early = table(tmp_path / "2.csv", PLACES, subject_row(key=CAFE, on="2016-08-31") + ",980107,")
    assert errors_of(early, out) == "", "of that day the code was in force"


def test_the_official_table_is_loaded_by_edition_and_nothing_is_overwritten(tmp_path: Path) -> None:
    city = table(
        tmp_path / "d.csv", "代码,名称,停用日期,承接代码\n", "110101,甲区,,", "110102,乙区,2020-05-31,110101"
    )
    words = (
        "reference",
        "load",
        "divisions",
        str(city),
        "--edition",
        "示例2000",
        "--valid-from",
        "2000-01-01",
    )
    assert run(*words)[1] == {"edition": "示例2000", "entries": 2}
    assert run(*words)[1]["entries"] == 2, "the same again"
    city.write_text("代码,名称\n110101,丙区\n", encoding="utf-8")
    assert CliRunner().invoke(main, list(words)).exit_code not in {0, 3}, "another text under the same name"
    shown = run("reference", "show", "110102", "--on", "2026-01-01")[1]
    assert [e["code"] for e in shown["resolved"]] == ["110101"]  # type: ignore[attr-defined]
    assert shown["in_force"] == []
    file, out = table(tmp_path / "s.csv", PLACES, subject_row() + ",110103,"), tmp_path / "e.csv"
    assert "110103 不在已载入的表中" in errors_of(file, out), "once counties are loaded, they are asked for"
    later = table(tmp_path / "l.csv", "代码,名称\n", "110101,甲区", "110103,丁区")
    run("reference", "load", "divisions", str(later), "--edition", "示例2026", "--valid-from", "2026-01-01")
    assert errors_of(file, out) == ""
    broken = table(tmp_path / "b.csv", "代码,名称\n", "11010,甲区")
    done = CliRunner().invoke(
        main, ["reference", "load", "divisions", str(broken), "--edition", "坏", "--valid-from", "2026-02-01"]
    )
    assert done.exit_code not in {0, 3} and "entries[0].code" in done.output


def test_an_undone_import_leaves_the_name_of_a_subject_whose_facts_have_none(tmp_path: Path) -> None:
    Bureau().register(SHOP, "云汀老店")
    file = table(tmp_path / "s.csv", HEAD, subject_row(name="云汀新店"))
    run("import", "subjects", str(file))
    run("undo", str(file))
    card = registry.get(viewer=BUREAU, key=SHOP)
    assert card is not None and card.name == "云汀老店"


def test_undoing_a_change_of_a_permit_puts_its_row_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("import", "subjects", str(table(tmp_path / "s.csv", HEAD, subject_row())))
    first = table(tmp_path / "1.csv", PERMIT_HEAD, f"{SHOP},XK-1,食品经营许可,2021-06-01,2026-06-30,有效,")
    second = table(tmp_path / "2.csv", PERMIT_HEAD, f"{SHOP},XK-1,食品经营许可,2026-06-01,2031-06-30,有效,")
    run("import", "permits", str(first))

    def ends() -> list[str]:
        return [str(b.valid_to) for b in registry.belongings(viewer=BUREAU, key=SHOP)]

    run("import", "permits", str(second))
    assert ends() == ["2031-06-30"]
    run("undo", str(second))
    assert ends() == ["2026-06-30"]
    run("import", "permits", str(second))
    monkeypatch.setattr(listing.registry, "follow_belonging", lambda **_: None)
    run("undo", str(second))
    assert ends() == ["2031-06-30"], "the planted fault leaves the row behind"


def test_the_help_of_import_lists_the_presets() -> None:
    done = CliRunner().invoke(main, ["import", "--help"])
    assert done.exit_code == 0
    for preset in ("registry-export", "permits-export", "complaints-export"):
        assert preset in done.output
