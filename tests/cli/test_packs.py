"""`zhunsheng packs`: a sound pack passes, a faulty one fails with its place, sentences can be read."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from click.testing import CliRunner
from django.conf import settings

from zhunsheng.cli.commands.packs import command

GENERAL = Path(settings.PACKS) / "general"


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
