"""The model card, its command and the simulation: from the bureau's own results, internal, the same bytes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client

from tests.journeys.city import BUREAU, HOUSE, Bureau, at
from tests.portals.pages import as_, staffed, stand_at
from zhunsheng.cli.main import main
from zhunsheng.core.actors import Viewer
from zhunsheng.workflows import carding, monthly, twinning

pytestmark = pytest.mark.django_db
HEAD_OFFICE, STATION = "0006", "0002"
SHOPS = [f"919801030MA{number:03d}A1B2"[:18] for number in range(4)]
NOW = at("2026-07-02 10:00")
SMALL = {"first_seed": 7, "seeds": 2, "businesses": 100, "days": 20, "officer_days": 20}


@pytest.fixture
def bureau(settings: Any, client: Client, monkeypatch: pytest.MonkeyPatch) -> Bureau:
    stand_at(settings, "2026-07-02 10:00")
    staffed(monkeypatch)
    bureau = Bureau()
    for number, shop in enumerate(SHOPS):
        bureau.register(shop, f"云汀商行{number}", industry="5211")
    monthly.run(at("2026-06-01"), at("2026-06-01 00:05"))
    for shop, result in zip(SHOPS, ("CORRECTED", "NO_ISSUE", "NO_ISSUE", "OVERDUE"), strict=True):
        source = "double_random" if shop in SHOPS[:2] else "daily_inspection"
        bureau.tell(shop, "INSPECTION_RESULT", "2026-06-10", source=source, result=result)
    monthly.run(at("2026-07-01"), at("2026-07-01 00:05"))
    return bureau


def _card(*words: str) -> dict[str, Any]:
    done = CliRunner().invoke(main, ["card", "--known-at", "2026-07-02T10:00", "--json", *words])
    assert done.exit_code == 0, done.output
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_chosen_visits_stand_against_those_drawn_by_chance(bureau: Bureau) -> None:
    told = _card()
    assert (told["internal"], told["role"], told["businesses"]) == (True, "DEFAULT", 4)
    rows = {row["group"]: row for row in told["hit_rates"]}
    assert (rows["RANDOM"]["checks"], rows["RANDOM"]["found"]) == (2, 1)
    chosen = [row for name, row in rows.items() if name != "RANDOM" and row["checks"]]
    assert sum(row["checks"] for row in chosen) == 2 and sum(row["found"] for row in chosen) == 1
    for row in chosen:
        assert row["more_low_permille"] < row["more_permille"] < row["more_high_permille"]
    assert sum(n for row in told["migration"] for n in row["to"].values()) == 4
    assert sum(row["businesses"] for row in told["fairness"]) == 4 * 4


def test_a_result_that_was_not_yet_known_is_not_counted(bureau: Bureau) -> None:
    before = _card()
    bureau.tell(SHOPS[2], "INSPECTION_RESULT", "2026-06-20", known="2026-07-05", result="OVERDUE")
    assert _card() == before
    later = carding.card(BUREAU, at("2026-07-06"))
    assert later is not None and sum(r["checks"] for r in later["hit_rates"]) == 5


def test_a_challenger_is_judged_as_of_before_each_visit_and_acts_on_nothing(
    bureau: Bureau, tmp_path: Path
) -> None:
    pack = tmp_path / "general"
    shutil.copytree(HOUSE / "packs" / "general", pack)
    head = pack / "pack.yaml"
    head.write_text(head.read_text(encoding="utf-8").replace("2026.1", "challenger"), encoding="utf-8")
    told, live = _card("--pack", str(pack)), _card()
    assert told["role"] == "CHALLENGER" and told["pack_hash"] != live["pack_hash"]
    # The same definitions give everybody the class that they have: the matrix is its diagonal.
    assert sum(row["to"][row["group"]] for row in told["migration"]) == 4
    assert told["hit_rates"] == live["hit_rates"]
    assert _card() == live


def test_the_page_is_for_those_who_see_the_whole_bureau(bureau: Bureau, client: Client) -> None:
    as_(client, HEAD_OFFICE)
    page = client.get("/models/").content.decode()
    assert "各类别的检出率与随机抽取对照" in page and "不得对外提供" in page and "随机抽取" in page
    as_(client, STATION)
    narrow = client.get("/models/").content.decode()
    assert "只对可查看全局的人员显示" in narrow and "检出率‰" not in narrow
    assert carding.card(Viewer.business(SHOPS[0]), NOW) is None


def test_a_simulation_says_that_it_is_one_and_is_the_same_again(bureau: Bureau) -> None:
    words = [f"--{name.replace('_', '-')}={value}" for name, value in SMALL.items() if name != "first_seed"]
    words = ["simulate", "--seed", "7", "--known-at", "2026-07-02T10:00", *words]
    one, two = (CliRunner().invoke(main, [*words, "--json"]) for _ in range(2))
    assert one.exit_code == 0 and one.stdout == two.stdout
    told = json.loads(one.stdout)
    assert told["simulation"] is True
    assert {tuple(way["officer_minutes"]) for way in told["ways"]} == {(20 * 420,)}
    sources = {p["name"]: (p["source"], p["facts"]) for p in told["parameters"]}
    assert sources["problem_ends"] == ("ASSUMED", 0)
    assert sum(facts for name, (_, facts) in sources.items() if name.startswith("found.")) == 4
    plain = CliRunner().invoke(main, words).stdout
    assert "模拟" in plain and "不是已经发生的事实" in plain
    other = twinning.simulated(BUREAU, NOW, {**SMALL, "first_seed": 8})
    assert other["ways"] != told["ways"]
