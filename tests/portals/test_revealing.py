"""Closed fields: masked at first, opened for a purpose from the list, shown once, read by who audits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from tests.journeys.city import Bureau
from tests.portals.pages import E1, as_, staffed, stand_at
from zhunsheng.foundation.evidence.models import AuditEvent
from zhunsheng.registers.registry.models import Subject

pytestmark = pytest.mark.django_db
PHONE = "13900000007"
PURPOSE = {"purpose": "CONTACT", "words": "任务 12，约定上门"}


@pytest.fixture
def officer(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Client:
    """An officer before a business with a telephone and a complaint of somebody over sixty."""
    cache.clear()
    settings.MEDIA_ROOT = tmp_path
    stand_at(settings, "2026-07-02 10:00")
    staffed(monkeypatch)
    city = Bureau()
    city.register(E1, "云汀电梯物业")
    told = {"number": "S-1", "topic": "ELDERLY_SALES", "excluded": False, "elderly": True}
    city.tell(E1, "COMPLAINT", "2026-06-29", **told)
    Subject.objects.filter(key=E1).update(phone=PHONE)
    return as_(Client(), "0002")


def fact_link(client: Client) -> str:
    page = client.get(f"/subjects/{E1}/").content.decode()
    return next(part for part in page.split('"') if "fact=" in part).replace("&amp;", "&")


def test_a_telephone_shows_once_and_only_for_a_purpose(officer: Client) -> None:
    page = officer.get(f"/subjects/{E1}/").content.decode()
    where = f"/subjects/{E1}/reveal/?field=phone"
    assert PHONE not in page and "*******0007" in page and where in page
    for told in ({}, {"purpose": "CURIOUS", "words": "x"}, {"purpose": "CONTACT", "words": " "}):
        assert PHONE not in officer.post(where, told).content.decode()
    assert not AuditEvent.objects.filter(action="FIELD_REVEALED").exists()
    shown = officer.post(where, PURPOSE)
    assert PHONE in shown.content.decode() and "no-store" in shown.headers["Cache-Control"]
    for address in (where, f"/subjects/{E1}/"):
        assert PHONE not in officer.get(address).content.decode()
    row = AuditEvent.objects.get(action="FIELD_REVEALED")
    assert (row.actor_key, row.target) == ("0002", f"subject:{E1}")
    assert row.detail["purpose"] == "联系企业或约定上门：任务 12，约定上门" and PHONE not in str(row.detail)


def test_a_field_of_a_fact_is_closed_too(officer: Client) -> None:
    page = officer.get(f"/subjects/{E1}/").content.decode()
    assert "60 岁以上：" in page and "60 岁以上 是" not in page
    where = fact_link(officer)
    assert "是</code>" in officer.post(where, PURPOSE).content.decode()
    assert AuditEvent.objects.get(action="FIELD_REVEALED").detail["field"] == "COMPLAINT.elderly"
    strange = where.replace("field=elderly", "field=elderl")
    assert officer.post(strange, PURPOSE).status_code == 404


def test_who_may_not_open_it_finds_no_link_and_no_page(officer: Client) -> None:
    where, fact = f"/subjects/{E1}/reveal/?field=phone", fact_link(officer)
    elsewhere = as_(Client(), "0003")  # another district
    assert elsewhere.post(where, PURPOSE).status_code == 404
    assert elsewhere.post(fact, PURPOSE).status_code == 404
    head = as_(Client(), "0001")  # head of unit of the bureau: has the power, sees the whole of it
    assert "reveal/?field=phone" in head.get(f"/subjects/{E1}/").content.decode()
    assert not AuditEvent.objects.filter(action="FIELD_REVEALED").exists()


def test_the_audit_page_tells_who_looked_and_what_for(officer: Client) -> None:
    officer.post(f"/subjects/{E1}/reveal/?field=phone", PURPOSE)
    head = as_(Client(), "0007")
    page = head.get("/audit/?action=LOOKS").content.decode()
    assert "李敏" in page and "查看受限字段" in page and "任务 12，约定上门" in page
