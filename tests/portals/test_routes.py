"""F-14: every route × method × visitor has a declared cell, and answers as declared."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.contrib.auth.hashers import ScryptPasswordHasher
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, path, reverse

from tests.contexts.accounts import office
from tests.contexts.accounts.office import HERE, NOW, PASSWORD, SECRET, SHELL, code
from tests.halves import every_other, half
from tests.portals import business
from zhunsheng.core.clock import FixedClock
from zhunsheng.foundation.accounts.actions import accounts, signing_in
from zhunsheng.foundation.accounts.models import LoginSession, Person, Side
from zhunsheng.foundation.accounts.who import SignedIn, who_is
from zhunsheng.foundation.evidence.models import AuditEvent
from zhunsheng.judging.triggers.models import Touch
from zhunsheng.portals.enterprise import door as business_door
from zhunsheng.portals.officer import door as officer_door
from zhunsheng.portals.officer.door import COOKIE
from zhunsheng.registers.registry import actions
from zhunsheng.registers.registry.actions import SubjectRecord
from zhunsheng.web import clock

pytestmark = pytest.mark.django_db
TABLE = yaml.safe_load((Path(__file__).parent / "routes.yaml").read_text(encoding="utf-8"))
LED = ("sign:in", "sign:code", "sign:grant", "sign:enrol", "business:in", "business:choose")
FIRM = "91980102MA500E5J3Y"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
EXAMPLES = {
    "fact_id": "no-such-fact",
    "number": 999_999,
    "token": "no-such-token",
    "key": "no-such-key",
    "name": "no-such-list",
    "form": "pdf",
    "mandate": 999_999,
    "fact": "no-such-fact",
    "code": "no-such-code",
    "touch": 999_999,
    "kind": "no-such-kind",
    "method": "DIRECT",
    "field": "no_such_field",
    "service": 999_999,
}
PEOPLE = {
    "officer": ("0001", "officer", "980102/城东所"),
    "other_district": ("0002", "officer", "980103/西浦所"),
    "system_admin": ("0003", "system_admin", "9801"),
    "audit_admin": ("0004", "audit_admin", "9801"),
    "security_admin": ("0008", "security_admin", "9801"),
    "password_only": ("0005", "officer", "980102/城东所"),
    "timed_out": ("0006", "officer", "980102/城东所"),
    "disabled": ("0007", "officer", "980102/城东所"),
}


def routes(patterns: list[URLPattern | URLResolver], space: str = "") -> Iterator[tuple[str, URLPattern]]:
    """(full name, pattern) of everything that can be asked for; without a name it cannot be declared."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from routes(pattern.url_patterns, inner)
        else:
            yield f"{space}{pattern.name}", pattern


def undeclared(patterns: list[URLPattern | URLResolver], table: dict[str, Any]) -> set[str]:
    """Routes that are not in the table, and rows of the table for which there is no route."""
    return {name for name, _ in routes(patterns)} ^ set(table["routes"])


def gaps(table: dict[str, Any]) -> list[str]:
    """Methods without a cell for every visitor, and cells for visitors whom nobody knows."""
    visitors = set(table["visitors"])
    return [
        f"{name} {method}"
        for name, methods in table["routes"].items()
        for method, cells in methods.items()
        if method not in METHODS
        or not ("all" in cells or visitors <= set(cells))
        or set(cells) - visitors - {"all"}
    ]


def test_every_route_is_declared_for_every_visitor() -> None:
    assert undeclared(get_resolver().url_patterns, TABLE) == set()
    assert gaps(TABLE) == []


def test_a_route_that_nobody_declared_is_seen() -> None:
    fresh = [*get_resolver().url_patterns, path("new/", lambda request: None, name="new")]  # type: ignore[arg-type,return-value]
    assert undeclared(fresh, TABLE) == {"new"}
    assert undeclared([], TABLE) == set(TABLE["routes"])
    holes = {"visitors": ["a", "b"], "routes": {"x": {"GET": {"a": 200}}, "y": {"GET": {"all": 200, "c": 1}}}}
    assert gaps(holes) == ["x GET", "y GET"]


@pytest.fixture
def clients(settings: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, Client]:
    """A browser for each visitor of the table."""
    monkeypatch.setattr(ScryptPasswordHasher, "work_factor", 2**4)
    settings.DEMO = False
    monkeypatch.setattr(clock, "SystemClock", lambda: FixedClock(NOW))
    cache.clear()
    office.found_bureau()
    told = {"anonymous": Client()}
    for visitor, (key, role, unit) in PEOPLE.items():
        office.hire(key, "程岚", unit)
        office.give(key, role, unit)
        office.open_account(key, f"{visitor}-1")
        told[visitor] = Client()
        told[visitor].cookies[COOKIE] = _token(visitor)
    LoginSession.objects.filter(account__name="timed_out-1").update(seen_at=NOW - timedelta(days=1))
    accounts.disable(by=SHELL, at=NOW, name="disabled-1", reason="停职")
    record = SubjectRecord(FIRM, "ENTERPRISE", "商行", FIRM[2:8], "5211", office.FOUNDED)
    actions.record_subject(by=SHELL, at=NOW, record=record)
    chief = business.somebody("chief")
    business.represent(FIRM, chief)
    told["business"] = business.signed_in(chief)
    return told


def _token(visitor: str) -> str:
    token = signing_in.sign_in(by=HERE, at=NOW, name=f"{visitor}-1", password=PASSWORD).token
    signing_in.begin_enrolment(by=HERE, at=NOW, token=token, secret=SECRET)
    step = signing_in.confirm_enrolment(by=HERE, at=NOW, token=token, code=code(NOW))
    if visitor == "password_only":
        return signing_in.sign_in(by=HERE, at=NOW, name=f"{visitor}-1", password=PASSWORD).token
    found = who_is(step.token, NOW)
    assert found is not None and found.acting is not None
    return step.token


