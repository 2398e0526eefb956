"""What anybody reads: published lists, nothing internal, and no number that is withheld."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.conf import settings as live
from django.test import Client

from tests.contexts.statutes.test_lists import approved, effective
from tests.portals.pages import stand_at
from zhunsheng.cli.packing import drafts_of
from zhunsheng.core.rules.sentences import point_lines
from zhunsheng.engine.library import open_library

pytestmark = pytest.mark.django_db
PERSONS = ("沈砚", "闻笛", "陆衡", "9801-11", "9801-12", "9801-01")


@pytest.fixture
def city(settings: Any, client: Client) -> Client:
    stand_at(settings, "2026-08-02 10:00")
    return client


def in_force() -> None:
    for content in drafts_of(live.PACKS / "general"):
        effective(dt.date(2026, 8, 1), content)


def test_before_publication_nothing_is_shown(city: Client) -> None:
    approved(drafts_of(live.PACKS / "general")[0])
    assert city.get("/lists/").content.decode().count("还没有发布") == 4
    assert city.get("/lists/trigger.items/").status_code == 404
    assert city.get("/lists/tolerance.exemption/").status_code == 404


def test_all_four_are_read_by_anybody_with_every_row(city: Client) -> None:
    in_force()
    front = city.get("/lists/").content.decode()
    assert front.count("2026-08-01 起施行") == 4
    library = open_library(live.PACKS)
    page = city.get("/lists/trigger.trigger_points/").content.decode()
    assert all(f'id="{point}"' in page for point in library.points)
    found = city.get("/lists/trigger.trigger_points/?q=电梯 检验").content.decode()
    assert 'id="T01-1"' in found and 'id="T17-1"' not in found


def test_withheld_numbers_persons_and_the_pack_stay_inside(city: Client) -> None:
    in_force()
    library = open_library(live.PACKS)
    secret = [words for _label, words in point_lines(library.points["T17-1"], library.contracts)]
    numbers = {n for words in secret[:2] for n in re.findall(r"[＞≥](\d{2,})", words)}
    assert numbers
    for address in (
        "/lists/",
        *(f"/lists/trigger.{k}/" for k in ("items", "risk_points", "trigger_points", "measures")),
    ):
        page = city.get(address).content.decode()
        assert library.pack.content_hash not in page and not [p for p in PERSONS if p in page], address
        at = page.find('id="T17-1"')
        row = page[at : page.find("</section>", at)] if at >= 0 else ""
        assert not [n for n in numbers if n in row], address
    assert "具体数值不公开" in city.get("/lists/trigger.trigger_points/").content.decode()


def test_the_version_before_stays_readable_and_says_so(city: Client) -> None:
    in_force()
    content = drafts_of(live.PACKS / "general")[0]
    content["edition"] = "2099.1"
    entries = [dict(e) for e in content["entries"]]  # type: ignore[attr-defined]
    entries[0]["名称"] = "电梯检验新说法"
    effective(dt.date(2026, 9, 1), {**content, "entries": entries})
    assert "电梯检验新说法" not in city.get("/lists/trigger.items/").content.decode()
    page = city.get("/lists/trigger.items/?version=2").content.decode()
    assert "电梯检验新说法" in page and "2099.1" in page
