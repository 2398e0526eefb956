"""Rows of log-in sessions: found by token, ended with a reason, moved on under a new token."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db.models import QuerySet

from zhunsheng.core.actors import Actor, ActorKind
from zhunsheng.foundation.accounts.acting import day
from zhunsheng.foundation.accounts.lifecycle import SessionStage, check_stage
from zhunsheng.foundation.accounts.models import Account, AccountState, LoginSession, Side
from zhunsheng.foundation.accounts.policies import log_in_policy
from zhunsheng.foundation.accounts.secrets import fingerprint, new_token
from zhunsheng.foundation.evidence import actions as evidence


def may_sign_in(account: Account, at: datetime) -> bool:
    """Active, not expired, and its person still works here."""
    today = day(at)
    person = account.person
    return (
        account.state == AccountState.ACTIVE
        and (account.expires_on is None or account.expires_on >= today)
        and (person.left_on is None or person.left_on >= today)
    )


def why_over(row: LoginSession, at: datetime) -> str:
    """Why an open session is over by now; empty if it goes on."""
    policy = log_in_policy(row.account.person.side)
    if not may_sign_in(row.account, at):
        return "DISABLED"
    if at - row.started_at >= policy.absolute:
        return "ABSOLUTE"
    if at - row.seen_at >= policy.idle:
        return "IDLE"
    return ""


def by_token(token: str) -> QuerySet[LoginSession]:
    """The session of a token unless it was ended; whether it is over by now, `why_over` says."""
    rows = LoginSession.objects.select_related("account__person")
    return rows.filter(token_hash=fingerprint(token, "session"), ended_at=None)


def open_session(token: str, at: datetime) -> LoginSession | None:
    """The session of a token, if it is still open; the row is held until the transaction ends."""
    row = by_token(token).select_for_update(of=("self",)).first()
    if row is None:
        return None
    why = why_over(row, at)
    if why:
        end([row], at, why)
        return None
    return row


def end(rows: list[LoginSession], at: datetime, reason: str) -> None:
    """End open sessions, each with an entry in the audit trail."""
    for row in rows:
        check_stage(SessionStage(row.stage), SessionStage.ENDED)
        LoginSession.objects.filter(id=row.id).update(
            stage=SessionStage.ENDED, ended_at=at, end_reason=reason
        )
        note(row.account, at, "SESSION_ENDED", {"session": row.id, "why": reason})


def end_all(account: Account, at: datetime, reason: str, *, but: int = 0) -> int:
    """End every open session of an account except one; how many."""
    rows = LoginSession.objects.filter(account=account, ended_at=None).exclude(id=but)
    told = list(rows.select_related("account__person"))
    end(told, at, reason)
    return len(told)


def advance(row: LoginSession, stage: SessionStage, at: datetime) -> str:
    """The next stage under a new token, which is returned; the old token opens nothing any more."""
    if SessionStage(row.stage) is not stage:
        check_stage(SessionStage(row.stage), stage)
    token = new_token()
    row.stage, row.token_hash, row.seen_at = stage.value, fingerprint(token, "session"), at
    row.save(update_fields=["stage", "token_hash", "seen_at"])
    return token


def actor_of(account: Account) -> Actor:
    """The owner of an account, with no permission: what one does to the own log-in needs none."""
    kind = ActorKind.PERSON if account.person.side == Side.BUREAU else ActorKind.BUSINESS
    return Actor(kind, account.person.key, account.person.name)


def note(account: Account, at: datetime, action: str, detail: Mapping[str, object]) -> None:
    """An entry about an account by its owner."""
    target = f"account:{account.name}"
    evidence.record(by=actor_of(account), at=at, action=action, target=target, detail=detail)


def dormant_names(at: datetime) -> list[str]:
    """Active accounts that nobody has used, nor opened, for the days of their side's policy."""
    told: list[str] = []
    for side in Side:
        since = at - log_in_policy(side).dormant
        rows = Account.objects.filter(person__side=side, state=AccountState.ACTIVE, state_at__lt=since)
        told += rows.exclude(signed_in_at__gte=since).values_list("name", flat=True)
    return sorted(told)
