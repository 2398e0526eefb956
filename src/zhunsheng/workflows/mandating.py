"""The first account of a business: a link to its registered contact, and who opens it represents it."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.messages import fill
from zhunsheng.engine.library import open_library
from zhunsheng.foundation.accounts.actions import outsiders
from zhunsheng.foundation.outreach import actions as outreach
from zhunsheng.foundation.outreach.links import sign
from zhunsheng.foundation.outreach.new_messages import NewMessage
from zhunsheng.registers.mandates import actions as mandates
from zhunsheng.registers.registry import queries as registry

VIEWER = Viewer.bureau("mandating")


def ask(*, by: Actor, at: datetime, number: str) -> bool:
    """Send the link by which the registered contact opens an account; False when nothing was sent.

    Whoever asked is told the same in both cases: the page must not tell which businesses exist.
    """
    subject = registry.get(viewer=VIEWER, key=number.strip().upper())
    if subject is None or not subject.phone:
        return False
    with transaction.atomic():
        claim = mandates.claim(by=by, at=at, subject=subject.key)
        if claim is None:
            return False
        library, purpose = open_library(settings.PACKS), f"claim:{claim}"
        words = {
            "name": subject.name,
            "matter": "账号开通",
            "link": f"{settings.PUBLIC_ADDRESS}/business/claim/{sign('claim', claim, at=at)}/",
            "contact": settings.BUREAU_CONTACT,
            "bureau": settings.BUREAU_NAME,
        }
        own = frozenset({subject.key, subject.phone})
        text = fill(library.templates["claim"], words, library.message_policy, own=own)
        sms = NewMessage(f"CLAIM:{claim}", "SMS", subject.phone, purpose, text, subject.key)
        return outreach.queue(by=by, at=at, message=sms, policy=library.message_policy)


def take(*, by: Actor, at: datetime, claim_id: int, name: str, log_in: str, password: str) -> int:
    """Open the account and take the claim, both or neither; the id of the mandate."""
    with transaction.atomic():
        person = outsiders.open_account(by=by, at=at, name=name, log_in=log_in, password=password)
        return mandates.take_claim(by=by, at=at, claim_id=claim_id, person=person)


def accept(*, by: Actor, at: datetime, token: str, name: str, log_in: str, password: str) -> int:
    """Open the account of an agent and take up the offered mandate, both or neither."""
    with transaction.atomic():
        person = outsiders.open_account(by=by, at=at, name=name, log_in=log_in, password=password)
        return mandates.accept(by=by, at=at, token=token, person=person)
