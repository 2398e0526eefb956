"""Reading mandates: whom a person may act for, and who may act for a business."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.listing import Listed, Part
from zhunsheng.foundation.accounts.secrets import fingerprint
from zhunsheng.foundation.seeking import beginning, seek
from zhunsheng.registers.mandates.lifecycle import MandateState
from zhunsheng.registers.mandates.models import CalendarFeed, Claim, Mandate
from zhunsheng.registers.mandates.standing import actor_of, day, standing
from zhunsheng.registers.registry import queries as registry
from zhunsheng.registers.registry.scoping import within

FOUND_MAX = 200


@dataclass(frozen=True, slots=True)
class MandateCard:
    """A mandate as its holder, its giver and officers see it. `state` is EXPIRED once its term is over."""

    id: int
    subject: str
    subject_name: str
    person: str
    name: str
    kind: str
    acts: tuple[str, ...]
    state: str
    valid_from: date
    valid_to: date | None
    offer_ends_at: datetime | None
    end_reason: str


def _card(row: Mandate, at: datetime) -> MandateCard:
    on, state = day(at), row.state
    over = row.valid_to is not None and row.valid_to < on
    lapsed = row.offer_ends_at is not None and row.offer_ends_at <= at
    if (state == MandateState.ACCEPTED and over) or (state == MandateState.OFFERED and lapsed):
        state = "EXPIRED"
    return MandateCard(
        row.id,
        row.subject.key,
        row.subject.name,
        row.person.key if row.person else "",
        row.person.name if row.person else row.name,
        row.kind,
        tuple(row.acts),
        state,
        row.valid_from,
        row.valid_to,
        row.offer_ends_at,
        row.end_reason,
    )


def of_person(*, viewer: Viewer, at: datetime, person: str) -> list[MandateCard]:
    """The standing mandates of a person, by the name of the subject."""
    rows = within(standing(at).filter(person__key=person), viewer, "subject__key")
    return [_card(row, at) for row in rows.order_by("subject__name", "id")]


def holders(*, viewer: Viewer, at: datetime, rows_max: int = 12) -> list[tuple[str, str, tuple[str, ...]]]:
    """(person, name, names of the subjects) of those who may act for a business open to the viewer."""
    told: dict[tuple[str, str], list[str]] = {}
    for row in within(standing(at), viewer, "subject__key").order_by("id")[: rows_max * 4]:
        if row.person is not None:
            told.setdefault((row.person.key, row.person.name), []).append(row.subject.name)
    return [(key, name, tuple(names)) for (key, name), names in list(told.items())[:rows_max]]


def acting(*, viewer: Viewer, at: datetime, person: str, mandate_id: int) -> tuple[MandateCard, Actor] | None:
    """A person at work under one of their own standing mandates; None in every other case."""
    row = within(standing(at).filter(id=mandate_id, person__key=person), viewer, "subject__key").first()
    return (_card(row, at), actor_of(row)) if row else None


def of_subject(*, viewer: Viewer, at: datetime, subject: str) -> list[MandateCard]:
    """Every mandate there ever was for a subject, newest first."""
    rows = within(Mandate.objects.filter(subject__key=subject), viewer, "subject__key")
    return [_card(row, at) for row in rows.select_related("subject", "person").order_by("-id")]


@dataclass(frozen=True, slots=True)
class MandateFilter:
    """Which mandates. `text` finds the subject, `name` begins the person's name. `state`: STANDING, ENDING
    within `soon`, OFFERED, EXPIRED, or ENDED for what was taken back, laid down or declined."""

    text: str = ""
    name: str = ""
    kind: str = ""
    state: str = ""


def listed(
    *, viewer: Viewer, at: datetime, wanted: MandateFilter, part: Part, soon: timedelta
) -> Listed[MandateCard]:
    """A part of the mandates of subjects in the viewer's scope; for the bureau only."""
    if not viewer.is_staff:
        return Listed()
    rows = within(_in_state(wanted.state, at, soon), viewer, "subject__key")
    if wanted.text:
        found = registry.find(viewer=viewer, text=wanted.text, rows_max=FOUND_MAX)
        rows = rows.filter(subject__key__in=[card.key for card, _met in found])
    if wanted.name:
        rows = rows.filter(**beginning("name", wanted.name))
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    return seek(rows.select_related("subject", "person"), part, lambda row: _card(row, at))


