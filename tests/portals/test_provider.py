"""Signing in through an identity provider: a real one in a process of its own, honest and lying."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit
from urllib.request import HTTPRedirectHandler, build_opener

import pytest
from django.contrib.auth.hashers import ScryptPasswordHasher
from django.http import HttpResponse
from django.test import Client

from tests.contexts.accounts import office
from tests.contexts.accounts.office import NOW
from tests.contexts.accounts.provider import Provider, running
from zhunsheng.core.actors import Actor, ActorKind
from zhunsheng.core.clock import instant
from zhunsheng.foundation.accounts import oidc
from zhunsheng.foundation.accounts.actions import accounts, outside
from zhunsheng.foundation.accounts.actions.accounts import AccountError
from zhunsheng.foundation.accounts.models import Account, Grant, LoginSession, OutsideAttempt, Person
from zhunsheng.foundation.accounts.totp import SECRET_BYTES
from zhunsheng.foundation.evidence.models import AuditEvent

pytestmark = pytest.mark.django_db
ADMIN = Actor(ActorKind.PERSON, "0009", "石安", frozenset({"account.manage"}))
SUBJECT = "sub-0001"
SECONDS = instant(NOW)


@pytest.fixture(scope="module")
def served() -> Iterator[Provider]:
    with running() as provider:
        yield provider


@pytest.fixture
def provider(served: Provider, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Provider:
    """Honest, at our own time, with one officer who is linked to it."""
    monkeypatch.setattr(ScryptPasswordHasher, "work_factor", 2**4)
    settings.DEMO, settings.DEMO_CLOCK = True, NOW
    settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = served.address, "zs", "s&c"
    settings.PUBLIC_ADDRESS = "http://testserver"
    served.lies(now=SECONDS, subject=SUBJECT)
    office.found_bureau()
    office.hire("0001", "程岚", "980102/城东所")
    office.give("0001", "officer", "980102/城东所")
    office.open_account("0001", "chenglan")
    outside.link_identity(by=ADMIN, at=NOW, name="chenglan", subject=SUBJECT, reason="统一认证上线")
    return served


class Stay(HTTPRedirectHandler):
    """Redirects are read and not followed."""

    def redirect_request(self, *_told: Any) -> None:
        return None


def back_from(client: Client) -> str:
    """Where the provider sends the browser: the end of the address with code and state."""
    led = client.get("/sign-in/provider/").headers["Location"]
    try:
        build_opener(Stay).open(led)
    except HTTPError as answer:
        where = urlsplit(answer.headers["Location"])
        answer.close()
        return f"{where.path}?{where.query}"
    raise AssertionError


def come_in(client: Client) -> HttpResponse:
    return client.get(back_from(client))  # type: ignore[return-value]


def open_sessions() -> int:
    return LoginSession.objects.filter(ended_at=None).count()


def test_who_is_linked_comes_in_but_not_past_the_second_factor(provider: Provider, client: Client) -> None:
    assert "用统一认证登录" in client.get("/sign-in/").content.decode()
    led = come_in(client)
    assert led.headers["Location"] == "/sign-in/enrol/"
    assert client.get("/work/").headers["Location"] == "/sign-in/enrol/"
    row = LoginSession.objects.get(ended_at=None)
    assert (row.stage, row.by_provider, row.account.name) == ("ENROL", True, "chenglan")


def test_with_a_second_factor_the_code_lets_in_and_no_password_is_asked_for(
    provider: Provider, client: Client
) -> None:
    Account.objects.update(totp_secret="", totp_confirmed=False, password_set_at=NOW - timedelta(days=999))
    come_in(client)
    page = client.get("/sign-in/enrol/").content.decode()
    assert len(page.split("<code>")[1].split("</code>")[0]) > SECRET_BYTES
    secret = office.b32(page)
    client.post("/sign-in/enrol/", {"code": office.code(NOW, secret)})
    assert client.get("/work/").status_code == 200
    out = client.post("/sign-out/").content.decode()
    assert f"{provider.address}/end?client_id=zs" in out and open_sessions() == 0
    assert client.get("/work/").headers["Location"] == "/sign-in/"


def test_keys_may_change_between_two_sign_ins_and_be_of_another_kind(provider: Provider) -> None:
    for number, to in enumerate(("RS256", "ES256", "RS256"), 1):
        provider.lies(rotate=True, to=to)
        come_in(Client())
        assert open_sessions() == number


LIES: dict[str, dict[str, Any]] = {
    "wrong nonce": {"claims": {"nonce": "another"}},
    "no nonce": {"without": ["nonce"]},
    "expired": {"claims": {"exp": SECONDS - 61}},
    "from the future": {"claims": {"iat": SECONDS + 61}},
    "not yet valid": {"claims": {"nbf": SECONDS + 61}},
    "no end": {"without": ["exp"]},
    "end in words": {"claims": {"exp": "tomorrow"}},
    "alg none": {"alg": "none"},
    "shared secret": {"alg": "HS256"},
    "wrong audience": {"claims": {"aud": "another"}},
    "audience of two for another": {"claims": {"aud": ["zs", "another"], "azp": "another"}},
    "audience of two for nobody": {"claims": {"aud": ["zs", "another"]}},
    "issuer swapped in the token": {"claims": {"iss": "https://issuer.example"}},
    "issuer swapped in discovery": {"discovered_issuer": "https://issuer.example"},
    "key of another name": {"kid": "key-0"},
    "signed by another key": {"other_public": True},
    "nobody": {"claims": {"sub": ""}},
    "a number for a name": {"claims": {"sub": 7}},
    "no token": {"no_token": True},
    "sends elsewhere": {"redirect": True},
    "token over plain HTTP": {"token_endpoint": "http://192.0.2.1/token"},
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_lets_nobody_in(provider: Provider, client: Client, lie: str) -> None:
    where = back_from(client)
    provider.lies(**LIES[lie])
    told = client.get(where)
    assert told.status_code == 400 and open_sessions() == 0
    assert AuditEvent.objects.filter(action="SIGN_IN_REFUSED").count() == 1
    assert "nonce" not in told.content.decode() and "Traceback" not in told.content.decode()


@pytest.mark.parametrize("lie", ["wrong nonce", "expired", "audience of two for another"])
def test_the_lie_would_let_in_where_nobody_looks(
    provider: Provider, client: Client, lie: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted fault: a signature alone is taken for the whole."""
    monkeypatch.setattr(oidc, "_checked", lambda client, claims, nonce, now, skew: claims["sub"])
    provider.lies(**LIES[lie])
    assert come_in(client).status_code == 302 and open_sessions() == 1