def chief() -> str:
    """Who represents the business; found by name, as keys are drawn."""
    return Person.objects.get(name="人chief").key


def address(name: str, pattern: URLPattern) -> str:
    return reverse(name, kwargs={key: EXAMPLES[key] for key in pattern.pattern.converters})


@lru_cache
def led_to() -> dict[str, str]:
    return {reverse(name): name for name in LED}


def answered(client: Client, method: str, where: str) -> str:
    response, names = client.generic(method, where), led_to()
    led = response.headers.get("Location", "")
    return f"{response.status_code} {names[led]}" if led in names else str(response.status_code)


@pytest.fixture
def known_again(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Who stands behind a token is looked up once; the function forgets it."""
    known: dict[tuple[str, str], SignedIn | None] = {}

    def asked(token: str, at: datetime, side: str = Side.BUREAU) -> SignedIn | None:
        if (token, side) not in known:
            known[token, side] = who_is(token, at, side)
        return known[token, side]

    monkeypatch.setattr(officer_door, "who_is", asked)
    monkeypatch.setattr(business_door, "who_is", asked)
    return known.clear


def test_every_cell_answers_as_declared(clients: dict[str, Client], known_again: Callable[[], None]) -> None:
    """Who may in does not depend on the database (walls have their own tests): each asks half the cells.

    For a method that no view takes, which is most cells, a visitor is not looked up anew each time.
    Whoever is known and refused what an unknown visitor is led to sign in for, stands in the audit trail.
    """
    wrong, cells, refused, owner = [], 0, [], chief()
    for number, (name, pattern) in enumerate(routes(get_resolver().url_patterns)):
        cache.clear()  # how often one link may be asked is tested elsewhere; here all addresses share one
        where = address(name, pattern)
        for offset, method in enumerate(METHODS):
            declared = TABLE["routes"][name].get(method) or {"all": 405}
            for visitor in every_other([*clients], number + offset):
                client = clients[visitor]
                if name.endswith(":out") and method == "POST":
                    client = Client()  # signing out would end the visit
                cells += 1
                if method in TABLE["routes"][name]:
                    known_again()
                got, wanted = answered(client, method, where), declared.get(visitor, declared.get("all"))
                if got == "404" and declared.get("anonymous", declared.get("all")) != 404:
                    refused.append((f"page:{name}", method, PEOPLE.get(visitor, [owner])[0]))
                if got != str(wanted):
                    wrong.append(f"{method} {name} as {visitor}: {got}, declared {wanted}")
    assert wrong == []
    told = AuditEvent.objects.filter(action="ACCESS_REFUSED").values_list("target", "detail", "actor_key")
    assert sorted((page, asked["method"], who) for page, asked, who in told) == sorted(refused)
    assert len(refused) > 200 and len(clients) == len(TABLE["visitors"])
    whole = len(clients) * len(METHODS) * len(TABLE["routes"])
    assert cells == whole if half() is None else abs(2 * cells - whole) <= len(METHODS) * len(TABLE["routes"])


def test_what_is_not_there_and_what_is_not_yours_look_alike(clients: dict[str, Client]) -> None:
    """Another's session and no session at all: the same page, byte for byte but for the form's token."""
    other = LoginSession.objects.get(account__name="other_district-1", ended_at=None)
    pages = [
        clients["officer"].post(reverse("sign:end", kwargs={"number": number}))
        for number in (other.id, 999_999)
    ]
    assert [page.status_code for page in pages] == [404, 404]
    shown = [re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"|/\d+/', "", p.content.decode()) for p in pages]
    assert shown[0] == shown[1]
    assert LoginSession.objects.get(id=other.id).ended_at is None


OWN, SIBLING, OTHER = "91980102MA100A1B2U", "92980102MA400G4H2X", "91980103MA200C2D2N"
PLACES = {OWN: (office.EAST, "城东所"), SIBLING: (office.EAST, "城南所"), OTHER: (office.WEST, "西浦所")}


def test_own_is_open_and_a_siblings_or_another_districts_is_as_if_it_were_not(
    clients: dict[str, Client],
) -> None:
    for key, (division, station) in PLACES.items():
        record = SubjectRecord(key, "ENTERPRISE", "商行", division, "5211", office.FOUNDED, station=station)
        actions.record_subject(by=SHELL, at=NOW, record=record)
        Touch.objects.create(
            subject=key,
            item="T01",
            point="T01-1",
            colour="YELLOW",
            state="OBSERVING",
            started_at=NOW,
            pack_version="1",
            pack_hash="x",
        )
    client = clients["officer"]
    assert client.get(f"/subjects/{OWN}/").status_code == 200
    nothing = client.get("/subjects/no-such-key/")
    for key in (SIBLING, OTHER):
        closed = client.get(f"/subjects/{key}/")
        assert (closed.status_code, plain(closed, key)) == (404, plain(nothing, "no-such-key"))
        touch = Touch.objects.get(subject=key)
        assert client.get(f"/touches/{touch.id}/").status_code == 404
        assert key not in client.get("/touches/").content.decode()
        assert key not in client.get("/subjects/").content.decode()
        assert key not in client.get("/subjects/?q=商行").content.decode()
    assert OWN in client.get("/subjects/").content.decode()


def plain(page: Any, key: str) -> str:
    """A page without its form token and the address that was asked for."""
    told = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page.content.decode())
    return told.replace(key, "")
