"""F-28: what pages change stands in the audit trail and in the log; so does who was not let through."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver

from tests import acts
from tests.contexts.accounts import office
from tests.contexts.accounts.office import HERE, NOW, PASSWORD
from tests.contexts.evidence.logs import checked, sealed
from tests.journeys.city import at
from tests.portals import business
from tests.portals.pages import photo
from tests.portals.test_guidance import ANSWERS
from tests.portals.test_guidance import there as there
from tests.portals.test_organisation import post
from tests.portals.test_organisation import seats as seats
from tests.portals.test_routes import METHODS, routes
from zhunsheng.cli.commands.dispatch import PAUSE_SECONDS
from zhunsheng.foundation.accounts.actions import signing_in
from zhunsheng.foundation.evidence import actions as evidence
from zhunsheng.foundation.evidence.models import AuditEvent, Leaf

pytestmark = pytest.mark.django_db
DECLARED = yaml.safe_load((Path(__file__).parent / "routes.yaml").read_text(encoding="utf-8"))["routes"]
LOG_WITHIN = timedelta(seconds=10)


def changing() -> set[str]:
    """Every address that takes more than a look."""
    return {name for name, methods in DECLARED.items() if set(methods) & (set(METHODS) - {"GET"})}


def view_below(pattern: URLPattern) -> Any:
    """The view itself, inside what its door has put around it."""
    view: Any = pattern.callback
    while hasattr(view, "__wrapped__"):
        view = view.__wrapped__
    return view


def faults(table: dict[str, Any]) -> list[str]:
    """Addresses without a test or a reason, and tests, twins or reasons that are none."""
    patterns = dict(routes(get_resolver().url_patterns))
    wrong = sorted(changing() ^ set(table["routes"]))
    for name, told in table["routes"].items():
        if isinstance(told, str):
            file, _, test = told.partition("::")
            source = Path(__file__).parent.parent.parent / file
            good = source.is_file() and f"def {test}(" in source.read_text(encoding="utf-8")
        elif "same" in told:
            twin = told["same"]
            good = isinstance(table["routes"].get(twin), str)
            good = good and view_below(patterns[name]) is view_below(patterns[twin])
        else:
            good = len(told.get("because", "")) > 20
        if not good:
            wrong.append(f"{name}: {told}")
    return wrong


def test_every_address_that_changes_something_is_walked_or_excused() -> None:
    assert faults(acts.TABLE) == []
    assert all(len(why) > 20 for why in acts.TABLE["excused"].values())


def test_an_address_that_nobody_walks_is_seen() -> None:
    told = dict(acts.TABLE["routes"])
    del told["officer:decide"]
    told["officer:task"] = "tests/portals/test_work.py::test_that_is_not_there"
    told["business:answer"] = {"same": "officer:task"}
    told["preferences"] = {"because": ""}
    wrong = sorted(faults({"routes": told}))
    assert [fault.partition(":")[0] for fault in wrong] == ["business", "officer", "officer", "preferences"]
    assert "officer:decide" in wrong and "test_that_is_not_there" in wrong[2]


def test_an_act_that_is_not_told_is_caught(seats: dict[str, Client], monkeypatch: pytest.MonkeyPatch) -> None:
    """One action forgets its entry; another writes it in a transaction of its own; one names nobody."""
    told: dict[str, object] = {"name": "name-01", "reason": "停职"}
    record = evidence.record
    monkeypatch.setattr(evidence, "record", lambda **entry: None)
    monkeypatch.setattr("zhunsheng.foundation.accounts.sessions.note", lambda *entry: None)
    with pytest.raises(acts.UntoldError, match="accounts_account"):
        post(seats["p-92"], "disable", True, **told)
    monkeypatch.setattr(evidence, "record", lambda **entry: record(**{**entry, "target": ""}))
    with pytest.raises(acts.UntoldError, match="target"):
        post(seats["p-92"], "enable", True, **told)


def test_what_is_rolled_back_need_not_be_told() -> None:
    with acts.watching() as watch:
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            office.found_bureau()
            1 / 0  # noqa: B018
        assert watch.done == []
        office.found_bureau()
    assert watch.done and watch.untold() == [] and watch.entries


def test_all_that_was_told_is_in_the_log_in_one_turn(seats: dict[str, Client], tmp_path: Path) -> None:
    assert timedelta(seconds=PAUSE_SECONDS) <= LOG_WITHIN
    post(seats["p-92"], "disable", name="name-01", reason="停职")
    sealed(tmp_path)
    assert set(Leaf.objects.values_list("event_id", flat=True)) == set(
        AuditEvent.objects.values_list("id", flat=True)
    )
    done = checked(tmp_path)
    assert (done.waiting, done.faults) == (0, [])


def test_administrators_acts_of_the_log_in(seats: dict[str, Client], settings: Any) -> None:
    settings.OIDC_ISSUER = "https://id.example"
    told: dict[str, object] = {"parent": "9801", "name": "东浦区局", "code": "980104", "since": "2026-07-01"}
    assert "/organisation/unit/" in post(seats["p-91"], "found-unit", True, **told)
    security = seats["p-92"]
    named: dict[str, object] = {"name": "name-01", "reason": "已核实本人", "subject": "u-0001"}
    for act in ("link-identity", "unlink-identity", "drop-second-factor"):
        assert "/organisation/person/" in post(security, act, True, **named)


def test_the_own_log_in_step_by_step(seats: dict[str, Client]) -> None:
    step = signing_in.sign_in(by=HERE, at=NOW, name="name-02", password=PASSWORD)
    signing_in.begin_enrolment(by=HERE, at=NOW, token=step.token, secret=office.SECRET)
    code = office.code(NOW - timedelta(seconds=30))
    signing_in.confirm_enrolment(by=HERE, at=NOW, token=step.token, code=code)
    client, other = Client(), Client()
    for browser in (other, client):
        assert browser.post("/sign-in/", {"name": "name-02", "password": PASSWORD}).status_code == 302
    assert client.post("/sign-in/code/", {"code": office.code(NOW)}).status_code == 302
    own = client.get("/sign-in/sessions/").content.decode()
    number = int(own.partition("/sign-in/sessions/")[2].partition("/end/")[0])
    assert client.post(f"/sign-in/sessions/{number}/end/").status_code == 302
    changed = client.post("/sign-in/password/", {"old": PASSWORD, "new": "Bai-Lu-Zhou-2026"})
    assert changed.status_code == 302, changed.content.decode()


def test_a_business_persons_log_in_and_what_it_takes_off_again(there: tuple[Client, str, str]) -> None:
    own, home, _signed = there
    page = own.get("/business/sign-in/second/").content.decode()
    secret, now = office.b32(page), at("2026-07-02 10:00")
    first = office.code(now - timedelta(seconds=30), secret)
    assert own.post("/business/sign-in/second/", {"code": first}).status_code == 200
    fresh = Client()
    assert fresh.post("/business/sign-in/", {"name": "chief", "password": business.WORDS}).status_code == 302
    assert fresh.post("/business/sign-in/code/", {"code": office.code(now, secret)}).status_code == 302
    changed = fresh.post("/business/sign-in/password/", {"old": business.WORDS, "new": "Bai-Lu-Zhou-2026"})
    assert changed.status_code == 302
    where = home + "self-check/S-LIFT/"
    fresh.post(where, {**ANSWERS, "files": [SimpleUploadedFile("a.jpg", photo())], "save": "1"})
    number = fresh.get(where).content.decode().partition("files/")[2].partition("/")[0]
    assert fresh.post(f"{where}files/{number}/remove/").status_code == 302
