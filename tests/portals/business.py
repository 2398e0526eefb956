"""People of businesses for the tests: a log-in, a representative, an agent, a browser of theirs."""

from __future__ import annotations

from datetime import date, datetime

from django.test import Client

from tests.contexts.accounts.office import HERE, NOW
from tests.journeys.city import BUREAU
from zhunsheng.core.actors import Actor
from zhunsheng.foundation.accounts.actions import outsiders, signing_in
from zhunsheng.foundation.accounts.models import Account
from zhunsheng.portals.enterprise.door import COOKIE, PATH
from zhunsheng.registers.mandates import actions as mandates
from zhunsheng.registers.mandates import queries

WORDS = "Yun-Ting-2026"
TERM = date(2026, 9, 30)


def somebody(log_in: str, name: str = "", at: datetime = NOW) -> str:
    """A person of a business with a log-in; the person's key."""
    name = name or f"人{log_in}"
    return outsiders.open_account(by=HERE, at=at, name=name, log_in=log_in, password=WORDS)


def represent(subject: str, person: str, at: datetime = NOW) -> int:
    """The person claims the subject; the mandate."""
    claim = mandates.claim(by=HERE, at=at, subject=subject)
    assert claim is not None
    return mandates.take_claim(by=HERE, at=at, claim_id=claim, person=person)


def actor(person: str, mandate: int, at: datetime = NOW) -> Actor:
    """The person at work under a mandate."""
    found = queries.acting(viewer=BUREAU, at=at, person=person, mandate_id=mandate)
    assert found is not None
    return found[1]


def appoint(by: Actor, own: int, agent: str, acts: tuple[str, ...] = (), at: datetime = NOW) -> int:
    """The representative gives the agent these acts; the agent's mandate."""
    token = mandates.offer(by=by, at=at, mandate_id=own, name="乔安", acts=acts, until=TERM)
    return mandates.accept(by=HERE, at=at, token=token, person=agent)


def signed_in(person: str, at: datetime = NOW) -> Client:
    """A browser in which this person is signed in."""
    name = Account.objects.get(person__key=person).name
    step = signing_in.sign_in(by=HERE, at=at, name=name, password=WORDS, side="BUSINESS")
    client = Client()
    client.cookies[COOKIE] = step.token
    client.cookies[COOKIE]["path"] = PATH
    return client
