"""Claiming a business, giving mandates, accepting, declining, withdrawing them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from zhunsheng.core.actors import Actor, ActorKind, Viewer
from zhunsheng.foundation.accounts.finding import outsider
from zhunsheng.foundation.accounts.secrets import fingerprint, new_token
from zhunsheng.foundation.evidence import actions as evidence
from zhunsheng.registers.mandates.lifecycle import Act, MandateKind, MandateState, check_step
from zhunsheng.registers.mandates.models import CalendarFeed, Claim, Mandate
from zhunsheng.registers.mandates.policies import mandate_policy
from zhunsheng.registers.mandates.standing import day, standing
from zhunsheng.registers.registry import scoping

DOOR = Viewer.bureau("mandates")
REPRESENTATIVE = [act.value for act in Act]
REVOKE = "mandate.revoke"
GIVEABLE = (Act.READ, Act.ANSWER, Act.OBJECT, Act.SELF_CHECK)


class MandateError(Exception):
    """Something about a mandate that cannot be done; the text says why."""


def claim(*, by: Actor, at: datetime, subject: str) -> int | None:
    """Open a claim on a subject for its registered contact; earlier ones are void.

    None when nobody of that key is registered, or enough was asked for this day.
    """
    policy = mandate_policy()
    with transaction.atomic():
        found = scoping.subjects(DOOR).select_for_update().filter(key=subject, withdrawn_at=None).first()
        rows = Claim.objects.filter(subject__key=subject)
        if (
            found is None
            or rows.filter(made_at__gt=at - timedelta(days=1)).count() >= policy.claims_a_day_max
        ):
            return None
        rows.filter(used_at=None, expires_at__gt=at).update(expires_at=at)
        made = Claim.objects.create(subject=found, made_at=at, expires_at=at + policy.claim)
        _note(by, at, "CLAIM_OPENED", subject, claim=made.id)
    return made.id


def take_claim(*, by: Actor, at: datetime, claim_id: int, person: str) -> int:
    """The registered contact is the representative from now on; the id of the mandate.

    Whoever represented the business before is put out, with all that was given by them.
    """
    with transaction.atomic():
        rows = Claim.objects.select_for_update(of=("self",)).select_related("subject")
        found = rows.filter(id=claim_id, used_at=None, expires_at__gt=at).first()
        if found is None:
            raise MandateError(_("链接无效、已使用或已过期"))
        Claim.objects.filter(id=found.id).update(used_at=at)
        held = Mandate.objects.select_for_update().filter(
            subject=found.subject, kind=MandateKind.REPRESENTATIVE.value, state=MandateState.ACCEPTED.value
        )
        for row in held:
            _end(by, at, row, MandateState.WITHDRAWN, "登记联系人重新认领")
        holder = outsider(person)
        made = Mandate.objects.create(
            subject=found.subject,
            person=holder,
            name=holder.name,
            kind=MandateKind.REPRESENTATIVE.value,
            acts=REPRESENTATIVE,
            state=MandateState.ACCEPTED.value,
            valid_from=day(at),
            made_at=at,
            accepted_at=at,
        )
        _note(by, at, "CLAIM_TAKEN", found.subject.key, mandate=made.id, person=person)
    return made.id


def offer(*, by: Actor, at: datetime, mandate_id: int, name: str, acts: tuple[str, ...], until: date) -> str:
    """The representative offers an agent a mandate; the token for the link that accepts it, shown once."""
    policy, today = mandate_policy(), day(at)
    if not name.strip():
        raise MandateError(_("请填写经办人姓名"))
    if not set(acts) <= {act.value for act in GIVEABLE}:
        raise MandateError(_("请选择可以授权的事项"))
    if not today <= until <= today + timedelta(days=policy.agent_days_max):
        told = {"days": policy.agent_days_max}
        raise MandateError(_("期限须在今天之后、%(days)d 天之内") % told)
    token = new_token()
    with transaction.atomic():
        own = _giving(by, at, mandate_id)
        open_ones = [MandateState.OFFERED.value, MandateState.ACCEPTED.value]
        given = Mandate.objects.filter(given_under=own, state__in=open_ones, valid_to__gte=today)
        if given.count() >= policy.agents_max:
            raise MandateError(_("经办人最多 %(n)d 名，请先收回不用的授权") % {"n": policy.agents_max})
        made = Mandate.objects.create(
            subject=own.subject,
            name=name.strip()[:100],
            kind=MandateKind.AGENT.value,
            acts=[act.value for act in GIVEABLE if act is Act.READ or act.value in acts],
            state=MandateState.OFFERED.value,
            valid_from=today,
            valid_to=until,
            given_under=own,
            token_hash=fingerprint(token, "mandate"),
            offer_ends_at=at + policy.offer,
            made_at=at,
        )
        _note(by, at, "MANDATE_OFFERED", own.subject.key, mandate=made.id, acts=made.acts)
    return token


def accept(*, by: Actor, at: datetime, token: str, person: str) -> int:
    """The agent takes it up with their own log-in; the id of the mandate."""
    with transaction.atomic():
        row = _offered(token, at)
        _move(row, MandateState.ACCEPTED)
        row.person, row.accepted_at, row.token_hash = outsider(person), at, ""
        row.save()
        _note(by, at, "MANDATE_ACCEPTED", row.subject.key, mandate=row.id, person=person)
    return row.id


def decline(*, by: Actor, at: datetime, token: str) -> None:
    """Whoever has the link does not want it: it serves nobody any more."""
    with transaction.atomic():
        _end(by, at, _offered(token, at), MandateState.DECLINED, "未接受")


def withdraw(*, by: Actor, at: datetime, mandate_id: int, target_id: int, reason: str) -> None:
    """The representative takes back what was given, an offer included; at once."""
    with transaction.atomic():
        own = _giving(by, at, mandate_id)
        row = Mandate.objects.select_for_update().filter(id=target_id, given_under=own, ended_at=None).first()
        if row is None:
            raise MandateError(_("没有这项授权，或已经收回"))
        _end(by, at, row, MandateState.WITHDRAWN, reason.strip() or "授权人收回")


def revoke(*, by: Actor, at: datetime, viewer: Viewer, mandate_id: int, reason: str) -> None:
    """The bureau ends a mandate or an offer of a business in the viewer's scope, at once, with a reason.

    What a representative gave falls with it. The registered contact may claim again.
    """
    by.require_person("收回授权", REVOKE)
    if not reason.strip():
        raise MandateError(_("请写明理由"))
    with transaction.atomic():
        rows = Mandate.objects.select_for_update(of=("self",)).filter(id=mandate_id, ended_at=None)
        row = scoping.within(rows.select_related("subject"), viewer, "subject__key").first()
        if row is None:
            raise MandateError(_("没有这项授权，或已经收回"))
        _end(by, at, row, MandateState.WITHDRAWN, reason.strip())


def lay_down(*, by: Actor, at: datetime, mandate_id: int, person: str) -> None:
    """An agent does not act for the business any more."""
    with transaction.atomic():
        rows = Mandate.objects.select_for_update().filter(
            id=mandate_id, person__key=person, ended_at=None, kind=MandateKind.AGENT.value
        )
        row = rows.first()
        if row is None:
            raise MandateError(_("没有这项授权，或已经收回"))
        _end(by, at, row, MandateState.LAID_DOWN, "经办人放弃")


def open_feed(*, by: Actor, at: datetime, mandate_id: int, person: str) -> str:
    """A new address for the calendar of one's own mandate, shown once; the earlier one is void."""
    token = new_token()
    with transaction.atomic():
        row = standing(at).select_for_update(of=("self",)).filter(id=mandate_id, person__key=person).first()
        if row is None:
            raise MandateError(_("您的授权已经失效"))
        CalendarFeed.objects.filter(mandate=row, revoked_at=None).update(revoked_at=at)
        CalendarFeed.objects.create(mandate=row, token_hash=fingerprint(token, "feed"), made_at=at)
        _note(by, at, "FEED_OPENED", row.subject.key, mandate=row.id)
    return token


