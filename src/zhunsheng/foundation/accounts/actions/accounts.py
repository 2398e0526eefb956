"""Opening, closing and repairing accounts; choosing a grant; ending sessions."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from zhunsheng.core.actors import Actor, ActorKind
from zhunsheng.foundation.accounts import failures, passwords, sessions
from zhunsheng.foundation.accounts.acting import day, standing_grants
from zhunsheng.foundation.accounts.finding import person_of
from zhunsheng.foundation.accounts.lifecycle import SessionStage
from zhunsheng.foundation.accounts.models import (
    Account,
    AccountState,
    Grant,
    Invitation,
    LoginSession,
    RecoveryCode,
)
from zhunsheng.foundation.accounts.policies import log_in_policy
from zhunsheng.foundation.accounts.secrets import fingerprint, new_token
from zhunsheng.foundation.evidence import actions as evidence


class AccountError(Exception):
    """Something about an account that cannot be done; the text says why."""


def _audit(by: Actor, at: datetime, name: str, action: str, **detail: object) -> None:
    evidence.record(by=by, at=at, action=action, target=f"account:{name}", detail=detail)


def _account(name: str) -> Account:
    rows = Account.objects.select_for_update(of=("self",)).select_related("person")
    found = rows.filter(name=name).first()
    if found is None:
        raise AccountError(_("%(name)s: 没有这个账号") % {"name": name})
    return found


def invite(*, by: Actor, at: datetime, person: str) -> str:
    """A token with which this person opens or reopens an account; earlier invitations are void."""
    by.require_power("account.manage")
    token = new_token()
    with transaction.atomic():
        who = person_of(person)
        Invitation.objects.filter(person=who, used_at=None, expires_at__gt=at).update(expires_at=at)
        Invitation.objects.create(
            person=who,
            token_hash=fingerprint(token, "invitation"),
            made_by=by.name,
            made_at=at,
            expires_at=at + log_in_policy().invitation,
        )
        evidence.record(by=by, at=at, action="PERSON_INVITED", target=f"person:{who.key}", detail={})
    return token


def accept_invitation(*, by: Actor, at: datetime, token: str, name: str, password: str | None) -> str:
    """The invited person chooses name and password; the log-in name. An existing account keeps its name.

    The second factor is set at the first sign-in, before anything opens. With None no password opens it.
    """
    with transaction.atomic():
        rows = Invitation.objects.select_for_update(of=("self",)).select_related("person")
        rows = rows.filter(used_at=None, expires_at__gt=at)
        row = rows.filter(token_hash=fingerprint(token, "invitation")).first()
        if row is None:
            raise AccountError(_("链接无效、已使用或已过期"))
        account = Account.objects.select_for_update().filter(person=row.person).first()
        if account is None:
            account = _new_account(row, name.strip(), at)
        elif account.state != AccountState.ACTIVE:
            raise AccountError(_("账号已停用"))
        if password is not None:
            passwords.set_password(account, password, at, log_in_policy())
        sessions.end_all(account, at, "PASSWORD_CHANGED")
        Invitation.objects.filter(id=row.id).update(used_at=at)
        sessions.note(account, at, "ACCOUNT_OPENED", {"source": by.key})
    return account.name


def _new_account(row: Invitation, name: str, at: datetime) -> Account:
    if not 3 <= len(name) <= 64 or Account.objects.filter(name=name).exists():
        raise AccountError(_("登录名须为 3 至 64 个字符，且未被使用过"))
    return Account.objects.create(person=row.person, name=name, state_at=at)


def issue_password(*, by: Actor, at: datetime, name: str) -> str:
    """A drawn password that must be changed at the first sign-in; all sessions of the account end."""
    by.require_power("account.manage")
    told = passwords.drawn()
    with transaction.atomic():
        account = _account(name)
        passwords.set_password(account, told, at, log_in_policy(account.person.side), must_change=True)
        sessions.end_all(account, at, "PASSWORD_CHANGED")
        _audit(by, at, name, "PASSWORD_ISSUED")
    return told


def drop_second_factor(*, by: Actor, at: datetime, name: str, reason: str) -> None:
    """The telephone is lost: a new second factor is set at the next sign-in; all sessions end."""
    by.require_power("account.manage")
    if not reason.strip() or (by.kind is ActorKind.PERSON and _is_own(by, name)):
        raise AccountError(_("须写明理由，且不能重置本人的第二因素"))
    with transaction.atomic():
        account = _account(name)
        account.totp_secret, account.totp_step, account.totp_confirmed = "", 0, False
        account.save(update_fields=["totp_secret", "totp_step", "totp_confirmed"])
        RecoveryCode.objects.filter(account=account).delete()
        sessions.end_all(account, at, "SECOND_FACTOR_DROPPED")
        _audit(by, at, name, "SECOND_FACTOR_DROPPED", why=reason)


def _is_own(by: Actor, name: str) -> bool:
    return Account.objects.filter(name=name, person__key=by.key).exists()


def disable(*, by: Actor, at: datetime, name: str, reason: str) -> int:
    """Close an account at once; how many sessions died with it."""
    by.require_power("account.manage")
    if not reason.strip():
        raise AccountError(_("停用须写明理由"))
    with transaction.atomic():
        account = _account(name)
        account.state, account.state_reason, account.state_at = AccountState.DISABLED, reason, at
        account.save(update_fields=["state", "state_reason", "state_at"])
        ended = sessions.end_all(account, at, "DISABLED")
        open_links = Invitation.objects.filter(person=account.person, used_at=None, expires_at__gt=at)
        open_links.update(expires_at=at)
        _audit(by, at, name, "ACCOUNT_DISABLED", why=reason, sessions=ended)
    return ended


def enable(*, by: Actor, at: datetime, name: str, reason: str, expires_on: date | None = None) -> None:
    """Open an account again; whoever comes back needs an invitation or an issued password if none is left."""
    by.require_power("account.manage")
    with transaction.atomic():
        account = _account(name)
        account.state, account.state_reason, account.state_at = AccountState.ACTIVE, reason, at
        account.expires_on = expires_on
        account.save(update_fields=["state", "state_reason", "state_at", "expires_on"])
        _audit(by, at, name, "ACCOUNT_ENABLED", why=reason)


def unlock(*, by: Actor, at: datetime, name: str, reason: str) -> None:
    """Let somebody try again before the lock ends by itself: who asked has been recognised otherwise."""
    by.require_power("account.manage")
    if not reason.strip():
        raise AccountError(_("解除锁定须写明理由"))
    with transaction.atomic():
        account = _account(name)
        failures.forget_all(account.name)
        _audit(by, at, name, "ACCOUNT_UNLOCKED", why=reason)


def disable_dormant(*, by: Actor, at: datetime) -> list[str]:
    """Close every account that nobody has used for the policy's days; their names."""
    names = sessions.dormant_names(at)
    for name in names:
        disable(by=by, at=at, name=name, reason="长期未使用")
    return names


