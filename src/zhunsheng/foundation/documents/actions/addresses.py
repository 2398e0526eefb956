"""Addresses that recipients confirmed in writing."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from zhunsheng.core.actors import Actor
from zhunsheng.core.documents.service import ServiceRuleError
from zhunsheng.foundation.documents.models import ServiceAddress
from zhunsheng.foundation.documents.terms import DocumentTerms
from zhunsheng.foundation.documents.writing import day_of
from zhunsheng.foundation.evidence import actions as evidence

POSTAL = "POSTAL"


def confirm_address(
    *,
    by: Actor,
    at: datetime,
    recipient: str,
    channel: str,
    address: str,
    signed_by: str,
    signed_on: date,
    proof: str,
    terms: DocumentTerms,
) -> int:
    """Record what a signed confirmation says; an earlier address of the channel ends. Its id.

    `recipient` is the key of the one whose address it is, `proof` leads to the signed paper.
    """
    by.require_person("登记送达地址确认书", "document.serve")
    if channel != POSTAL:
        terms.catalogue.services.check_channel(channel)
    if not all(text.strip() for text in (recipient, address, signed_by, proof)):
        raise ServiceRuleError("须写明当事人、地址、签署人和确认书存放处")
    if signed_on > day_of(at):
        raise ServiceRuleError("签署日期不能晚于今天")
    with transaction.atomic():
        _end(at, recipient, channel, "由新的确认书代替")
        row = ServiceAddress.objects.create(
            shared_with=recipient,
            channel=channel,
            address=address.strip(),
            signed_by=signed_by,
            signed_on=signed_on,
            proof=proof,
            recorded_at=at,
            recorded_by=by.name,
        )
        detail = {"channel": channel, "signed_on": str(signed_on), "proof": proof}
        evidence.record(
            by=by, at=at, action="ADDRESS_CONFIRMED", target=f"recipient:{recipient}", detail=detail
        )
    return row.id


def end_address(*, by: Actor, at: datetime, recipient: str, channel: str, why: str) -> bool:
    """The recipient took the confirmation back, or it turned out wrong; False when there was none."""
    by.require_person("终止送达地址确认", "document.serve")
    if not why.strip():
        raise ServiceRuleError("须写明理由")
    with transaction.atomic():
        ended = _end(at, recipient, channel, why)
        if ended:
            detail = {"channel": channel, "why": why}
            evidence.record(
                by=by, at=at, action="ADDRESS_ENDED", target=f"recipient:{recipient}", detail=detail
            )
    return bool(ended)


def _end(at: datetime, recipient: str, channel: str, why: str) -> int:
    rows = ServiceAddress.objects.filter(shared_with=recipient, channel=channel, ended_at=None)
    return rows.update(ended_at=at, ended_why=why)
