"""Every error is a problem with its kind, its place and nothing stored; the description names them all."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection
from django.test import Client

from tests.api.sender import (
    BATCH,
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
from zhunsheng.api import bodies, events, views
from zhunsheng.api.description import document
from zhunsheng.api.problems import KINDS, PREFIX
from zhunsheng.core.actors import Viewer
from zhunsheng.foundation.tokens import actions as tokens
from zhunsheng.foundation.tokens.purposes import Purpose
from zhunsheng.sensing.signals import queries

BUREAU = Viewer.bureau("test")
pytestmark = pytest.mark.django_db
ONE = json.dumps(complaint())


def facts() -> int:
    return sum(n for n, _ in queries.freshness(viewer=BUREAU).values())


def kind(response: Any, **where: str) -> str:
    told = answered(response, **where)
    assert (told["status"], response.headers["Content-Type"]) == (
        response.status_code,
        "application/problem+json",
    )
    assert told["title"] and told["detail"]
    return str(told["type"].removeprefix(PREFIX))


BODIES = {
    "nothing": (b"", "bad-body"),
    "no JSON": (b"[}", "bad-body"),
    "a second value": (b"[] []", "bad-body"),
    "GB18030": (f"[{json.dumps(complaint('编'), ensure_ascii=False)}]".encode("gb18030"), "bad-body"),
    "a byte order mark": (b"\xef\xbb\xbf[]", "bad-body"),
    "half a pair of surrogates": (rb'["\ud800"]', "bad-body"),
    "a null character": (rb'["\u0000"]', "bad-body"),
    "a null character in a key": (rb'[{"\u0000": 1}]', "bad-body"),
    "a key twice": (f"[{ONE[:-1]}, {ONE[1:]}]".encode(), "bad-body"),
    "NaN": (b'[{"data": {"people": NaN}}]', "bad-body"),
    "Infinity": (b'[{"data": {"people": -Infinity}}]', "bad-body"),
    "a number beyond all": (b'[{"data": {"people": 1e400}}]', "bad-body"),
    "a huge integer": (b"[" + b"9" * 5_000 + b"]", "bad-body"),
    "an integer of 20 digits": (b"[12345678901234567890]", "bad-body"),
    "nine levels": (b"[" * 9 + b"]" * 9, "bad-body"),
    "a hundred thousand levels": (b"[" * 100_000 + b"]" * 100_000, "bad-body"),
    "no array": (ONE.encode(), "bad-event"),
    "no object": (b"[1]", "bad-event"),
    "too many": (json.dumps([{}] * (events.EVENTS_MAX + 1)).encode(), "too-large"),
    "too long": (b" " * 1_000_001, "too-large"),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_is_not_what_it_should_be(name: str) -> None:
    register()
    body, expected = BODIES[name]
    assert kind(send(body, bearer=token())) == expected
    assert facts() == 0


EVENT_FAULTS = {
    "no id": ({"id": None}, "/1/id"),
    "an empty id": ({"id": ""}, "/1/id"),
    "no source": ({"source": None}, "/1/source"),
    "no type": ({"type": None}, "/1/type"),
    "no subject": ({"subject": None}, "/1/subject"),
    "no time": ({"time": None}, "/1/time"),
    "a time without zone": ({"time": "2026-06-01T09:00:00"}, "/1/time"),
    "a day": ({"time": "2026-06-01"}, "/1/time"),
    "no such day": ({"time": "2026-02-30T09:00:00+08:00"}, "/1/time"),
    "a year beyond reckoning": ({"time": "9999-12-31T23:59:59Z"}, "/1/time"),
    "a time that is a number": ({"time": 1}, "/1/time"),
    "a statement without zone": ({"statedat": "2026-06-01T09:00:00"}, "/1/statedat"),
    "another version": ({"specversion": "0.3"}, "/1/specversion"),
    "a name with an underscore": ({"stated_at": "2026-06-01T09:00:00Z"}, "/1/stated_at"),
    "a name with a slash": ({"a/b": "x"}, "/1/a~1b"),
    "an attribute that is an object": ({"traceparent": {}}, "/1/traceparent"),
    "binary data": ({"data": None, "data_base64": "AA=="}, "/1/data_base64"),
    "data that is a list": ({"data": []}, "/1/data"),
    "XML": ({"datacontenttype": "application/xml"}, "/1/datacontenttype"),
    "an object that is a number": ({"data": {"object": 1}}, "/1/data/object"),
    "an id too long": ({"id": "x" * 101}, "/1/id"),
    "a subject too long": ({"subject": "9" * 41}, "/1/subject"),
}


@pytest.mark.parametrize("name", EVENT_FAULTS)
def test_one_event_that_is_none_sends_the_whole_batch_back_and_says_where(name: str) -> None:
    register()
    changes, pointer = EVENT_FAULTS[name]
    bearer = token()
    response = send([complaint("N0"), complaint(**changes)], bearer=bearer)
    assert kind(response) == "bad-event"
    assert [error["pointer"] for error in json.loads(response.content)["errors"]] == [pointer]
    assert facts() == 0
    assert states(answered(send([complaint("N0")], bearer=bearer))) == {"accepted": 1}, "the key stayed free"


@pytest.mark.parametrize(
    ("content_type", "more"),
    [
        ("application/json", {}),
        ("text/plain", {}),
        (f"{BATCH}; charset=gb18030", {}),
        (BATCH, {"Content-Encoding": "gzip"}),
    ],
)
def test_another_content_type(content_type: str, more: dict[str, str]) -> None:
    response = send([], bearer=token(), content_type=content_type, **more)
    assert kind(response) == "wrong-type"
    assert response.status_code == 415


@pytest.mark.parametrize("key", ["", "with blank", "编号", "x" * 201])
def test_a_key_is_needed(key: str) -> None:
    assert kind(send([complaint()], bearer=token(), key=key)) == "key-needed"


def test_chunks_without_a_length() -> None:
    response = send(b"", bearer=token(), **{"Transfer-Encoding": "chunked"})
    assert kind(response) == "length-needed"


def test_who_has_no_good_token_learns_nothing_more() -> None:
    text, revoked, expired = token(), token(), token(hours=0)
    tokens.revoke(by=CLERK, at=now(), prefix=revoked.split("_")[1])
    tried = ["x", text[:-1], text.replace("zs_", "zt_"), revoked, expired]
    answers = [send([complaint()], bearer=one) for one in tried]
    assert [kind(answer) for answer in answers] == ["not-authenticated"] * len(tried)
    assert len({answer.content for answer in answers}) == 1
    without = send([complaint()], bearer="", Authorization="")
    assert (without.content, without.status_code) == (answers[0].content, 401)
    basic = send([complaint()], bearer="", Authorization=f"Basic {text}")
    assert basic.status_code == 401


def test_a_token_for_another_purpose_or_another_source() -> None:
    register()
    assert kind(send([complaint()], bearer=token("", Purpose.WATCH))) == "not-allowed"
    response = send([complaint("N0"), complaint(source="hotline")], bearer=token())
    assert kind(response) == "not-allowed"
    assert [e["pointer"] for e in json.loads(response.content)["errors"]] == ["/1/source"]
    assert send([complaint(source="123156")], bearer=token()).status_code == 403
    assert facts() == 0


def test_a_backslash_is_no_null_character() -> None:
    assert bodies.parse(rb'["\\u0000", "\u0001"]') == ["\\u0000", "\x01"]
    deepest = b"[" * bodies.DEPTH_MAX + b"1" + b"]" * bodies.DEPTH_MAX
    assert bodies.parse(deepest)


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "options"])
def test_another_method(method: str) -> None:
    response = getattr(Client(), method)(EVENTS)
    assert kind(response) == "wrong-method"
    assert response.headers["Allow"] == "POST"


def test_another_address() -> None:
    response = Client().get("/api/v1/gossip")
    assert (response.status_code, response.json()["type"]) == (404, PREFIX + "not-found")


def test_another_body_under_the_same_key() -> None:
    register()
    bearer = token()
    send([complaint()], bearer=bearer)
    assert kind(send([complaint("N2")], bearer=bearer)) == "another-body"
    assert kind(send(complaint(), bearer=bearer, content_type=SINGLE)) == "another-body"
    assert facts() == 1


@pytest.mark.parametrize("words", ["database or disk is full", "database is locked"])
def test_a_database_that_cannot_says_when_to_come_again(words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(**_terms: Any) -> None:
        raise OperationalError(words)

    monkeypatch.setattr(views, "receive", fails)
    response = send([complaint()], bearer=token())
    assert kind(response) == "unavailable"
    assert int(response.headers["Retry-After"]) > 0


@pytest.mark.only_on("sqlite")
@pytest.mark.django_db(transaction=True)
def test_a_full_disk_stores_nothing_and_passes() -> None:
    """F-06: SQLite has rolled back on its own; the same connection goes on once there is room."""
    register()
    bearer = token()
    batch = [complaint(f"N{n}") for n in range(900)]
    send([], bearer=bearer, key="k0")
    with connection.cursor() as cursor:
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages + 5}")
        assert kind(send(batch, bearer=bearer)) == "unavailable"
        assert facts() == 0
        cursor.execute("PRAGMA max_page_count = 1073741823")
    assert states(answered(send(batch, bearer=bearer))) == {"accepted": 900}


def test_a_fault_of_ours_is_a_problem_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(**_terms: Any) -> None:
        raise ImproperlyConfigured("secret detail")

    monkeypatch.setattr(views, "receive", fails)
    response = send([complaint()], bearer=token())
    assert kind(response) == "broken"
    assert b"secret detail" not in response.content


def test_problems_speak_english_when_asked_and_never_by_cookie() -> None:
    asked = send([], bearer="x", **{"Accept-Language": "en-GB,zh;q=0.5"})
    assert asked.json()["title"] == "Token missing or not valid"
    client = Client()
    client.cookies["zhunsheng_language"] = "en"
    assert send([], bearer="x", client=client).json()["title"] == "令牌缺失或无效"


def test_the_description_and_the_code_name_the_same_problems_and_limits() -> None:
    told = document()
    assert told["components"]["schemas"]["Problem"]["properties"]["type"]["enum"] == [
        PREFIX + k for k in KINDS
    ]
    take = told["paths"][EVENTS]["post"]
    assert {str(status) for status, _ in KINDS.values()} - {"404"} <= set(take["responses"])
    batch = take["requestBody"]["content"][bodies.BATCH]["schema"]
    assert batch["maxItems"] == events.EVENTS_MAX
    fields = told["components"]["schemas"]["Event"]["properties"]
    assert {n: fields[n]["maxLength"] for n in events.LENGTHS} == events.LENGTHS
    assert told["components"]["schemas"]["Event"]["required"] == list(events.NEEDED)
    assert f"{bodies.DEPTH_MAX} 层" in take["requestBody"]["description"]
    assert E1 not in json.dumps(told)
