"""A source's program in a test: what it bears, what it sends, how it reads the answer."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

import jsonschema
from django.http import HttpResponse
from django.test import Client

from zhunsheng.api.description import document
from zhunsheng.core.actors import Actor, ActorKind
from zhunsheng.core.clock import SHANGHAI, SystemClock
from zhunsheng.foundation.tokens import actions as tokens
from zhunsheng.foundation.tokens.purposes import Purpose
from zhunsheng.registers.registry import actions as registry

E1 = "91980102MA100A1B2U"
CLERK = Actor(ActorKind.PERSON, "9801-07", "程岚")
EVENTS = "/api/v1/events"
BATCH = "application/cloudevents-batch+json"
SINGLE = "application/cloudevents+json"


def now() -> datetime:
    return SystemClock().now()


def token(source: str = "12315", purpose: Purpose = Purpose.SEND_EVENTS, hours: int = 24) -> str:
    """The text of a token that was issued an hour ago and is good for so many hours from now."""
    at = now() - timedelta(hours=1)
    until = now() + timedelta(hours=hours)
    return tokens.issue(by=CLERK, at=at, purpose=purpose, source=source, expires_at=until)[1]


def register(key: str = E1) -> None:
    """A business that the registry knows."""
    record = registry.SubjectRecord(key, "ENTERPRISE", "云汀电梯物业", "980102", "7020", date(2018, 3, 1))
    registry.record_subject(by=CLERK, at=now(), record=record)


def complaint(number: str = "N1", **changes: Any) -> dict[str, Any]:
    """An event of the source 12315; a change to None leaves the attribute out."""
    event = {
        "specversion": "1.0",
        "id": f"e-{number}",
        "source": "12315",
        "type": "COMPLAINT",
        "subject": E1,
        "time": datetime(2026, 6, 1, 9, tzinfo=SHANGHAI).isoformat(),
        "data": {"number": number, "topic": "PRICE", "excluded": False},
        **changes,
    }
    return {name: value for name, value in event.items() if value is not None}


def send(
    told: Any,
    *,
    bearer: str,
    key: str = "k1",
    content_type: str = BATCH,
    client: Client | None = None,
    **more: str,
) -> Any:
    """Post a body, given as bytes or as something to be written as JSON."""
    body = told if isinstance(told, bytes) else json.dumps(told, ensure_ascii=False).encode()
    headers = {"Authorization": f"Bearer {bearer}", "Idempotency-Key": key, **more}
    headers = {name: value for name, value in headers.items() if value}
    return (client or Client(enforce_csrf_checks=True)).post(
        EVENTS, body, content_type=content_type, headers=headers, CONTENT_TYPE=content_type
    )


def answered(response: HttpResponse, address: str = EVENTS, method: str = "post") -> Any:
    """The answer, checked against what the description says about this status."""
    described = document()["paths"][address][method]["responses"]
    assert str(response.status_code) in described, f"{response.status_code} is not described"
    told = described[str(response.status_code)]
    if "$ref" in told:
        told = document()["components"]["responses"][told["$ref"].rpartition("/")[2]]
    assert set(told.get("headers", {})) <= set(response.headers), response.headers
    schema = told["content"][response.headers["Content-Type"]]["schema"]
    value = json.loads(response.content)
    jsonschema.validate(value, {**schema, "components": document()["components"]})
    return value


def states(answer: Any) -> Counter[str]:
    """How many events ended in which state."""
    return Counter(event["state"] for event in answer["events"])
