"""A file comes in, half of it wrong; the error file, put right, comes in again; nothing counts twice."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from zhunsheng.cli.main import main
from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.clock import SHANGHAI
from zhunsheng.core.identifiers.uscc import make
from zhunsheng.registers.registry import actions as registry
from zhunsheng.sensing.signals import queries

KNOWN = make("91", "980102", "MA100A1B")
HEAD = "事实种类,统一社会信用代码,发生时间\n"


def told(*words: str) -> tuple[int, dict[str, object]]:
    done = CliRunner().invoke(main, ["import", "signals", *words, "--json"])
    return done.exit_code, json.loads(done.stdout.splitlines()[-1])


@pytest.mark.django_db
def test_the_corrected_file_changes_nothing_twice(tmp_path: Path) -> None:
    record = registry.SubjectRecord(KNOWN, "ENTERPRISE", "云汀市甲店", "980102", "5212", dt.date(2020, 1, 1))
    registry.record_subject(by=Actor.service("t"), at=dt.datetime(2026, 1, 1, tzinfo=SHANGHAI), record=record)
    file, errors = tmp_path / "in.csv", tmp_path / "out.csv"
    file.write_text(HEAD + f"LETTER_RETURNED,{KNOWN},2026-05-01\n专用信函,{KNOWN},五月\n", encoding="utf-8")
    assert told(str(file), "--dry-run")[1]["accepted"] == 1
    assert queries.timeline(viewer=Viewer.bureau("t"), subject=KNOWN) == []
    code, answer = told(str(file), "--errors", str(errors))
    assert (code, answer["accepted"], answer["rejected"]) == (3, 1, 1)
    returned = errors.read_text(encoding="utf-8-sig")
    assert "错误" in returned and "发生时间" in returned and "occurred_at" in returned
    errors.write_text(
        returned.replace("专用信函,", "LETTER_RETURNED,").replace("五月", "2026-05-02"), encoding="utf-8"
    )
    assert told(str(errors)) == (0, {"accepted": 1, "rejected": 0, "duplicates": 0, "errors_file": None})
    assert told(str(errors))[1]["duplicates"] == 1
    assert len(queries.timeline(viewer=Viewer.bureau("t"), subject=KNOWN)) == 2
    done = CliRunner().invoke(main, ["undo", str(file), "--json"])
    assert json.loads(done.stdout.splitlines()[-1]) == {"retracted": 1}
    assert CliRunner().invoke(main, ["undo", str(file)]).exit_code == 4