def choose_grant(*, by: Actor, at: datetime, token: str, grant_id: int) -> None:
    """Take up one of the own standing grants for this session."""
    with transaction.atomic():
        row = sessions.open_session(token, at)
        if row is None or row.stage != SessionStage.SIGNED_IN:
            raise AccountError(_("登录已超时，请重新登录"))
        grant = standing_grants(day(at)).filter(id=grant_id, person=row.account.person).first()
        if grant is None:
            raise AccountError(_("没有这项有效授权"))
        LoginSession.objects.filter(id=row.id).update(grant=grant)
        Grant.objects.filter(id=grant.id).update(used_at=at)
        sessions.note(row.account, at, "GRANT_CHOSEN", {"grant": grant.id, "role": grant.role})


def sign_out(*, by: Actor, at: datetime, token: str) -> None:
    """End this session; signing out twice is no error."""
    with transaction.atomic():
        row = sessions.open_session(token, at)
        if row is not None:
            sessions.end([row], at, "SIGNED_OUT")


def end_session(*, by: Actor, at: datetime, session_id: int) -> bool:
    """End one session: one's own, or with the permission `account.manage` anybody's; False if not open."""
    with transaction.atomic():
        rows = LoginSession.objects.select_for_update(of=("self",)).select_related("account__person")
        row = rows.filter(id=session_id, ended_at=None).first()
        if row is None:
            return False
        if row.account.person.key != by.key:
            by.require_power("account.manage")
        sessions.end([row], at, "ENDED_BY_OWNER" if row.account.person.key == by.key else "ENDED_BY_ADMIN")
    return True