def test_clocks_may_differ_by_a_minute(provider: Provider, client: Client) -> None:
    provider.lies(claims={"iat": SECONDS + 59, "exp": SECONDS - 59})
    assert come_in(client).status_code == 302 and open_sessions() == 1


def test_a_code_and_a_way_back_are_good_once(provider: Provider, client: Client) -> None:
    provider.lies(forgets_codes=True)  # a provider that would give a token twice
    where = back_from(client)
    cookie = client.cookies["zhunsheng_provider"].value
    assert client.get(where).status_code == 302
    client.cookies["zhunsheng_provider"] = cookie
    assert client.get(where).status_code == 400 and open_sessions() == 1


def test_a_way_back_is_good_in_its_own_browser_only_and_for_minutes(
    provider: Provider, client: Client, settings: Any
) -> None:
    where = back_from(client)
    assert Client().get(where).status_code == 400
    query = parse_qs(urlsplit(where).query)
    assert client.get(where.replace(query["state"][0], "x" * 43)).status_code == 400
    assert client.get(where.replace("iss=http", "iss=https")).status_code == 400
    assert open_sessions() == 0
    fresh = back_from(client)
    settings.DEMO_CLOCK = NOW + timedelta(minutes=11)
    assert client.get(fresh).status_code == 400 and open_sessions() == 0


def test_nobody_gets_an_account_by_signing_in(provider: Provider, client: Client) -> None:
    provider.lies(subject="sub-7777")
    before = Account.objects.count(), Person.objects.count(), Grant.objects.count()
    told = come_in(client)
    assert told.status_code == 400 and "sub-7777" in told.content.decode()
    assert (Account.objects.count(), Person.objects.count(), Grant.objects.count()) == before
    assert open_sessions() == 0


def test_a_disabled_account_and_an_ended_link_stay_closed(provider: Provider) -> None:
    come_in(Client())
    assert outside.unlink_identity(by=ADMIN, at=NOW, name="chenglan", reason="换号") == 1
    assert come_in(Client()).status_code == 400 and open_sessions() == 0
    outside.link_identity(by=ADMIN, at=NOW, name="chenglan", subject=SUBJECT, reason="恢复")
    accounts.disable(by=ADMIN, at=NOW, name="chenglan", reason="停职")
    assert come_in(Client()).status_code == 400 and open_sessions() == 0


def test_one_name_at_the_provider_is_one_account_here(provider: Provider) -> None:
    office.hire("0002", "苏禾", "980102/城东所")
    office.open_account("0002", "suhe")
    with pytest.raises(AccountError, match="已关联到另一个账号"):
        outside.link_identity(by=ADMIN, at=NOW, name="suhe", subject=SUBJECT, reason="x")
    outside.link_identity(by=ADMIN, at=NOW, name="chenglan", subject="sub-2", reason="换号")
    outside.link_identity(by=ADMIN, at=NOW, name="suhe", subject=SUBJECT, reason="x")
    come_in(Client())
    assert LoginSession.objects.get(ended_at=None).account.name == "suhe"


def test_without_a_provider_there_is_none_and_when_it_is_down_the_page_says_so(
    provider: Provider, client: Client, settings: Any
) -> None:
    provider.lies(down=True)
    assert "暂时不可用" in client.get("/sign-in/provider/").content.decode()
    assert OutsideAttempt.objects.count() == 0
    settings.OIDC_ISSUER = ""
    assert "统一认证" not in client.get("/sign-in/").content.decode()
    assert client.get("/sign-in/provider/").status_code == 404
    with pytest.raises(outside.RefusedError):
        outside.depart(by=office.HERE, at=NOW, returns_to="x")
