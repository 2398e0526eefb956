"""`zhunsheng packs`: a sound pack passes, a faulty one fails with its place, sentences can be read."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

from click.testing import CliRunner
from django.conf import settings

from zhunsheng.cli.commands.packs import command
from zhunsheng.core.clock import SHANGHAI

GENERAL = Path(settings.PACKS) / "general"
NOW = dt.datetime(2026, 7, 1, 9, tzinfo=SHANGHAI)


def faulty(root: Path, old: str, new: str) -> Path:
    folder = root / "general"
    shutil.copytree(GENERAL, folder)
    item = folder / "items" / "T02-lift-faults.yaml"
    item.write_text(item.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    return folder


def test_the_shipped_pack_is_proved() -> None:
    done = CliRunner().invoke(command, ["check", "--json"])
    assert done.exit_code == 0
    assert json.loads(done.stdout)["ok"] is True


def test_a_faulty_pack_fails_with_its_place(tmp_path: Path) -> None:
    folder = faulty(tmp_path, "at_least: 2}", "at_least: 5}")
    done = CliRunner().invoke(command, ["check", str(folder), "--json"])
    assert done.exit_code == 1
    findings = json.loads(done.stdout)["findings"]
    assert findings[0]["severity"] == "ERROR"
    assert findings[0]["path"].startswith("T02-1.yellow")


def test_an_unreadable_pack_is_a_finding_too(tmp_path: Path) -> None:
    folder = faulty(tmp_path, "at_least: 2}", "at_leest: 2}")
    done = CliRunner().invoke(command, ["check", str(folder)])
    assert done.exit_code == 1
    assert "T02-lift-faults.yaml.points[0].yellow" in done.stdout


def test_a_point_is_read_aloud() -> None:
    done = CliRunner().invoke(command, ["show", "T02-1"])
    assert "近90天（含当日）同一电梯电梯困人≥2次" in done.stdout
    assert CliRunner().invoke(command, ["show", "T99"]).exit_code == 1


def test_two_packs_are_compared(tmp_path: Path) -> None:
    folder = faulty(tmp_path, "at_least: 4}", "at_least: 3}")
    done = CliRunner().invoke(command, ["diff", str(GENERAL), str(folder)])
    assert done.exit_code == 1
    assert "≥4次 → 近90天（含当日）同一电梯电梯困人≥3次" in done.stdout
    assert CliRunner().invoke(command, ["diff", str(GENERAL), str(GENERAL)]).exit_code == 0


def lists(*words: str) -> dict[str, object]:
    done = CliRunner().invoke(command, ["lists", "--day", "2026-07-01", "--json", *words])
    told: dict[str, object] = json.loads(done.stdout)
    return told


def test_the_four_lists_are_made_from_the_pack_and_every_cell_is_filled(tmp_path: Path) -> None:
    made = lists("--out", str(tmp_path))["lists"]
    assert isinstance(made, list)
    assert [told["kind"] for told in made] == ["ITEMS", "RISK_POINTS", "TRIGGER_POINTS", "MEASURES"]
    items, risks, points, measures = (told["rows"] for told in made)
    assert [row["编号"] for row in items] == [f"T{n:02d}" for n in range(1, 27)]
    assert len(risks) == len(points) > 26 and len(measures) == 14
    unused = {"R4", "Y4"}
    for row in (*items, *risks, *points, *(m for m in measures if m["编号"] not in unused)):
        assert all(row.values()), row
    lift = next(row for row in points if row["编号"] == "T01-1")
    assert "≤30天" in lift["触发条件"] and "特种设备安全法 40（已核对）" in lift["依据"]
    page = (tmp_path / "trigger_points-2026.1.md").read_text(encoding="utf-8")
    for text in ("触发式监管触发点清单", "云汀触发清单-3", "2026-07-01", "特种设备安全监察科", "## T01-1"):
        assert text in page, text


def test_anti_fraud_thresholds_are_withheld_and_nothing_else_is(tmp_path: Path) -> None:
    lists("--out", str(tmp_path))
    text = (tmp_path / "trigger_points-2026.1.json").read_text(encoding="utf-8")
    rows = {row["编号"]: row for row in json.loads(text)["rows"]}
    assert "800" not in rows["T17-1"]["触发条件"] and rows["T17-1"]["依据"]
    assert [name for name, row in rows.items() if "不公开" in row["触发条件"]] == ["T17-1"]


def test_a_changed_line_changes_the_lists_in_that_row_only(tmp_path: Path) -> None:
    folder = faulty(tmp_path, "at_least: 4}", "at_least: 3}")
    changes = lists("--folder", str(folder), "--against", str(GENERAL))["changes"]
    assert isinstance(changes, list)
    assert [(c["kind"], c["id"], c["label"]) for c in changes] == [
        ("RISK_POINTS", "T02-1", "触发条件"),
        ("TRIGGER_POINTS", "T02-1", "触发条件"),
    ]
    assert lists("--against", str(GENERAL))["changes"] == []


def test_a_measure_without_a_name_is_refused(tmp_path: Path) -> None:
    folder = faulty(tmp_path, "red: [R1, R2, R5]}", "red: [R1, R77]}")
    done = CliRunner().invoke(command, ["lists", "--folder", str(folder)])
    assert done.exit_code == 4 and "R77" in str(done.output)
