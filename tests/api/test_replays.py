"""Programs start replays and read them: the bytes of the page, and nobody else's."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.api.sender import answered, now, register, token
from zhunsheng.core.actors import Viewer
from zhunsheng.core.clock import SystemClock
from zhunsheng.foundation.tokens.purposes import Purpose
from zhunsheng.judging.lab import queries
from zhunsheng.workflows import trying

pytestmark = pytest.mark.django_db
REPLAYS, REPLAY = "/api/v1/replays", "/api/v1/replays/{number}"
REPORT = f"{REPLAY}/report"


def period() -> dict[str, str]:
    return {"from": (now() - timedelta(days=30)).isoformat(), "to": (now() - timedelta(days=1)).isoformat()}


def call(bearer: str, address: str, told: Any = None) -> Any:
    client, headers = Client(enforce_csrf_checks=True), {"Authorization": f"Bearer {bearer}"}
    if told is None:
        return client.get(address, headers=headers)
    return client.post(address, json.dumps(told).encode(), content_type="application/json", headers=headers)


def test_a_program_starts_a_replay_follows_it_and_reads_the_bytes_of_the_page() -> None:
    register()
    mine, other = (token(source="", purpose=Purpose.REPLAY_RULES) for _ in range(2))
    line = {"point": "T02-1", "place": "yellow.at_least", "values": [3]}
    begun = call(mine, REPLAYS, {**period(), "line": line, "chosen": {"divisions": ["980102"]}})
    assert begun.status_code == 202
    told = answered(begun, REPLAYS)
    assert (told["kind"], told["state"], len(told["versions"])) == ("REPLAY", "RUNNING", 2)
    address = f"{REPLAYS}/{told['number']}"
    assert call(mine, f"{address}/report").status_code == 404, "not done yet"
    while trying.work_off(SystemClock()):
        pass
    done = answered(call(mine, address), REPLAY, "get")
    report = call(mine, f"{address}/report")
    assert (done["state"], done["percent"]) == ("DONE", 100) and answered(report, REPORT, "get")
    bureau = Viewer.bureau("test")
    assert report.content.decode() == queries.report_text(viewer=bureau, run_id=told["number"])
    assert [one["number"] for one in answered(call(mine, REPLAYS), REPLAYS, "get")["items"]] == [
        told["number"]
    ]
    assert answered(call(other, REPLAYS), REPLAYS, "get") == {"items": []}
    assert call(other, address).status_code == call(other, f"{address}/report").status_code == 404
    assert call(token(), address).status_code == call(token(), REPLAYS, period()).status_code == 403


WRONG: list[tuple[dict[str, Any], str | None]] = [
    ({"from": "2026-06-01"}, "/from"),
    ({"line": {"point": "T02-1", "place": "yellow.at_least", "values": []}}, "/line/values"),
    ({"shape": 1}, ""),
    ({"base": "0" * 64}, None),
    ({"to": "2099-01-01T00:00:00+08:00"}, None),
    ({"files": [{"name": "a.yaml", "yaml": "a: ["}]}, None),
    ({"from": "2026-99-01T00:00:00Z"}, None),
    ({"chosen": {"streets": ["1"]}}, "/chosen"),
]


def test_a_question_that_is_none_is_sent_back_with_the_place() -> None:
    bearer = token(source="", purpose=Purpose.REPLAY_RULES)
    for changes, pointer in WRONG:
        answer = call(bearer, REPLAYS, {**period(), **changes})
        problem = answered(answer, REPLAYS)
        assert answer.status_code == 400 and problem["type"].endswith("bad-question"), changes
        assert pointer is None or problem["errors"][0]["pointer"] == pointer
    assert queries.runs(viewer=Viewer.bureau("test")) == []
