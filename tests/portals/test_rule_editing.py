"""A line is changed in the browser: as a form or as YAML, which are one; what is wrong stands at its field."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from tests.portals.pages import as_, staffed, stand_at

pytestmark = pytest.mark.django_db
NOW = "2026-08-01 10:00"
LINE = "yellow.all.0.at_least"


@pytest.fixture
def desk(settings: Any, client: Client, monkeypatch: pytest.MonkeyPatch) -> Client:
    stand_at(settings, NOW)
    staffed(monkeypatch)
    return as_(client, "0005")


def opened(client: Client, key: str = "T09-1") -> str:
    answer = client.post("/rules/edit/", {"key": key})
    assert answer.status_code == 302
    return str(answer["Location"])


def page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, address
    return str(answer.content.decode())


def yaml_in(page: str) -> str:
    (text,) = re.findall(r'<textarea id="yaml"[^>]*>(.*?)</textarea>', page, re.S)
    return text.replace("&#x27;", "'").replace("&lt;", "<").replace("&gt;", ">").removeprefix("\n")


def test_form_sentence_and_text_are_one(desk: Client) -> None:
    assert "修改" in page(desk, "/rules/cards/T09-1/")
    address = opened(desk)
    told = page(desk, address)
    assert "≥3次" in told and f'name="{LINE}"' in told and "at_least: 3" in yaml_in(told)
