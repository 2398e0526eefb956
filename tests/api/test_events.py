"""Events become facts once; what may not be said is kept aside with reason and cure; one key, one answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse

from tests.api.sender import (
    CLERK,
    E1,
    EVENTS,
    SINGLE,
    answered,
    complaint,
    now,
    register,
    send,
    states,
    token,
)
from zhunsheng.api import views
from zhunsheng.api.door import endpoint
from zhunsheng.api.events import read_events
from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.clock import instant
from zhunsheng.core.contracts import ContractSet
from zhunsheng.core.facts import in_force
from zhunsheng.foundation.evidence import queries as evidence
from zhunsheng.foundation.outbox import queries as outbox
from zhunsheng.foundation.tokens import queries as tokens
from zhunsheng.foundation.tokens.purposes import Purpose
from zhunsheng.sensing.signals import actions, queries
from zhunsheng.sensing.signals.new_facts import Delivery, NewFact
from zhunsheng.workflows import receiving

E2 = "91980103MA200C2D2N"
BUREAU = Viewer.bureau("test")
SOURCES = ("12315", "hotline")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def known_business() -> None:
    register(E1)


def standing(subject: str = E1) -> list[str]:
    told = queries.timeline(viewer=BUREAU, subject=subject)
    return [str(f.payload.get("number")) for f in in_force(told, instant(now() + timedelta(days=1)))]


def only(response: HttpResponse) -> Any:
    (event,) = answered(response)["events"]
    return event


def test_an_event_becomes_a_fact_with_its_evidence_and_waits_to_be_judged() -> None:
    bearer = token()
    event = complaint(object=None, statedat="2026-06-02T08:00:00.123Z", traceparent="00-ab")
    event["data"]["object"] = "L-7"
    told = only(send([event], bearer=bearer))
    assert (told["id"], told["state"], told["refusals"]) == ("e-N1", "accepted", [])
    (fact,) = queries.timeline(viewer=BUREAU, subject=E1)
    assert (fact.fact_id, fact.kind, fact.object) == (told["fact_id"], "COMPLAINT", "L-7")
    assert fact.payload == {"number": "N1", "topic": "PRICE", "excluded": False}
    assert (fact.occurred_at, fact.stated_at) == (1_780_275_600, 1_780_387_200)
    ((source, reference, _at),) = queries.evidences(viewer=BUREAU, fact_id=fact.fact_id)
    assert (source, reference) == ("12315", "12315#e-N1")
    assert outbox.counts(viewer=BUREAU) == {("facts.recorded", "PENDING"): 1}
    (entry,) = evidence.entries_of(target="source:12315", viewer=BUREAU)
    (card,) = tokens.tokens(viewer=BUREAU)
    assert entry.actor == f"token:{card.prefix}"
    assert card.last_used_at is not None


def test_a_single_event_is_a_batch_of_one() -> None:
    told = only(send(complaint(), bearer=token(), content_type=f"{SINGLE}; charset=UTF-8"))
    assert told["state"] == "accepted"


def test_the_same_key_gets_the_same_bytes_whatever_has_changed_since() -> None:
    bearer, batch = token(), [complaint("N1"), complaint("N2", subject=E2)]
    first = send(batch, bearer=bearer)
    assert states(answered(first)) == {"accepted": 1, "quarantined": 1}
    register(E2)
    assert send(batch, bearer=bearer, **{"Accept-Language": "en"}).content == first.content
    assert send(batch, bearer=token()).content == first.content, "a new token of the same source"
    fresh = send(batch, bearer=bearer, key="k2")
    assert states(answered(fresh)) == {"duplicate": 1, "accepted": 1}


def test_a_key_belongs_to_its_source() -> None:
    send([complaint("N1")], bearer=token())
    event = complaint("N2", source="hotline")
    assert only(send([event], bearer=token("hotline")))["state"] == "accepted"
    assert standing() == ["N1", "N2"]


def test_planted_fault_without_a_unique_key_the_answer_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    take = actions.record_deliveries

    def forgetful(**terms: Any) -> Any:
        terms["deliveries"] = [replace(d, key=None) for d in terms["deliveries"]]
        return take(**terms)

    monkeypatch.setattr(receiving.signals, "record_deliveries", forgetful)
    bearer = token()
    assert send([complaint()], bearer=bearer).content != send([complaint()], bearer=bearer).content


def delivery(number: str, source: str = "12315", key: str = "k1", **more: Any) -> Delivery:
    (event,) = read_events(complaint(number, source=source, **more), batch=False)
    return Delivery([event.fact], source, key, body=number, by=Actor.service(f"token:{source}"))


def test_deliveries_of_one_commit_are_those_of_several() -> None:
    """Each with its own answer, inbox row and actor; a key used twice among them, one known from before."""
    send([complaint("N0")], bearer=token())
    group = [
        delivery("N1", key="k2"),
        delivery("N2", key="k1"),
        delivery("N3", "hotline", "k1"),
        delivery("N1", key="k2"),
        delivery("N4", key="k2"),
        delivery("N5", key="k3", subject=E2),
    ]
    first, known, other, again, twice, aside = views.GATHERING._take(group)
    assert isinstance(known, actions.AnotherBodyError) and isinstance(twice, actions.AnotherBodyError)
    assert first == again and not isinstance(first, actions.AnotherBodyError)
    assert not isinstance(other, actions.AnotherBodyError) and not isinstance(aside, actions.AnotherBodyError)
    assert [o.state for told in (first, other, aside) for o in told] == [
        "ACCEPTED",
        "ACCEPTED",
        "QUARANTINED",
    ]
    assert standing() == ["N0", "N1", "N3"]
    (waiting,) = queries.quarantine(viewer=BUREAU)
    assert waiting.owner == "token:12315"
    actors = {s: {e.actor for e in evidence.entries_of(target=f"source:{s}", viewer=BUREAU)} for s in SOURCES}
    assert actors["hotline"] == {"token:hotline"} and "token:12315" in actors["12315"]


def test_a_group_that_fails_leaves_nothing_and_each_goes_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    named = actions.identity

    def poisoned(fact: NewFact, contracts: ContractSet) -> str:
        if fact.payload["number"] == "N2":
            raise ValueError("poison")
        return named(fact, contracts)

    monkeypatch.setattr(actions, "identity", poisoned)
    group = [delivery(f"N{n}", key=f"k{n}") for n in (1, 2, 3)]
    with pytest.raises(ValueError, match="poison"):
        views.GATHERING._take(group)
    assert standing() == []
    window = {"window_seconds": 0.0}
    assert [views.GATHERING.hand_in(group[n], **window)[0].state for n in (0, 2)] == ["ACCEPTED"] * 2  # type: ignore[index]
    assert standing() == ["N1", "N3"]


def committed_when_answered(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    seen: list[bool] = []
    reply = views.reply

    def watching(*told: Any, **more: Any) -> HttpResponse:
        seen.append(not connection.in_atomic_block)
        return reply(*told, **more)

    monkeypatch.setattr(views, "reply", watching)
    return seen


@pytest.mark.django_db(transaction=True)
def test_the_answer_is_made_after_the_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = committed_when_answered(monkeypatch)
    assert only(send([complaint()], bearer=token()))["state"] == "accepted"
    assert seen == [True]


@pytest.mark.django_db(transaction=True)
def test_planted_fault_an_answer_inside_a_transaction_is_refused(rf: Any) -> None:
    """Somebody puts the whole request into one transaction: nothing is answered as taken."""
    headers = {"Authorization": f"Bearer {token()}", "Idempotency-Key": "k1"}
    request = rf.post(EVENTS, json.dumps(complaint()), content_type=SINGLE, headers=headers)
    early: Callable[[HttpRequest], HttpResponse] = endpoint("POST")(transaction.atomic(views.take_events))
    assert early(request).status_code == 500
    assert standing() == []


KEPT_ASIDE = {
    "an unknown business": ({"subject": E2}, "subject"),
    "the world": ({"subject": "@world"}, "subject"),
    "an unknown kind": ({"type": "GOSSIP"}, "kind"),
    "a kind of another source": ({"type": "ELEVATOR_USED", "data": {}}, "kind"),
    "a judgement": ({"type": "CREDIT_CLASS", "data": {"model": "general", "class_name": "A"}}, "kind"),
    "the future": ({"time": "2199-01-01T00:00:00Z"}, "occurred_at"),
    "a statement in the future": ({"statedat": "2199-01-01T00:00:00Z"}, "stated_at"),
    "a missing field": ({"data": {"topic": "PRICE", "excluded": False}}, "number"),
    "a field that the kind has not": ({"data": {**complaint()["data"], "colour": "red"}}, "colour"),
    "a value of another type": ({"data": {**complaint()["data"], "excluded": "no"}}, "excluded"),
    "a value with parts": ({"data": {**complaint()["data"], "number": [{"x": 1.5}]}}, "number"),
    "a correction of nothing": ({"supersedes": "gone"}, "supersedes"),
    "a retraction of nothing": ({"retracts": "gone"}, "retracts"),
}


@pytest.mark.parametrize("name", KEPT_ASIDE)
def test_what_may_not_be_said_is_kept_aside_and_the_rest_is_taken(name: str) -> None:
    changes, field = KEPT_ASIDE[name]
    answer = answered(send([complaint("N9"), complaint(**changes)], bearer=token()))
    assert [event["state"] for event in answer["events"]] == ["accepted", "quarantined"]
    refusals = answer["events"][1]["refusals"]
    assert [r["field"] for r in refusals] == [field]
    assert all(r["reason"] and r["cure"] for r in refusals)
    (waiting,) = queries.quarantine(viewer=BUREAU)
    assert waiting.content["reference"] == "12315#e-N1"
    assert [reason[0] for reason in waiting.reasons] == [field]
    assert standing() == ["N9"]


@pytest.mark.parametrize("source", ["judging", "review", "enterprise_portal", "connectors"])
def test_nobody_outside_speaks_for_this_software(source: str) -> None:
    """Not even with a token that somebody issued past the command line."""
    contracts = views.current_pack(views.settings.PACKS / "general").contracts
    kinds = [kind for kind, contract in contracts.kinds.items() if source in contract.sources]
    assert kinds
    events = [complaint(kind, source=source, type=kind, data={}) for kind in kinds]
    told = answered(send(events, bearer=token(source)))
    assert states(told) == {"quarantined": len(kinds)}
    assert all("kind" in {r["field"] for r in event["refusals"]} for event in told["events"])


def test_planted_fault_without_the_look_at_the_source_a_judgement_is_forged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(receiving, "_of_source", lambda fact, source, contracts: [])
    changes, _field = KEPT_ASIDE["a judgement"]
    assert only(send([complaint(**changes)], bearer=token()))["state"] == "accepted"


def test_a_source_corrects_and_retracts_its_own_fact() -> None:
    bearer = token()
    first = only(send([complaint("N1")], bearer=bearer, key="a"))["fact_id"]
    second = only(send([complaint("N2", supersedes=first)], bearer=bearer, key="b"))
    assert (second["state"], standing()) == ("accepted", ["N2"])
    third = only(send([complaint("N2", retracts=second["fact_id"], data=None)], bearer=bearer, key="c"))
    assert (third["state"], standing()) == ("accepted", ["N1"])


@pytest.mark.parametrize("link", ["supersedes", "retracts"])
def test_nobody_corrects_or_retracts_what_another_source_told(link: str) -> None:
    first = only(send([complaint("N1")], bearer=token()))["fact_id"]
    changes: dict[str, Any] = {link: first, "source": "hotline"}
    refused = only(send([complaint("N2", **changes)], bearer=token("hotline")))
    assert [r["field"] for r in refused["refusals"]] == [link]
    register(E2)
    changes = {link: first, "subject": E2}
    refused = only(send([complaint("N2", **changes)], bearer=token(), key="k2"))
    assert [r["field"] for r in refused["refusals"]] == [link]
    assert standing() == ["N1"]


def test_an_empty_batch_is_answered() -> None:
    assert answered(send([], bearer=token())) == {"events": []}


def test_readiness_for_everybody_and_its_parts_for_who_watches(
    client: Any, settings: Any, tmp_path: Any
) -> None:
    where = ("/api/v1/health", "get")
    assert answered(client.get(where[0]), *where) == {"ready": True}
    watch = {"Authorization": f"Bearer {token('', Purpose.WATCH)}"}
    told = answered(client.get(where[0], headers=watch), *where)
    assert told == {"ready": True, "checks": {"database": True, "packs": True}}
    sender = {"Authorization": f"Bearer {token()}"}
    assert answered(client.get(where[0], headers=sender), *where)["status"] == 403
    assert answered(client.get(where[0], headers={"Authorization": "Bearer x"}), *where)["status"] == 401
    settings.PACKS = tmp_path
    response = client.get(where[0])
    assert (answered(response, *where), response.status_code) == ({"ready": False}, 503)


def test_the_description_is_served_in_chinese(client: Any) -> None:
    response = client.get("/api/v1/openapi.json")
    assert answered(response, "/api/v1/openapi.json", "get")["openapi"] == "3.1.0"
    assert "准绳数据接口".encode() in response.content
    assert not response.cookies and CLERK.name.encode() not in response.content
