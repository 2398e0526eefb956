"""Signing in, step by step: password, second factor, a new password where one is due. No step is skipped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from zhunsheng.core.actors import Actor
from zhunsheng.foundation.accounts import failures, passwords, sessions, totp
from zhunsheng.foundation.accounts.acting import day, standing_grants
from zhunsheng.foundation.accounts.lifecycle import SessionStage
from zhunsheng.foundation.accounts.models import Account, Grant, LoginSession, RecoveryCode, Side
from zhunsheng.foundation.accounts.policies import LogInPolicy, log_in_policy
from zhunsheng.foundation.accounts.secrets import fingerprint, new_recovery_code, new_token, seal, unseal
from zhunsheng.foundation.evidence import actions as evidence

ISSUER = "准绳"


class RefusedError(Exception):
    """Not let in. The words are the same whether the name or the password was wrong."""


@dataclass(frozen=True, slots=True)
class Step:
    """Where a log-in stands now, and the token for the next step. Recovery codes are shown this once."""

    stage: SessionStage
    token: str
    recovery_codes: tuple[str, ...] = ()


def sign_in(
    *, by: Actor, at: datetime, name: str, password: str, device: str = "", side: str = Side.BUREAU
) -> Step:
    """The first factor. `by.key` is the source: the address from which somebody tries.

    `side` is the door: whoever belongs to the other side is as unknown here as a name that nobody has.
    """
    policy, source = log_in_policy(side), by.key
    found = Account.objects.select_related("person").filter(name=name, person__side=side).first()
    right = passwords.matches(password, found)  # before the transaction: it takes its time
    with transaction.atomic():
        until = failures.locked_until(name, source, at)
        account = _held().filter(name=name, person__side=side).first()
        same = account is not None and found is not None and account.password == found.password
        if until is None and account is not None and right and same and sessions.may_sign_in(account, at):
            return begin(by=by, at=at, account=account, device=device, policy=policy)
        why = "LOCKED" if until else "WRONG" if not right else "CLOSED"
        if until is None:
            failures.count_failure(name, source, at, policy)
        target = f"account:{name[:200]}"
        evidence.record(by=by, at=at, action="SIGN_IN_REFUSED", target=target, detail={"why": why})
        until = failures.locked_until(name, source, at)
    raise RefusedError(_refusal(until))


def step_in(*, by: Actor, at: datetime, person: str, device: str = "", side: str = Side.BUREAU) -> Step:
    """In by naming somebody, without password or second factor: only in the demo, whose city is invented."""
    if not settings.DEMO:
        raise RefusedError(_("只在演示中可以直接选择人员"))
    with transaction.atomic():
        account = _held().filter(person__key=person, person__side=side).first()
        if account is None or not sessions.may_sign_in(account, at):
            raise RefusedError(_("演示中没有这名人员"))
        token = new_token()
        row = LoginSession.objects.create(
            account=account,
            token_hash=fingerprint(token, "session"),
            source=by.key,
            device=device[:200],
            started_at=at,
            seen_at=at,
            stage=SessionStage.SIGNED_IN,
        )
        _arrive(row, at, log_in_policy(side))
    return Step(SessionStage.SIGNED_IN, token)


def _held() -> QuerySet[Account]:
    return Account.objects.select_for_update(of=("self",)).select_related("person")


def _refusal(until: datetime | None) -> str:
    if until is not None:
        return _("失败次数过多，%(time)s 以后再试") % {"time": f"{localtime(until):%H:%M}"}
    return _("登录名或密码不正确")


def begin(
    *,
    by: Actor,
    at: datetime,
    account: Account,
    device: str,
    policy: LogInPolicy,
    by_provider: bool = False,
) -> Step:
    """A session in the first stage that is still due, after a first factor that was right."""
    token = new_token()
    row = LoginSession(
        account=account,
        token_hash=fingerprint(token, "session"),
        source=by.key,
        device=device[:200],
        by_provider=by_provider,
        started_at=at,
        seen_at=at,
    )
    if by_provider and policy.provider and policy.provider.counts_as_second:
        row.stage = SessionStage.SIGNED_IN
    elif account.totp_confirmed:
        row.stage = SessionStage.SECOND
    elif policy.second_factor_required:
        row.stage = SessionStage.ENROL
    else:
        row.stage = _after_factors(row, at, policy)
    row.save()
    if row.stage == SessionStage.SIGNED_IN:
        _arrive(row, at, policy)
    else:
        sessions.note(account, at, "FIRST_FACTOR_PASSED", {"session": row.id, "source": row.source})
    return Step(SessionStage(row.stage), token)


def _after_factors(row: LoginSession, at: datetime, policy: LogInPolicy) -> SessionStage:
    """A password that was not used is not asked to be changed either."""
    account = row.account
    if row.by_provider:
        return SessionStage.SIGNED_IN
    set_at = account.password_set_at
    outworn = set_at is None or at - set_at >= policy.password_age
    due = account.must_change or (bool(account.password) and outworn)
    return SessionStage.CHANGE if due else SessionStage.SIGNED_IN


def _arrive(row: LoginSession, at: datetime, policy: LogInPolicy) -> None:
    """In at last: the oldest sessions beyond the allowed number end, a single grant is taken up."""
    account = row.account
    failures.forget_failures(account.name, row.source)
    Account.objects.filter(id=account.id).update(signed_in_at=at)
    open_rows = LoginSession.objects.filter(account=account, ended_at=None, stage=SessionStage.SIGNED_IN)
    others = list(open_rows.exclude(id=row.id).select_related("account__person").order_by("-id"))
    sessions.end(others[policy.sessions_max - 1 :], at, "REPLACED")
    grants = list(standing_grants(day(at)).filter(person=account.person)[:2])
    only = grants[0] if len(grants) == 1 else None
    LoginSession.objects.filter(id=row.id).update(grant=only)
    if only is not None:
        Grant.objects.filter(id=only.id).update(used_at=at)
    sessions.note(account, at, "SIGNED_IN", {"session": row.id, "source": row.source, "others": len(others)})


def _proceed(row: LoginSession, at: datetime, policy: LogInPolicy) -> Step:
    stage = _after_factors(row, at, policy)
    token = sessions.advance(row, stage, at)
    if stage is SessionStage.SIGNED_IN:
        _arrive(row, at, policy)
    return Step(stage, token)


def _at_stage(token: str, at: datetime, *stages: SessionStage) -> LoginSession | None:
    row = sessions.open_session(token, at)
    return row if row is not None and row.stage in stages else None


def _policy_of(row: LoginSession) -> LogInPolicy:
    return log_in_policy(row.account.person.side)


def pass_second(*, by: Actor, at: datetime, token: str, code: str) -> Step:
    """The second factor: a code of the app, each only once, or a recovery code."""
    with transaction.atomic():
        row = _at_stage(token, at, SessionStage.SECOND)
        until = failures.locked_until(row.account.name, by.key, at) if row else None
        if row is not None and until is None:
            policy, account = _policy_of(row), _held().get(id=row.account_id)
            if _right_code(account, code, at) or _spend_recovery_code(account, code, at):
                row.account = account
                return _proceed(row, at, policy)
            failures.count_failure(account.name, by.key, at, policy)
            sessions.note(account, at, "SECOND_FACTOR_REFUSED", {"source": by.key})
            until = failures.locked_until(account.name, by.key, at)
            if until is not None:
                sessions.end([row], at, "LOCKED")
    if row is None:
        raise RefusedError(_("登录已超时，请重新登录"))
    raise RefusedError(_refusal(until) if until else _("验证码不正确，或已使用过"))


def _right_code(account: Account, code: str, at: datetime) -> bool:
    secret = unseal(account.totp_secret, owner=account.name)
    step = totp.step_of(secret, code, at, after_step=account.totp_step)
    if step is None:
        return False
    account.totp_step = step
    account.save(update_fields=["totp_step"])
    return True


def _spend_recovery_code(account: Account, code: str, at: datetime) -> bool:
    told = fingerprint(code.strip().upper(), f"recovery:{account.name}")
    spent = RecoveryCode.objects.filter(account=account, code_hash=told, used_at=None).update(used_at=at)
    if spent:
        sessions.note(account, at, "RECOVERY_CODE_USED", {})
    return bool(spent)


def _enrolling(token: str, at: datetime) -> LoginSession | None:
    """Whoever has none yet may set a second factor: when it is due, or later by choice; never replace one."""
    row = _at_stage(token, at, SessionStage.ENROL, SessionStage.SIGNED_IN)
    return row if row is not None and not row.account.totp_confirmed else None


def begin_enrolment(*, by: Actor, at: datetime, token: str, secret: bytes) -> str:
    """The address for the app of somebody who has no second factor yet; it counts only once confirmed."""
    with transaction.atomic():
        row = _enrolling(token, at)
        if row is None:
            raise RefusedError(_("登录已超时，请重新登录"))
        account = row.account
        account.totp_secret, account.totp_step = seal(secret, owner=account.name), 0
        account.save(update_fields=["totp_secret", "totp_step"])
    return totp.address(secret, account=account.name, issuer=ISSUER)


def confirm_enrolment(*, by: Actor, at: datetime, token: str, code: str) -> Step:
    """A first right code makes the second factor count; recovery codes come back, this once."""
    with transaction.atomic():
        row = _enrolling(token, at)
        if row is None or not row.account.totp_secret or not _right_code(row.account, code, at):
            raise RefusedError(_("验证码不正确，或登录已超时"))
        account, policy = row.account, _policy_of(row)
        account.totp_confirmed = True
        account.save(update_fields=["totp_confirmed"])
        codes = tuple(new_recovery_code() for _number in range(policy.recovery_codes))
        RecoveryCode.objects.filter(account=account).delete()
        RecoveryCode.objects.bulk_create(
            RecoveryCode(account=account, code_hash=fingerprint(told, f"recovery:{account.name}"))
            for told in codes
        )
        sessions.note(account, at, "SECOND_FACTOR_SET", {})
        if row.stage == SessionStage.SIGNED_IN:
            step = Step(SessionStage.SIGNED_IN, sessions.advance(row, SessionStage.SIGNED_IN, at))
        else:
            step = _proceed(row, at, policy)
    return Step(step.stage, step.token, codes)


def change_password(*, by: Actor, at: datetime, token: str, old: str, new: str) -> Step:
    """A new password; every other session of the account ends. WeakPasswordError says what is lacking."""
    with transaction.atomic():
        row = _at_stage(token, at, SessionStage.CHANGE, SessionStage.SIGNED_IN)
        wrong = row is not None and not passwords.matches(old, row.account)
        if row is not None and wrong:
            failures.count_failure(row.account.name, by.key, at, _policy_of(row))
            sessions.note(row.account, at, "PASSWORD_CHANGE_REFUSED", {})
            if failures.locked_until(row.account.name, by.key, at):
                sessions.end([row], at, "LOCKED")
        if row is not None and not wrong:
            return _set_password(row, new, at, _policy_of(row))
    raise RefusedError(_("原密码不正确") if wrong else _("登录已超时，请重新登录"))


def _set_password(row: LoginSession, new: str, at: datetime, policy: LogInPolicy) -> Step:
    account = row.account
    passwords.set_password(account, new, at, policy)
    sessions.end_all(account, at, "PASSWORD_CHANGED", but=row.id)
    if row.stage == SessionStage.SIGNED_IN:
        return Step(SessionStage.SIGNED_IN, sessions.advance(row, SessionStage.SIGNED_IN, at))
    return _proceed(row, at, policy)
