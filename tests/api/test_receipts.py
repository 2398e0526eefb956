"""A gateway tells what became of messages: in any order, twice, about strangers; nothing goes backwards."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.api.sender import CLERK, answered, now, token
from zhunsheng.core.actors import Viewer
from zhunsheng.engine.library import open_library
from zhunsheng.foundation.outreach import actions, queries
from zhunsheng.foundation.outreach.actions import NewMessage
from zhunsheng.foundation.tokens.purposes import Purpose

RECEIPTS = "/api/v1/message-receipts"
BUREAU = Viewer.bureau("test")
pytestmark = pytest.mark.django_db


@pytest.fixture
def bearer() -> str:
    return token(source="", purpose=Purpose.SEND_RECEIPTS)


def post(told: Any, bearer: str, content_type: str = "application/json") -> Any:
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    headers = {"Authorization": f"Bearer {bearer}"}
    return Client(enforce_csrf_checks=True).post(RECEIPTS, body, content_type=content_type, headers=headers)


def queue(number: int) -> str:
    key, policy = f"SMS:{number}:1", open_library(settings.PACKS).message_policy
    message = NewMessage(key, "SMS", "13900000001", f"p{number}", "请查收提醒")
    at = now() - timedelta(days=10 - number)
    assert actions.queue(by=CLERK, at=at, message=message, policy=policy)
    return key


def state(number: int) -> str:
    ((card, _receipts),) = queries.about(viewer=BUREAU, number=number)
    return card.state


def test_what_the_gateway_says_moves_the_message_and_never_back(bearer: str) -> None:
    key = queue(1)
    for told in ("DELIVERED", "DELIVERED", "ACCEPTED", "FAILED"):
        taken = answered(post([{"key": key, "state": told, "note": "DELIVRD"}], bearer), RECEIPTS)
        assert taken == {"receipts": [{"key": key, "known": True}]}
        assert state(1) == "DELIVERED"
    ((_card, receipts),) = queries.about(viewer=BUREAU, number=1)
    assert [r.told for r in receipts] == ["DELIVERED", "DELIVERED", "ACCEPTED", "FAILED"]


def test_a_key_that_is_not_ours_is_kept_and_said_to_be_unknown(bearer: str) -> None:
    key = queue(1)
    told = [{"key": "theirs", "state": "FAILED"}, {"key": key, "state": "EXPIRED"}]
    taken = answered(post(told, bearer), RECEIPTS)["receipts"]
    assert taken == [{"key": "theirs", "known": False}, {"key": key, "known": True}]
    assert state(1) == "EXPIRED"
    assert [name for name, _receipt in queries.strange_receipts(viewer=BUREAU)] == ["theirs"]


@pytest.mark.parametrize(
    ("told", "pointer"),
    [
        ({"key": "a", "state": "FAILED"}, ""),
        (["a"], "/1"),
        ([{"state": "FAILED"}], "/1/key"),
        ([{"key": "", "state": "FAILED"}], "/1/key"),
        ([{"key": "k" * 201, "state": "FAILED"}], "/1/key"),
        ([{"key": "a", "state": "QUEUED"}], "/1/state"),
        ([{"key": "a", "state": ["FAILED"]}], "/1/state"),
        ([{"key": "a", "state": "FAILED", "note": 1}], "/1/note"),
        ([{"key": "a", "state": "FAILED", "to": "13900000001"}], "/1"),
    ],
)
def test_one_statement_that_is_none_sends_all_back(told: Any, pointer: str, bearer: str) -> None:
    good = [{"key": queue(1), "state": "DELIVERED"}]
    response = post(good + told if isinstance(told, list) else told, bearer)
    problem = answered(response, RECEIPTS)
    assert (problem["status"], problem["type"]) == (400, "urn:zhunsheng:problem:bad-receipt")
    assert problem["errors"][0]["pointer"] == pointer
    assert state(1) == "QUEUED"


def test_too_many_at_once_and_another_type_are_refused(bearer: str) -> None:
    many = [{"key": "a", "state": "FAILED"}] * 1_001
    assert answered(post(many, bearer), RECEIPTS)["status"] == 413
    assert answered(post([], bearer, "application/cloudevents+json"), RECEIPTS)["status"] == 415
    assert answered(post([], bearer), RECEIPTS) == {"receipts": []}


@pytest.mark.parametrize("purpose", [Purpose.SEND_EVENTS, Purpose.WATCH])
def test_only_a_token_for_this_purpose_opens(purpose: Purpose, bearer: str) -> None:
    assert post([], token(purpose=purpose)).status_code == 403
    assert post([], "zs_nobody_x").status_code == 401
    assert (
        Client()
        .post(
            "/api/v1/events",
            b"[]",
            content_type="application/json",
            headers={"Authorization": f"Bearer {bearer}"},
        )
        .status_code
        == 403
    )
