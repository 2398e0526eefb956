"""The tutorial's commands run as printed, on a city small enough for a test."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client

from tests.journeys.city import HOUSE, Bureau, at
from tests.portals.pages import as_, staffed, stand_at
from zhunsheng.cli.main import main
from zhunsheng.core.clock import FixedClock
from zhunsheng.workflows import trying
from zhunsheng.workflows.ruling import rules_at

pytestmark = pytest.mark.django_db
PAGE = (HOUSE / "docs" / "tutorials" / "move-a-yellow-line.md").read_text(encoding="utf-8")
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]
# What ends otherwise than with 0, and says so on the page: a place that is no line, two packs that differ.
ENDS = {"sweep T09-1 which": 4, "packs diff": 1}
SNACKS = "92980102MA400G4H2X"


@pytest.fixture
def bureau() -> Bureau:
    """One caterer with four credible clues in June: yellow at three, not at five."""
    bureau = Bureau()
    bureau.register(SNACKS, "阿福小吃", industry="6210")
    bureau.enrol(SNACKS, "T09")
    bureau.tell(SNACKS, "PEER_GROUP", "2026-01-01", group="6210/980102/SMALL")
    name = "review_hits_per_1000_orders/6210/980102/SMALL"
    bureau.tell("@world", "PEER_STATISTIC", "2026-05-01", object=name, MEDIAN=1000)
    bureau.tell(SNACKS, "TRADE_VOLUME", "2026-05-25", orders=400)
    for day in ("2026-06-02", "2026-06-03", "2026-06-04", "2026-06-05"):
        bureau.tell(SNACKS, "REVIEW_HIT", day, object=day, topic="FOREIGN_BODY", credible=True)
    return bureau


def run(line: str) -> str:
    words = shlex.split(line)
    if words[0] != "zhunsheng":
        subprocess.run(words, check=True, timeout=30)
        return ""
    wanted = next((code for start, code in ENDS.items() if line.startswith(f"zhunsheng {start}")), 0)
    done = CliRunner().invoke(main, words[1:])
    assert done.exit_code == wanted, (line, done.output)
    return done.output


def test_the_tutorial_runs_as_printed(
    bureau: Bureau, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [t[2] for t in bureau.touches(SNACKS)] == ["YELLOW"]
    shutil.copytree(HOUSE / "packs", tmp_path / "packs")
    monkeypatch.chdir(tmp_path)
    said = ""
    for line in COMMANDS:
        if line.startswith("zhunsheng demo"):
            continue
        if "CODE" in line:
            shown = re.findall(r"^- T09-1 YELLOW  (zhunsheng explain .+)$", said, re.MULTILINE)
            assert len(shown) == 1 and SNACKS in shown[0], said
            line = shown[0]
        said = run(line)
        if "sweep T09-1 which" in line:
            assert "yellow.all.0.at_least=3" in said
        if "sweep T09-1 yellow" in line:
            cells = [re.findall(r"[\d.]+", row)[:2] for row in said.splitlines() if row.startswith("│")]
            assert cells == [["2", "1"], ["3", "1"], ["4", "1"], ["5", "0"], ["6", "0"]], said
    assert "T09-1 可信评价线索聚集" in said, "explained as of the instant of the touch"


def test_the_browser_shows_what_the_tutorial_names(
    bureau: Bureau, settings: Any, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, place = "2026-07-01 10:00", "yellow.all.0.at_least"
    stand_at(settings, now)
    staffed(monkeypatch)
    assert [t[2] for t in bureau.touches(SNACKS)] == ["YELLOW"]
    part = PAGE.partition("## The same in the browser")[2]
    start, look, to, begin, lost, draft = re.findall(r"\*\*(.+?)\*\*", part)
    as_(client, "0005")
    assert start in client.get("/lab/").content.decode()
    form = client.get("/lab/new/", {"point": "T09-1", "look": "1"}).content.decode()
    assert all(word in form for word in (look, to, begin)) and f'value="{place}"' in form and place in part
    asked = {"point": "T09-1", "place": place, "values": "5", "from": "2026-06-01", "to": "2026-06-30"}
    address = client.post("/lab/new/", asked)["Location"]
    while trying.work_off(FixedClock(at(now))):
        pass
    told = client.get(address).content.decode()
    assert f"{lost}（1 户）" in told and "阿福小吃" in told and f">{draft}</button>" in told
    before = rules_at(at(now)).pack.content_hash
    run = address.strip("/").rpartition("/")[2]
    drafted = client.post("/rules/life/draft/", {"run": run, "reason": "少打扰"})
    assert drafted.status_code == 302
    life = client.get(drafted["Location"]).content.decode()
    assert "T09-1" in life and rules_at(at(now)).pack.content_hash == before, "still nothing judges by it"