def _in_state(state: str, at: datetime, soon: timedelta) -> QuerySet[Mandate]:
    """The rows that a state of `MandateFilter` means at an instant, as `_card` would say it."""
    on, rows = day(at), Mandate.objects.all()
    over = Q(state=MandateState.ACCEPTED.value, valid_to__lt=on)
    lapsed = Q(state=MandateState.OFFERED.value, offer_ends_at__lte=at)
    match state:
        case "STANDING":
            return standing(at)
        case "ENDING":
            return standing(at).filter(valid_to__lte=on + soon)
        case "OFFERED":
            return rows.filter(state=MandateState.OFFERED.value).exclude(lapsed)
        case "EXPIRED":
            return rows.filter(over | lapsed)
        case "ENDED":
            return rows.filter(ended_at__isnull=False)
        case _:
            return rows


@dataclass(frozen=True, slots=True)
class MandateFile:
    """A mandate with the one it was given under and those given under it."""

    card: MandateCard
    stands: bool
    made_at: datetime
    accepted_at: datetime | None
    ended_at: datetime | None
    under: MandateCard | None
    given: tuple[MandateCard, ...]


def one(*, viewer: Viewer, at: datetime, mandate_id: int) -> MandateFile | None:
    """One mandate of a subject in the viewer's scope; for the bureau only."""
    if not viewer.is_staff:
        return None
    rows = within(Mandate.objects.filter(id=mandate_id), viewer, "subject__key")
    row = rows.select_related("subject", "person", "given_under__subject", "given_under__person").first()
    if row is None:
        return None
    given = Mandate.objects.filter(given_under=row).select_related("subject", "person").order_by("id")
    return MandateFile(
        _card(row, at),
        standing(at).filter(id=row.id).exists(),
        row.made_at,
        row.accepted_at,
        row.ended_at,
        _card(row.given_under, at) if row.given_under else None,
        tuple(_card(one, at) for one in given),
    )


def offered(*, viewer: Viewer, at: datetime, token: str) -> MandateCard | None:
    """What a link offers, while it may still be accepted."""
    told = fingerprint(token, "mandate")
    rows = Mandate.objects.filter(token_hash=told, state=MandateState.OFFERED.value, offer_ends_at__gt=at)
    row = within(rows.select_related("subject", "person"), viewer, "subject__key").first()
    return _card(row, at) if row else None


def claimed(*, viewer: Viewer, at: datetime, claim_id: int) -> tuple[str, str] | None:
    """(key, name) of the subject that a claim is about, while it may still be taken."""
    rows = Claim.objects.filter(id=claim_id, used_at=None, expires_at__gt=at).select_related("subject")
    row = within(rows, viewer, "subject__key").first()
    return (row.subject.key, row.subject.name) if row else None


def subject_of_feed(*, viewer: Viewer, at: datetime, token: str) -> str:
    """The subject whose dates a calendar address tells; '' when it is void or its mandate is over."""
    rows = CalendarFeed.objects.filter(token_hash=fingerprint(token, "feed"), revoked_at=None)
    feed = within(rows, viewer, "mandate__subject__key").first()
    row = standing(at).filter(id=feed.mandate_id).first() if feed else None
    return row.subject.key if row else ""


def has_feed(*, viewer: Viewer, mandate_id: int) -> bool:
    """Whether a calendar address of this mandate is open."""
    rows = CalendarFeed.objects.filter(mandate_id=mandate_id, revoked_at=None)
    return within(rows, viewer, "mandate__subject__key").exists()
