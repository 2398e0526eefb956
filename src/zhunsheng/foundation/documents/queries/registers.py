"""Registers of numbers, attempts of service, confirmed addresses; for the bureau."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from zhunsheng.core.actors import Viewer
from zhunsheng.foundation.documents import scope
from zhunsheng.foundation.documents.models import Document, SerialBook, Service, ServiceAddress


@dataclass(frozen=True, slots=True)
class NumberCard:
    """One number that was given, a cancelled one included."""

    number: int
    serial: str
    title: str
    state: str
    recipient: str
    issued_at: datetime | None


@dataclass(frozen=True, slots=True)
class Register:
    """The numbers of an organ, year and type. `missing` are gaps: there are none unless rows were lost."""

    organ: str
    year: int
    type: str
    last: int
    numbers: tuple[NumberCard, ...]
    missing: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ServiceCard:
    """One attempt of service with what it began with and what its receipt says."""

    id: int
    method: str
    state: str
    started_at: datetime
    started_by: str
    start: dict[str, Any]
    receipt: dict[str, Any]
    served_on: date | None
    note: str
    documents: tuple[int, ...]
    receipt_document: int | None


@dataclass(frozen=True, slots=True)
class AddressCard:
    """A confirmed address."""

    channel: str
    address: str
    signed_by: str
    signed_on: date
    proof: str
    ended_at: datetime | None


def books(*, viewer: Viewer) -> list[tuple[str, int, str, int]]:
    """(organ, year, type, last number) of every register; for bureau-wide viewers."""
    if not viewer.sees_all:
        return []
    return list(SerialBook.objects.values_list("organ", "year", "type", "last"))


def register(*, viewer: Viewer, organ: str, year: int, serial_type: str) -> Register:
    """One register, in order; empty for anybody who is not bureau-wide."""
    key = {"organ": organ, "year": year, "type": serial_type}
    book = SerialBook.objects.filter(**key).first() if viewer.sees_all else None
    last = book.last if book else 0
    rows = Document.objects.filter(organ=organ, serial_year=year, serial_type=serial_type)
    told = [
        NumberCard(r.serial_number or 0, r.serial, r.title, r.state, r.recipient, r.issued_at)
        for r in (rows.order_by("serial_number") if book else rows.none())
    ]
    missing = sorted(set(range(1, last + 1)) - {card.number for card in told})
    return Register(organ, year, serial_type, last, tuple(told), tuple(missing))


def served_together(*, viewer: Viewer, service_id: int) -> list[int]:
    """The documents of one attempt to serve, in their order; bureau-wide viewers only."""
    rows = Service.objects.filter(id=service_id) if viewer.sees_all else Service.objects.none()
    return [number for number in rows.values_list("items__document", flat=True) if number is not None]


def services(*, viewer: Viewer, document_id: int) -> list[ServiceCard]:
    """Every attempt to serve a document, oldest first."""
    if not viewer.is_staff or not scope.documents(viewer).filter(id=document_id).exists():
        return []
    rows = Service.objects.filter(items__document=document_id)
    return [
        ServiceCard(
            row.id,
            row.method,
            row.state,
            row.started_at,
            row.started_by,
            row.start,
            row.receipt,
            row.served_on,
            row.note,
            tuple(row.items.values_list("document", flat=True)),
            row.receipt_document_id,
        )
        for row in rows
    ]


def addresses(*, viewer: Viewer, recipient: str) -> list[AddressCard]:
    """What a recipient confirmed, ended ones included; for the bureau and the recipient itself."""
    if not (viewer.is_supervisor or viewer.may_see_subject(recipient)):
        return []
    rows = ServiceAddress.objects.filter(shared_with=recipient)
    return [AddressCard(r.channel, r.address, r.signed_by, r.signed_on, r.proof, r.ended_at) for r in rows]