def revoke_feed(*, by: Actor, at: datetime, mandate_id: int, person: str) -> bool:
    """The address of one's own mandate opens nothing any more; False when there was none."""
    with transaction.atomic():
        mine = CalendarFeed.objects.filter(
            mandate_id=mandate_id, mandate__person__key=person, revoked_at=None
        )
        feed = mine.select_related("mandate__subject").first()
        if feed is None:
            return False
        CalendarFeed.objects.filter(id=feed.id).update(revoked_at=at)
        _note(by, at, "FEED_REVOKED", feed.mandate.subject.key, mandate=mandate_id)
    return True


def _giving(by: Actor, at: datetime, mandate_id: int) -> Mandate:
    """The giver's own mandate; looked at again inside the transaction."""
    by.require_power(Act.GIVE.power)
    row = standing(at).filter(id=mandate_id).first()
    if row is None or by.kind is not ActorKind.BUSINESS or by.key != row.subject.key:
        raise MandateError(_("您的授权已经失效"))
    if Act.GIVE.value not in row.acts:
        raise MandateError(_("您的授权不含授权他人"))
    return row


def _offered(token: str, at: datetime) -> Mandate:
    rows = Mandate.objects.select_for_update(of=("self",)).select_related("subject")
    told = fingerprint(token, "mandate")
    row = rows.filter(token_hash=told, state=MandateState.OFFERED.value, offer_ends_at__gt=at).first()
    if row is None or row.given_under_id is None or not standing(at).filter(id=row.given_under_id).exists():
        raise MandateError(_("链接无效、已使用或已过期"))
    return row


def _move(row: Mandate, state: MandateState) -> None:
    check_step(MandateState(row.state), state)
    row.state = state.value


def _end(by: Actor, at: datetime, row: Mandate, state: MandateState, reason: str) -> None:
    _move(row, state)
    row.ended_at, row.end_reason, row.token_hash = at, reason, ""
    row.save()
    _note(by, at, f"MANDATE_{state.value}", row.subject.key, mandate=row.id, why=reason)


def _note(by: Actor, at: datetime, action: str, subject: str, **detail: object) -> None:
    evidence.record(by=by, at=at, action=action, target=f"subject:{subject}", detail=detail)
