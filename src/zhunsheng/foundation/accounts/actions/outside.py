"""Signing in through an identity provider, and whom it knows under which name here.

Nobody gets an account or a right by signing in there: an administrator links who is who.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from zhunsheng.core.actors import Actor
from zhunsheng.foundation.accounts import oidc, sessions
from zhunsheng.foundation.accounts.actions.accounts import AccountError
from zhunsheng.foundation.accounts.actions.signing_in import RefusedError, Step, begin
from zhunsheng.foundation.accounts.models import Account, OutsideAttempt, OutsideIdentity, Side
from zhunsheng.foundation.accounts.policies import ProviderTerms, log_in_policy
from zhunsheng.foundation.accounts.secrets import fingerprint, new_token, seal, unseal
from zhunsheng.foundation.evidence import actions as evidence

log = logging.getLogger(__name__)
OWNER = "outside-attempt"


class NotLinkedError(RefusedError):
    """The provider vouches for somebody whom nobody has linked; `subject` is the name there."""

    def __init__(self, subject: str) -> None:
        super().__init__(_("统一认证成功，但还没有与本系统的账号关联"))
        self.subject = subject


@dataclass(frozen=True, slots=True)
class Departure:
    """Where the browser goes, and what it keeps until it comes back."""

    address: str
    browser: str


def _client(returns_to: str) -> oidc.Client:
    found = oidc.configured(returns_to)
    if found is None:
        raise RefusedError(_("没有启用统一认证"))
    return found


def _terms() -> ProviderTerms:
    terms = log_in_policy().provider
    if terms is None:
        raise RefusedError(_("登录配置没有统一认证一节，请告知安全管理员"))
    return terms


def depart(*, by: Actor, at: datetime, returns_to: str) -> Departure:
    """Send somebody to the provider; what may come back is kept for a few minutes. `by.key` is the source."""
    client, oldest = _client(returns_to), at - _terms().away_max
    state, browser, nonce, verifier = (new_token() for _number in range(4))
    try:
        address = oidc.asking(client, state, nonce, verifier)
    except oidc.ProviderError as error:
        log.warning("identity provider: %s", error)
        raise RefusedError(_("统一认证暂时不可用，请用账号登录或稍后再试")) from error
    with transaction.atomic():
        OutsideAttempt.objects.filter(made_at__lt=oldest).delete()
        OutsideAttempt.objects.create(
            state_hash=fingerprint(state, "oidc-state"),
            browser_hash=fingerprint(browser, "oidc-browser"),
            sealed=seal(json.dumps([nonce, verifier]).encode(), owner=OWNER),
            made_at=at,
        )
    return Departure(address, browser)


def arrive(
    *,
    by: Actor,
    at: datetime,
    returns_to: str,
    browser: str,
    state: str,
    code: str,
    issuer: str = "",
    device: str = "",
) -> Step:
    """Somebody is back from the provider. Each departure comes back once, and only in its own browser."""
    client = _client(returns_to)
    attempt = _taken(at, browser, state)
    if attempt is None or not code or issuer not in {"", client.issuer}:
        _note_refusal(by, at, "NO_SUCH_DEPARTURE")
        raise RefusedError(_("登录已超时或不是从本浏览器发起，请重新登录"))
    nonce, verifier = json.loads(unseal(attempt.sealed, owner=OWNER))
    try:
        subject = oidc.subject_of(client, code, nonce, verifier, at, _terms().skew)
    except oidc.ProviderError as error:
        log.warning("identity provider: %s", error)
        _note_refusal(by, at, "PROVIDER")
        raise RefusedError(_("统一认证没有通过，请重新登录")) from error
    with transaction.atomic():
        account = _linked(client.issuer, subject)
        if account is not None and sessions.may_sign_in(account, at):
            return begin(
                by=by,
                at=at,
                account=account,
                device=device,
                policy=log_in_policy(),
                by_provider=True,
            )
        _note_refusal(by, at, "CLOSED" if account else "NOT_LINKED")
    if account is None:
        raise NotLinkedError(subject)
    raise RefusedError(_("账号已停用"))


def _taken(at: datetime, browser: str, state: str) -> OutsideAttempt | None:
    """The departure, used up from now on whatever comes of it."""
    with transaction.atomic():
        rows = OutsideAttempt.objects.select_for_update()
        found = rows.filter(
            state_hash=fingerprint(state, "oidc-state"),
            browser_hash=fingerprint(browser, "oidc-browser"),
            made_at__gte=at - _terms().away_max,
            used_at=None,
        ).first()
        if found is not None:
            OutsideAttempt.objects.filter(id=found.id).update(used_at=at)
    return found


def _linked(issuer: str, subject: str) -> Account | None:
    rows = Account.objects.select_for_update(of=("self",)).select_related("person")
    return rows.filter(
        identities__issuer=issuer, identities__subject=subject, identities__ended_at=None
    ).first()


def _note_refusal(by: Actor, at: datetime, why: str) -> None:
    target = f"provider:{settings.OIDC_ISSUER}"
    evidence.record(by=by, at=at, action="SIGN_IN_REFUSED", target=target, detail={"why": why})


def link_identity(*, by: Actor, at: datetime, name: str, subject: str, reason: str) -> None:
    """From now on whoever is `subject` at the provider may sign in as the owner of this account."""
    by.require_power("account.manage")
    issuer = settings.OIDC_ISSUER
    if not issuer or not subject.strip() or not reason.strip():
        raise AccountError(_("须启用统一认证，并写明对方编号和理由"))
    with transaction.atomic():
        rows = Account.objects.select_for_update(of=("self",)).select_related("person")
        account = rows.filter(name=name, person__side=Side.BUREAU).first()
        if account is None:
            raise AccountError(_("%(name)s: 没有这个账号") % {"name": name})
        standing = OutsideIdentity.objects.filter(issuer=issuer, ended_at=None)
        if standing.filter(subject=subject).exclude(account=account).exists():
            raise AccountError(_("这个统一认证编号已关联到另一个账号，请先在那里解除"))
        standing.filter(account=account).update(ended_at=at)
        OutsideIdentity.objects.create(
            account=account, issuer=issuer, subject=subject, linked_by=by.name, linked_at=at
        )
        detail = {"issuer": issuer, "subject": subject, "why": reason}
        evidence.record(by=by, at=at, action="IDENTITY_LINKED", target=f"account:{name}", detail=detail)


def unlink_identity(*, by: Actor, at: datetime, name: str, reason: str) -> int:
    """The provider's word opens this account no more; all its sessions end. How many sessions ended."""
    by.require_power("account.manage")
    if not reason.strip():
        raise AccountError(_("须写明理由"))
    with transaction.atomic():
        account = Account.objects.select_for_update(of=("self",)).select_related("person").filter(name=name)
        found = account.first()
        rows = OutsideIdentity.objects.filter(account=found, ended_at=None)
        if found is None or not rows.update(ended_at=at):
            raise AccountError(_("%(name)s: 没有关联统一认证") % {"name": name})
        ended = sessions.end_all(found, at, "IDENTITY_UNLINKED")
        detail = {"why": reason, "sessions": ended}
        evidence.record(by=by, at=at, action="IDENTITY_UNLINKED", target=f"account:{name}", detail=detail)
    return ended
