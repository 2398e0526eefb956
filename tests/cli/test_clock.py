"""`zhunsheng clock` and `zhunsheng due`: the date, the reasons in two languages, the calendar file."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.conf import settings

from tests.contexts.accounts import office
from zhunsheng.cli.main import main
from zhunsheng.core.actors import Actor, ActorKind
from zhunsheng.core.clock import SHANGHAI
from zhunsheng.engine.library import open_library
from zhunsheng.foundation.schedule.actions import deadlines

pytestmark = pytest.mark.django_db
OFFICER = Actor(ActorKind.PERSON, "9801-07", "程岚")


def test_story_5_on_the_command_line() -> None:
    line = ["clock", "complaint.mediate", "--start", "2026-04-20", "--law-of", "2026-04-15"]
    told = json.loads(CliRunner().invoke(main, [*line, "--json"]).stdout)
    assert told["due_on"] == "2026-06-22" and told["due_at"] == "2026-06-22T23:59:59+08:00"
    assert any("顺延" in reason for reason in told["trace"])


def test_the_reasons_in_english(english: None) -> None:
    line = ["clock", "lead.verify", "--start", "2026-08-11", "--pause", "2026-08-17..2026-08-28:TESTING"]
    done = CliRunner().invoke(main, line)
    assert "Paused from 2026-08-17 to 2026-08-28 (time of tests and appraisals)" in done.stdout
    assert "Ends: 2026-09-15 (Tuesday), midnight" in done.stdout
    assert "the lead was found" in done.stdout


@pytest.mark.parametrize(
    "line",
    [
        ["clock", "lead.verfy", "--start", "2026-08-11"],
        ["clock", "lead.verify"],
        ["clock", "lead.verify", "--start", "2026-08-11", "--pause", "2026-08-17..2026-08-28:LUNCH"],
        ["clock", "decision.serve", "--start", "2026-08-11", "--pause", "2026-08-12..:TESTING"],
    ],
)
def test_what_cannot_be_counted_is_a_usage_error(line: list[str]) -> None:
    assert CliRunner().invoke(main, line).exit_code == 2


def test_a_year_not_announced_is_found_not_guessed() -> None:
    done = CliRunner().invoke(main, ["clock", "lead.verify", "--start", "2026-12-25", "--json"])
    assert done.exit_code == 1 and json.loads(done.stdout)["due_on"] is None


def test_due_lists_most_pressing_first_and_writes_a_calendar(tmp_path: Path) -> None:
    began = dt.datetime(2026, 8, 10, 10, tzinfo=SHANGHAI)
    for key, days in (("lead:b", 3), ("lead:a", 0)):
        deadlines.open_deadline(
            by=OFFICER,
            at=began,
            of=deadlines.Matter(key, key, "线索核查", "9801-07"),
            clock="lead.verify",
            started_at=began + dt.timedelta(days=days),
            terms=open_library(settings.PACKS).clocks,
        )
    ics = tmp_path / "due.ics"
    done = CliRunner().invoke(main, ["due", "--at", "2026-09-01", "--json", "--ics", str(ics)])
    assert done.exit_code == 1
    assert [(row["key"], row["nearness"]) for row in json.loads(done.stdout)] == [
        ("lead:a", "OVERDUE"),
        ("lead:b", "THIS_WEEK"),
    ]
    assert ics.read_bytes().count(b"BEGIN:VEVENT\r\n") == 2


def test_a_year_is_announced_and_counted_with(tmp_path: Path) -> None:
    file = tmp_path / "2027.yaml"
    file.write_text(
        "year: 2027\nsource: 示例通知\nholidays: [01-01]\nmake_up_workdays: []\n", encoding="utf-8"
    )
    office.employ("9801-01", "程岚", "system_admin")
    line = ["calendar", "announce", str(file), "--by", "9801-01", "--json"]
    assert json.loads(CliRunner().invoke(main, line).stdout) == {"year": 2027, "moved": 0}
    done = CliRunner().invoke(main, ["clock", "lead.verify", "--start", "2026-12-25", "--json"])
    assert json.loads(done.stdout)["due_on"] == "2027-01-18"
    assert 2027 in [
        row["year"] for row in json.loads(CliRunner().invoke(main, ["calendar", "show", "--json"]).stdout)
    ]
    file.write_text("year: 2027\nsource: ''\nholidays: [13-01]\nmake_up_workdays: []\n", encoding="utf-8")
    assert CliRunner().invoke(main, line).exit_code == 4
