"""Reading log-ins: sessions of an account, accounts nobody uses."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from zhunsheng.core.actors import Viewer
from zhunsheng.foundation.accounts import failures, oidc, sessions
from zhunsheng.foundation.accounts.models import Account, LoginSession

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SessionCard:
    """One open log-in."""

    id: int
    source: str
    device: str
    started_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class AccountCard:
    """An account as administrators see it."""

    name: str
    person: str
    person_name: str
    state: str
    signed_in_at: datetime | None
    second_factor: bool


def open_sessions(*, viewer: Viewer, at: datetime, person: str) -> list[SessionCard]:
    """A person's open sessions, oldest first: the own ones, or anybody's for the administration."""
    if not viewer.is_staff:
        return []
    rows = LoginSession.objects.filter(account__person__key=person, ended_at=None)
    return [
        SessionCard(row.id, row.source, row.device, row.started_at, row.seen_at)
        for row in rows.select_related("account__person")
        if not sessions.why_over(row, at)
    ]


def accounts(*, viewer: Viewer) -> list[AccountCard]:
    """All accounts by name; staff only."""
    if not viewer.is_staff:
        return []
    rows = Account.objects.select_related("person")
    return [
        AccountCard(a.name, a.person.key, a.person.name, a.state, a.signed_in_at, a.totp_confirmed)
        for a in rows
    ]


@dataclass(frozen=True, slots=True)
class LogIn:
    """One person's account as the security administrator sees it; `locked_until` None unless locked now.

    `outside` is the name at the identity provider, empty if none is linked.
    """

    name: str
    state: str
    state_reason: str
    state_at: datetime
    signed_in_at: datetime | None
    password_set_at: datetime | None
    second_factor: bool
    locked_until: datetime | None
    outside: str


def log_in_of(*, viewer: Viewer, at: datetime, person: str) -> LogIn | None:
    """The account of a person; None without one. Staff only."""
    row = Account.objects.filter(person__key=person).first() if viewer.is_staff else None
    if row is None:
        return None
    linked = row.identities.filter(ended_at=None).values_list("subject", flat=True).first()
    return LogIn(
        row.name,
        row.state,
        row.state_reason,
        row.state_at,
        row.signed_in_at,
        row.password_set_at,
        row.totp_confirmed,
        failures.locked_anywhere(row.name, at),
        linked or "",
    )


def owner_of(*, viewer: Viewer, name: str) -> str:
    """The work number behind a log-in name; '' if there is none. Staff only."""
    found = Account.objects.filter(name=name).values_list("person__key", flat=True).first()
    return found or "" if viewer.is_staff else ""


def dormant(*, viewer: Viewer, at: datetime) -> list[str]:
    """Names of active accounts nobody has used for the policy's days."""
    return sessions.dormant_names(at) if viewer.is_staff else []


def way_out(*, viewer: Viewer, returns_to: str, back_to: str) -> str:
    """Where one signs out of the identity provider too; empty where that cannot be done."""
    client = oidc.configured(returns_to) if viewer.is_staff else None
    if client is None:
        return ""
    try:
        return oidc.leaving(client, back_to)
    except oidc.ProviderError as error:
        log.warning("identity provider: %s", error)
        return ""
