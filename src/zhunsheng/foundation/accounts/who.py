"""Who stands behind a token: the question every page asks first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from zhunsheng.foundation.accounts import acting, sessions
from zhunsheng.foundation.accounts.lifecycle import SessionStage
from zhunsheng.foundation.accounts.models import Grant, LoginSession, Side

SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody with an open session. `acting` is None before the last step and before a grant is chosen."""

    session: int
    account: str
    person: str
    name: str
    stage: SessionStage
    acting: acting.Acting | None
    by_provider: bool = False


def who_is(token: str, at: datetime, side: str = Side.BUREAU) -> SignedIn | None:
    """The owner of an open session that was begun at this side's door.

    Grant, certificate and account are looked at anew each time. Being seen is noted once a minute,
    so that reading a page does not write.
    """
    row = sessions.by_token(token).first() if token else None
    if row is None or row.account.person.side != side:
        return None
    if sessions.why_over(row, at):
        with transaction.atomic():
            sessions.open_session(token, at)
        return None
    if at - row.seen_at >= SEEN_EVERY:
        LoginSession.objects.filter(id=row.id, ended_at=None).update(seen_at=at)
        Grant.objects.filter(id=row.grant_id or 0).update(used_at=at)
    return _signed_in(row, acting.day(at))


def _signed_in(row: LoginSession, today: date) -> SignedIn:
    person, at_work = row.account.person, None
    if row.stage == SessionStage.SIGNED_IN and row.grant_id:
        at_work = acting.under(row.grant_id, person.id, today)
    return SignedIn(
        row.id,
        row.account.name,
        person.key,
        person.name,
        SessionStage(row.stage),
        at_work,
        row.by_provider,
    )
