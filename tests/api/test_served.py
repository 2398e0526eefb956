"""A real server: from the event to the touch, many senders at once, a crash, the example of the page."""

from __future__ import annotations

import json
import re
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.sender import CLERK, E1, complaint, now, register
from tests.api.served import Installation, Server
from tests.trust.children import House, ask
from tools import machine
from tools.bootstrap import ROOT
from zhunsheng.core.contracts import ContractSet
from zhunsheng.engine.library import open_library
from zhunsheng.sensing.signals import actions
from zhunsheng.sensing.signals.models import InboxEntry, StoredFact
from zhunsheng.sensing.signals.new_facts import NewFact

pytestmark = [pytest.mark.slow]
SENDERS = 16


def furnish() -> None:
    """E1 is registered and enrolled for the inspection of lifts."""
    register()
    contracts: ContractSet = open_library(ROOT / "packs").contracts
    at = now() - timedelta(days=30)
    registration = {
        "established_on": "2018-03-01",
        "industry": "7020",
        "division": "980102",
        "industry_risk": "LOW",
    }
    facts = [
        NewFact("REGISTRATION", E1, at, registration),
        NewFact("ENROLMENT", E1, at, {"state": "ENROLLED"}, "T01"),
    ]
    actions.record_facts(by=CLERK, at=at, facts=facts, source="test", contracts=contracts)


def stored() -> dict[str, int]:
    """Facts that came by HTTP, and deliveries, counted row by row."""
    from_outside = {"12315", "equipment"}
    return {
        "facts": StoredFact.objects.filter(source__in=from_outside).count(),
        "deliveries": InboxEntry.objects.filter(source__in=from_outside).count(),
    }


@pytest.fixture
def installation(house: House, tmp_path: Path) -> Installation:
    ask(house, furnish)
    found = Installation(house, tmp_path)
    found.first_run()
    return found


def batch(first: int, last: int) -> bytes:
    return json.dumps([complaint(f"N{n}") for n in range(first, last)]).encode()


def test_from_the_event_to_the_touch_and_again(installation: Installation, house: House) -> None:
    due = (now() + timedelta(days=20)).date().isoformat()
    event = {
        "specversion": "1.0",
        "id": "lift-7",
        "source": "equipment",
        "type": "ELEVATOR_RECORD",
        "subject": E1,
        "time": (now() - timedelta(hours=1)).isoformat(),
        "data": {"object": "L-7", "inspection_due_on": due},
    }
    body, bearer = json.dumps([event]).encode(), installation.token("equipment")
    with installation.served() as server:
        first = server.send(body, bearer=bearer, key="k1")
        assert (first.status_code, first.json()["events"][0]["state"]) == (200, "accepted")
        assert installation.run("touches") == []
        assert installation.run("dispatch", "--once")["handled"] >= 1
        (touch,) = installation.run("touches")
        assert (touch["subject"], touch["point"], touch["colour"]) == (E1, "T01-1", "YELLOW")
        again = server.send(body, bearer=bearer, key="k1")
        assert (again.status_code, again.content) == (200, first.content)
        assert server.send(iter([body]), bearer=bearer, key="k2").status_code == 411
    assert ask(house, stored) == {"facts": 1, "deliveries": 1}


def test_sixteen_senders_with_one_key_are_one_delivery(installation: Installation, house: House) -> None:
    bearer, body, together = installation.token("12315"), batch(0, 50), threading.Barrier(SENDERS)
    with installation.served() as server:

        def send(_n: int) -> httpx.Response:
            together.wait()
            return server.send(body, bearer=bearer, key="k1")

        with ThreadPoolExecutor(SENDERS) as pool:
            answers = list(pool.map(send, range(SENDERS)))
    assert [answer.status_code for answer in answers] == [200] * SENDERS
    assert len({answer.content for answer in answers}) == 1
    assert {event["state"] for event in answers[0].json()["events"]} == {"accepted"}
    assert ask(house, stored) == {"facts": 50, "deliveries": 1}


def test_a_crash_holds_no_key_and_loses_nothing_acknowledged(
    installation: Installation, house: House
) -> None:
    bearer = installation.token("12315")
    bodies = {f"k{n}": batch(n * 5, n * 5 + 5) for n in range(200)}
    told: dict[str, bytes] = {}
    enough = threading.Event()

    def send_until_cut_off(server: Server, keys: list[str]) -> None:
        for key in keys:
            try:
                told[key] = server.send(bodies[key], bearer=bearer, key=key).content
            except httpx.TransportError:
                return
            if len(told) >= 40:
                enough.set()

    with installation.served() as server, ThreadPoolExecutor(8) as pool:
        waiting = list(bodies)
        runs = [pool.submit(send_until_cut_off, server, waiting[n::8]) for n in range(8)]
        assert enough.wait(60)
        server.kill()
        for run in runs:
            run.result()
    assert 40 <= len(told) < 200
    with installation.served() as server:
        for key, body in bodies.items():
            answer = server.send(body, bearer=bearer, key=key)
            assert answer.status_code == 200
            assert told.setdefault(key, answer.content) == answer.content
    assert ask(house, stored) == {"facts": 1_000, "deliveries": 200}


def examples(language: str) -> Iterator[str]:
    page = (ROOT / "docs" / "how-to" / "send-events.md").read_text(encoding="utf-8")
    yield from re.findall(rf"^```{language}\n(.*?)^```", page, re.MULTILINE | re.DOTALL)


def test_the_page_s_example_works_as_printed(installation: Installation) -> None:
    if machine.which("curl") is None:
        pytest.skip("no curl")
    issue, post, *_reading = examples("sh")
    (receipt,) = examples("json")
    words = issue.split()
    assert words[0] == "zhunsheng"
    bearer = installation.run(*words[1:])["token"]
    with installation.served() as server:
        environment = {
            **installation.environment,
            "ADDRESS": server.address,
            "TOKEN": bearer,
            "no_proxy": "*",
        }
        done = subprocess.run(["sh", "-c", post], env=environment, capture_output=True, text=True, check=True)
    expected: Any = json.loads(receipt)
    told = json.loads(done.stdout)
    expected["events"][0]["fact_id"] = told["events"][0]["fact_id"]
    assert told == expected
