"""`zhunsheng lists`: the four lists of a pack go the whole way, each step by somebody who may."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from django.conf import settings

from tests.contexts.accounts import office
from zhunsheng.cli.main import main
from zhunsheng.core.actors import Viewer
from zhunsheng.registers.statutes.queries import lists

pytestmark = pytest.mark.django_db
KEYS = ("trigger.items", "trigger.risk_points", "trigger.trigger_points", "trigger.measures")
EDITOR, LAWYER, LEADER = "9801-11", "9801-12", "9801-01"
PUBLIC = Viewer.business("91980102MA100A1B2U")


@pytest.fixture(autouse=True)
def _people(db: None) -> None:
    office.employ(EDITOR, "沈砚", "list_editor")
    office.employ(LAWYER, "闻笛", "legal_reviewer")
    office.employ(LEADER, "陆衡", "list_approver")


def run(*words: str, code: int = 0) -> list[dict[str, object]]:
    done = CliRunner().invoke(main, ["lists", *words, "--json"])
    assert done.exit_code == code, done.output
    told = json.loads(done.stdout) if done.stdout.startswith(("[", "{")) else []
    return told if isinstance(told, list) else [told]


def bring_into_force(*keys: str, day: str) -> None:
    run("consult", *keys, "--by", EDITOR)
    run("submit", *keys, "--by", EDITOR)
    for kind in ("LEGALITY", "FAIR_COMPETITION"):
        run("review", *keys, "--kind", kind, "--opinion", "未见问题", "--by", LAWYER)
    run("approve", *keys, "--by", LEADER)
    run("publish", *keys, "--from", day, "--by", LEADER)


def changed_pack(folder: Path, edition: str) -> Path:
    """The general pack with one line moved; the copy carries another version."""
    pack = folder / f"general-{edition}"
    shutil.copytree(Path(settings.PACKS) / "general", pack)
    item = pack / "items/T02-lift-faults.yaml"
    item.write_text(item.read_text(encoding="utf-8").replace("at_least: 4}", "at_least: 3}"), "utf-8")
    head = pack / "pack.yaml"
    head.write_text(head.read_text(encoding="utf-8").replace("2026.1", edition), "utf-8")
    return pack


def test_the_lists_of_a_pack_from_draft_to_force_and_superseded_by_the_next(tmp_path: Path) -> None:
    assert [card["list"] for card in run("draft", "--by", EDITOR)] == list(KEYS)
    assert run("draft", "--by", EDITOR, code=1) == []
    assert lists.overview(viewer=PUBLIC) == []
    bring_into_force(*KEYS, day="2026-07-01")
    assert {card.list_key for card in lists.overview(viewer=PUBLIC)} == set(KEYS)
    assert run("draft", "--pack", str(changed_pack(tmp_path, "2026.1")), "--by", EDITOR, code=4) == []
    made = run("draft", "--pack", str(changed_pack(tmp_path, "2026.2")), "--by", EDITOR)
    assert [(card["list"], card["number"]) for card in made] == [(key, 2) for key in KEYS[1:3]]
    (change,) = run("compare", "trigger.trigger_points@1", "trigger.trigger_points@2", code=1)
    assert change["code"] == "T02-1" and change["old"] != change["new"]
    bring_into_force("trigger.trigger_points", day="2026-10-01")
    told = run("show", "trigger.trigger_points")
    assert [(card["state"], card["valid_to"]) for card in told] == [
        ("SUPERSEDED", "2026-09-30"),
        ("EFFECTIVE", None),
    ]
    assert run("show", "trigger.trigger_points", "--on", "2026-09-30")[0]["number"] == 1


def test_whoever_has_no_grant_for_a_step_is_told_so() -> None:
    run("draft", "--by", EDITOR)
    done = CliRunner().invoke(main, ["lists", "approve", "trigger.items", "--by", EDITOR])
    assert done.exit_code == 4 and "list.approve" in done.output
    done = CliRunner().invoke(main, ["lists", "approve", "trigger.items", "--by", LEADER])
    assert done.exit_code == 4 and "尚未完成审查" in done.output
    assert CliRunner().invoke(main, ["lists", "submit", "no.such", "--by", EDITOR]).exit_code == 4
    assert CliRunner().invoke(main, ["lists", "submit", "a@b", "--by", EDITOR]).exit_code == 2


def test_a_list_of_the_bureau_s_own_comes_from_a_file(tmp_path: Path) -> None:
    sample = Path(settings.PACKS) / "tolerance/sample.yaml"
    (card,) = run("draft", str(sample), "--by", EDITOR)
    assert (card["list"], card["entries"]) == ("tolerance.sample", 28)
    run("submit", "tolerance.sample", "--by", EDITOR)
    (card,) = run("send-back", "tolerance.sample", "--reason", "补充依据", "--by", LAWYER)
    assert card["state"] == "DRAFT"
    broken = tmp_path / "broken.yaml"
    broken.write_text(yaml.safe_dump({"list": "x", "entries": []}), encoding="utf-8")
    done = CliRunner().invoke(main, ["lists", "draft", str(broken), "--by", EDITOR])
    assert done.exit_code == 4 and "title_zh" in done.output
    broken.write_text("a: [", encoding="utf-8")
    assert CliRunner().invoke(main, ["lists", "draft", str(broken), "--by", EDITOR]).exit_code == 4


def test_a_list_nobody_evaluated_for_a_year_is_reported_until_somebody_does(tmp_path: Path) -> None:
    run("draft", str(Path(settings.PACKS) / "tolerance/sample.yaml"), "--by", EDITOR)
    bring_into_force("tolerance.sample", day="2024-07-01")
    assert [card["list"] for card in run("overdue", code=1)] == ["tolerance.sample"]
    words = ("--year", "2025", "--conclusion", "KEEP", "--opinion", "当年未适用")
    assert run("evaluate", "tolerance.sample", *words, "--by", LAWYER)[0]["uses"] == {}
    run("overdue")
    run("evaluate", "tolerance.sample", *words, "--by", LAWYER, code=4)
