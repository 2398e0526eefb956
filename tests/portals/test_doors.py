"""The demo's doors: a name is enough there, and no password that anybody knows opens anything anywhere."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.hashers import ScryptPasswordHasher
from django.db import connection
from django.test import Client
from django.urls import reverse

import zhunsheng
from tests.contexts.accounts import office
from tests.contexts.accounts.office import PASSWORD
from zhunsheng.demo import people as colleagues
from zhunsheng.foundation import snapshots
from zhunsheng.foundation.accounts.actions import signing_in
from zhunsheng.foundation.accounts.models import Account, Person
from zhunsheng.portals.officer.navigation import GROUPS

PACKAGE = Path(zhunsheng.__file__).parent
WELL_KNOWN = {"admin", "admin123", "123456", "password", "Passw0rd!", "demo", "zhunsheng", "000000", PASSWORD}


@pytest.fixture(autouse=True)
def _quick(settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(ScryptPasswordHasher, "work_factor", 2**4)
    settings.DEMO, settings.DEMO_CLOCK, settings.HOME = True, colleagues.NOW, tmp_path


@pytest.mark.django_db
def test_no_password_opens_an_account_of_the_demo(settings: Any) -> None:
    """There is no default password, not even in the demo: its people have none, not even an empty one."""
    colleagues.found()
    held = list(Account.objects.filter(name__startswith="demo-").values_list("password", flat=True))
    assert set(held) == {""} and len(held) == len(colleagues.PEOPLE) > 18
    settings.DEMO = False
    for told in {*WELL_KNOWN, ""}:
        with pytest.raises(signing_in.RefusedError):
            signing_in.sign_in(by=office.HERE, at=colleagues.NOW, name="demo-9801-11", password=told)


@pytest.mark.django_db
def test_a_new_installation_has_nobody() -> None:
    assert not Account.objects.exists()


@pytest.mark.django_db
def test_there_is_one_door_for_every_role_and_each_finds_its_pages_in_groups() -> None:
    colleagues.found()
    found: set[str] = set()
    doors = Client().get("/sign-in/").content.decode()
    for one in {person.role: person for person in colleagues.PEOPLE}.values():
        client = Client()
        assert f'value="{one.key}"' in doors and one.name in doors
        led = client.post("/sign-in/as/", {"person": one.key}).headers["Location"]
        assert client.get(led).status_code == 200, one.role
        for first in ways(client, led, '<nav aria-label="主导航">'):
            beside = ways(client, first, '<nav class="bar within"') or [first]
            assert first in beside, (one.role, first)
            for way in set(beside) - found:
                page = client.get(way)
                assert page.status_code == 200, (one.role, way)
                assert re.search(rf'<a href="{way}" aria-current="page">', page.content.decode()), way
            found |= set(beside)
    assert found == {reverse(entry.page) for group in GROUPS for entry in group.entries}


def ways(client: Client, page: str, begin: str) -> list[str]:
    """Where the links of one line of the navigation lead; [] if the page has no such line."""
    _, _, rest = client.get(page).content.decode().partition(begin)
    return re.findall(r'<a href="([^"]+)"', rest.partition("</nav>")[0])


@pytest.mark.only_on("sqlite")
@pytest.mark.django_db(transaction=True)
def test_reset_brings_the_first_city_back(client: Client) -> None:
    colleagues.found()
    assert client.post("/sign-in/reset/").status_code == 404
    snapshots.keep(snapshots.demo_start())
    Person.objects.filter(key="9801-11").update(name="改过的名字")
    client.post("/sign-in/as/", {"person": "9801-12"})
    assert client.post("/sign-in/reset/").headers["Location"] == "/sign-in/"
    assert Person.objects.get(key="9801-11").name == "李敏"
    assert client.get("/").headers["Location"] == "/sign-in/"
    assert not connection.in_atomic_block
