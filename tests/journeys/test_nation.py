"""The database as files and back: rebuilt to the same bytes, judged from them as from the database."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.engine.test_nation import bytes_in, row_of, rows_in
from tests.journeys.city import Bureau, at
from tests.journeys.test_linking import FIRM, LIKE_FIRM, TWIN, merge, penalty
from zhunsheng.cli.main import main
from zhunsheng.workflows import classing

pytestmark = pytest.mark.django_db
WHEN = "2026-06-03"


@pytest.fixture
def bureau() -> Bureau:
    """Two records of one firm that are merged, and another firm."""
    bureau = Bureau()
    for key in (FIRM, TWIN, LIKE_FIRM):
        bureau.register(key, "阿福餐饮", industry="6210")
    bureau.tell(FIRM, "PEER_GROUP", "2026-01-01", group="6210")
    penalty(bureau, TWIN, "罚-1", "2026-02-01")
    penalty(bureau, LIKE_FIRM, "罚-2", "2026-03-01")
    merge(bureau)
    return bureau


def nation(*words: object, code: int = 0) -> dict[str, Any]:
    done = CliRunner().invoke(main, ["nation", *map(str, words), "--json"])
    assert done.exit_code == code, done.output
    told: dict[str, Any] = json.loads(done.stdout) if done.stdout.startswith("{") else {"said": done.output}
    return told


def test_judged_from_files_as_from_the_database(bureau: Bureau, tmp_path: Path) -> None:
    facts, result = tmp_path / "facts", tmp_path / "result"
    told = nation("export", "--to", facts, "--known-at", WHEN)
    assert (told["files"], told["subjects"]) == (1, 2)
    first = bytes_in(facts)
    penalty(bureau, LIKE_FIRM, "罚-3", "2026-06-05")
    shutil.rmtree(facts)
    again = nation("export", "--to", facts, "--known-at", WHEN)
    assert (bytes_in(facts), again) == (first, told), "rebuilt from the database, whatever came since"
    nation("status", "--to", facts, code=4)
    done = nation("judge", "--from", facts, "--to", result, "--as-of", WHEN)
    assert (done["subjects"], done["resumed"]) == (2, 0)
    right = classing.judge_all(at("2026-06-03 23:59:59"), at("2026-06-03 23:59:59"))
    assert rows_in(result) == [row_of(judgement) for judgement in right]
    assert nation("judge", "--from", facts, "--to", result)["resumed"] == 1
    assert nation("status", "--to", result)["finished"] is True
    said = nation("judge", "--from", facts, "--to", result, "--as-of", "2026-06-04", code=4)
    assert "另一次研判" in said["said"]
    nation(
        "judge", "--from", facts, "--to", tmp_path / "r", "--as-of", WHEN, "--known-at", "2026-06-01", code=4
    )

    later = tmp_path / "later"
    nation("export", "--to", later, "--known-at", "2026-06-06")
    words = ("--from", later, "--to", tmp_path / "since", "--as-of", "2026-06-06", "--since", result)
    done = nation("judge", *words)
    assert (done["judged"], done["carried"]) == (1, 1)
    (result / "done.json").unlink()
    assert nation("status", "--to", result, code=1)["finished"] is False
