"""Recording what the registration system says; every change is audited and repeats change nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.db import transaction

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.clock import SHANGHAI
from zhunsheng.core.reference import Edition, Table, read_edition
from zhunsheng.foundation.accounts.revealing import RevealError, stated
from zhunsheng.foundation.evidence import actions as evidence
from zhunsheng.registers.registry import scoping, searching
from zhunsheng.registers.registry.lifecycle import SubjectState, check_transition
from zhunsheng.registers.registry.models import (
    Belonging,
    IdentifierKind,
    ReferenceEdition,
    Subject,
    SubjectIdentifier,
    SubjectLink,
    SubjectName,
)


class Effect(StrEnum):
    """What a record did to the registry."""

    CREATED = "CREATED"
    CHANGED = "CHANGED"
    UNCHANGED = "UNCHANGED"


class UnknownSubjectError(Exception):
    """Nobody is registered under this key."""


class EditionError(Exception):
    """An edition of this name was loaded with another content."""


class LinkError(Exception):
    """A link that cannot be made or reversed."""


@dataclass(frozen=True, slots=True)
class SubjectRecord:
    """What the registration system says about one subject on a day. `key` is checked by the caller."""

    key: str
    kind: str
    name: str
    division: str
    industry: str
    established_on: date
    state: SubjectState = SubjectState.ACTIVE
    state_since_on: date | None = None
    old_number: str = ""
    station: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class BelongingRecord:
    """What a source says about one thing that belongs to a subject."""

    subject: str
    kind: str
    number: str
    name: str = ""
    category: str = ""
    valid_to: date | None = None
    details: Mapping[str, str | int | bool | None] = field(default_factory=dict)


def record_subject(*, by: Actor, at: datetime, record: SubjectRecord) -> Effect:
    """Create or update a subject; former names are kept, an unlawful change of state is refused."""
    return _record_subject(by, at, record, lawful_steps_only=True)


def record_subjects(*, by: Actor, at: datetime, records: Sequence[SubjectRecord]) -> list[Effect]:
    """The same for many at once, as if they had come one after the other; the effects in their order."""
    with transaction.atomic():
        keys = {record.key for record in records}
        known = set(Subject.objects.filter(key__in=keys).values_list("key", flat=True))
        fresh: dict[str, SubjectRecord] = {}
        for record in records:
            if record.key not in known:
                fresh.setdefault(record.key, record)
        made = Subject.objects.bulk_create(
            [Subject(key=key, recorded_at=at, **_wanted(record)) for key, record in fresh.items()],
            batch_size=1_000,
        )
        _note_new(by, at, list(zip(made, fresh.values(), strict=True)))
        return [
            Effect.CREATED if fresh.get(record.key) is record else record_subject(by=by, at=at, record=record)
            for record in records
        ]


def follow_facts(*, by: Actor, at: datetime, record: SubjectRecord) -> Effect:
    """Bring a subject's row to what the facts in force say; the way back after an undo is no step in law.

    Station and telephone are in no fact: left empty they stay as they are.
    """
    kept = Subject.objects.filter(key=record.key).values_list("station", "phone").first() or ("", "")
    whole = replace(record, station=record.station or kept[0], phone=record.phone or kept[1])
    return _record_subject(by, at, whole, lawful_steps_only=False)


def _record_subject(by: Actor, at: datetime, record: SubjectRecord, *, lawful_steps_only: bool) -> Effect:
    wanted = _wanted(record)
    with transaction.atomic():
        found = Subject.objects.select_for_update().filter(key=record.key).first()
        if found is None:
            found = Subject.objects.create(key=record.key, recorded_at=at, **wanted)
            _note_new(by, at, [(found, record)])
            return Effect.CREATED
        changed = {k: _change(k, getattr(found, k), v) for k, v in wanted.items() if getattr(found, k) != v}
        if not changed:
            return Effect.UNCHANGED
        if lawful_steps_only:
            check_transition(SubjectState(found.state), record.state)
        if "name" in changed:
            SubjectName.objects.update_or_create(
                subject=found, valid_from=at.date(), defaults={"name": record.name}
            )
        Subject.objects.filter(id=found.id).update(recorded_at=at, **wanted)
        if {"name", "phone"} & set(changed):
            searching.index_all(Subject.objects.filter(id=found.id))
        _audit(by, at, record.key, "SUBJECT_CHANGED", {"changed": changed})
    return Effect.CHANGED


def _change(field: str, before: object, after: object) -> list[str]:
    """What the audit trail keeps of a change: that a closed field changed, not what it held."""
    return ["*", "*"] if field in scoping.FIELD_LEVELS else [str(before), str(after)]


def withdraw(*, by: Actor, at: datetime, keys: Sequence[str], reason: str) -> int:
    """Take subjects out of the lists because the import that named them was undone; nothing is deleted."""
    count = 0
    with transaction.atomic():
        for found in Subject.objects.select_for_update().filter(key__in=keys, withdrawn_at=None):
            Subject.objects.filter(id=found.id).update(withdrawn_at=at)
            _audit(by, at, found.key, "SUBJECT_WITHDRAWN", {"reason": reason})
            count += 1
    return count


def withdraw_belongings(
    *, by: Actor, at: datetime, numbers: Sequence[tuple[str, str, str]], reason: str
) -> int:
    """The same for belongings, each named by (subject key, kind, number)."""
    count = 0
    with transaction.atomic():
        for key, kind, number in numbers:
            rows = Belonging.objects.filter(subject__key=key, kind=kind, number=number, withdrawn_at=None)
            if rows.update(withdrawn_at=at):
                detail = {"kind": kind, "number": number, "reason": reason}
                _audit(by, at, key, "BELONGING_WITHDRAWN", detail)
                count += 1
    return count


def _wanted(record: SubjectRecord) -> dict[str, Any]:
    return {
        "kind": record.kind,
        "name": record.name,
        "state": record.state.value,
        "state_since_on": record.state_since_on or record.established_on,
        "division": record.division,
        "industry": record.industry,
        "established_on": record.established_on,
        "station": record.station,
        "phone": record.phone,
        "withdrawn_at": None,
    }


def _note_new(by: Actor, at: datetime, made: Sequence[tuple[Subject, SubjectRecord]]) -> None:
    """Numbers, names and audit entries of subjects that were just created."""
    numbers = [
        SubjectIdentifier(subject=subject, kind=kind, number=number, valid_from=record.established_on)
        for subject, record in made
        for kind, number in _numbers(record)
    ]
    names = [SubjectName(subject=s, name=r.name, valid_from=r.established_on) for s, r in made]
    searching.index([searching.Known(s.id, [r.name], [r.key, r.old_number], r.phone) for s, r in made])
    SubjectIdentifier.objects.bulk_create(numbers, batch_size=1_000)
    SubjectName.objects.bulk_create(names, batch_size=1_000)
    entries: list[tuple[str, Mapping[str, object]]] = [(f"subject:{r.key}", {}) for _, r in made]
    evidence.record_many(by=by, at=at, action="SUBJECT_RECORDED", entries=entries)


def _numbers(record: SubjectRecord) -> list[tuple[IdentifierKind, str]]:
    own = IdentifierKind.SURROGATE if record.key.startswith("ZR") else IdentifierKind.USCC
    old = [(IdentifierKind.OLD_REGISTRATION_NUMBER, record.old_number)] if record.old_number else []
    return [(own, record.key), *old]


def _audit(by: Actor, at: datetime, key: str, action: str, detail: Mapping[str, object]) -> None:
    evidence.record(by=by, at=at, action=action, target=f"subject:{key}", detail=detail)


def _subject(key: str) -> Subject:
    found = Subject.objects.filter(key=key).first()
    if found is None:
        raise UnknownSubjectError(key)
    return found


def assign_officer(*, by: Actor, at: datetime, viewer: Viewer, key: str, officer: str) -> None:
    """Put somebody in charge of a subject; UnknownSubjectError when it is not open to the viewer."""
    by.require_power("subject.assign")
    with transaction.atomic():
        found = scoping.subjects(viewer).select_for_update(of=("self",)).filter(key=key).first()
        if found is None:
            raise UnknownSubjectError(key)
        Subject.objects.filter(id=found.id).update(officer=officer)
        _audit(by, at, key, "OFFICER_ASSIGNED", {"from": found.officer, "to": officer})


def reveal(*, by: Actor, at: datetime, viewer: Viewer, key: str, field: str, purpose: str, words: str) -> str:
    """A masked field in full, for a purpose on the list and words beside it; both go on record first."""
    if field not in scoping.FIELD_LEVELS:
        raise RevealError(field)
    level = scoping.FIELD_LEVELS[field]
    told = stated(by=by, viewer=viewer, level=level, purpose=purpose, words=words)
    with transaction.atomic():
        found = scoping.subjects(viewer).filter(key=key).first()
        if found is None:
            raise UnknownSubjectError(key)
        _audit(by, at, key, "FIELD_REVEALED", {"field": field, **told})
        return str(getattr(found, field))


def record_belonging(*, by: Actor, at: datetime, record: BelongingRecord) -> Effect:
    """Create or update premises, a permit, a shop or a device of a known subject."""
    wanted = {
        "name": record.name,
        "category": record.category,
        "valid_to": record.valid_to,
        "details": dict(record.details),
        "withdrawn_at": None,
    }
    with transaction.atomic():
        subject = _subject(record.subject)
        found, created = Belonging.objects.select_for_update().get_or_create(
            subject=subject,
            kind=record.kind,
            number=record.number,
            defaults={**wanted, "recorded_at": at},
        )
        if not created and all(getattr(found, k) == v for k, v in wanted.items()):
            return Effect.UNCHANGED
        if created:
            searching.index_all(Subject.objects.filter(id=subject.id))
        else:
            Belonging.objects.filter(id=found.id).update(recorded_at=at, **wanted)
        detail = {"kind": record.kind, "number": record.number}
        _audit(by, at, record.subject, "BELONGING_RECORDED", detail)
    return Effect.CREATED if created else Effect.CHANGED


def follow_belonging(*, by: Actor, at: datetime, record: BelongingRecord) -> Effect:
    """Bring a thing's row back to what the facts in force say; what is in no fact stays as it is listed."""
    rows = Belonging.objects.filter(subject__key=record.subject, kind=record.kind, number=record.number)
    found = rows.values_list("name", "details").first() or ("", {})
    details = {**found[1], **record.details}
    return record_belonging(
        by=by, at=at, record=replace(record, name=record.name or found[0], details=details)
    )


def link(*, by: Actor, at: datetime, subject: str, other: str, kind: str, since_on: date, reason: str) -> int:
    """Link two subjects from a day on; the id of the link. A circle of mergers is refused."""
    with transaction.atomic():
        a, b = _subject(subject), _subject(other)
        if a.id == b.id or not reason.strip():
            raise LinkError("关联须涉及两个主体并写明理由")
        if since_on > at.astimezone(SHANGHAI).date():
            raise LinkError("关联的起始日在将来；到那一天再登记")
        standing = SubjectLink.objects.filter(subject=a, kind=kind, reversed_at=None)
        if standing.filter(other=b).exists() or (kind == "MERGED_INTO" and standing.exists()):
            raise LinkError("该主体已有同样的有效关联，先撤销再登记")
        if kind == "MERGED_INTO" and _merges_into(b, a):
            raise LinkError("合并成环")
        made = SubjectLink.objects.create(
            subject=a, other=b, kind=kind, since_on=since_on, reason=reason, recorded_by=by.name
        )
        _audit(by, at, subject, "SUBJECT_LINKED", {"kind": kind, "other": other, "reason": reason})
    return made.id


def _merges_into(start: Subject, goal: Subject) -> bool:
    current: int | None = start.id
    while current is not None:
        if current == goal.id:
            return True
        row = SubjectLink.objects.filter(subject=current, kind="MERGED_INTO", reversed_at=None).first()
        current = row.other_id if row else None
    return False


def reverse_link(*, by: Actor, at: datetime, link_id: int, reason: str) -> None:
    """End a link with a reason; it stays on record."""
    with transaction.atomic():
        row = SubjectLink.objects.select_for_update().filter(id=link_id, reversed_at=None).first()
        if row is None or not reason.strip():
            raise LinkError("没有这条有效的关联，或没有写明理由")
        row.reversed_at, row.reversal_reason = at, reason
        row.save(update_fields=["reversed_at", "reversal_reason"])
        _audit(by, at, row.subject.key, "LINK_REVERSED", {"link": link_id, "reason": reason})


def move_station(*, by: Actor, at: datetime, old: str, new: str, reason: str) -> int:
    """A station merges into another: its subjects belong to the new one from now on; how many."""
    if not old.strip() or not new.strip() or not reason.strip():
        raise LinkError("所的合并须写明原所、新所和理由")
    with transaction.atomic():
        moved = Subject.objects.filter(station=old).update(station=new, recorded_at=at)
        detail = {"from": old, "to": new, "subjects": moved, "reason": reason}
        evidence.record(by=by, at=at, action="STATION_MOVED", target=f"station:{old}", detail=detail)
    return moved


def load_edition(*, by: Actor, at: datetime, kind: str, document: Mapping[str, Any], known: Table) -> Edition:
    """Record an edition of a reference table; PackError with the place when it is not one.

    The same edition again changes nothing; another text under its name raises EditionError.
    """
    read = read_edition(kind, document, where=str(document.get("edition") or kind), known=known)
    with transaction.atomic():
        found = ReferenceEdition.objects.filter(kind=kind, name=read.name).first()
        if found is not None and found.document != document:
            raise EditionError(f"版本 {read.name} 已载入过，内容不同；换一个版本名")
        if found is None:
            ReferenceEdition.objects.create(
                kind=kind,
                name=read.name,
                valid_from=read.valid_from,
                document=dict(document),
                recorded_at=at,
                recorded_by=by.name or by.key,
            )
            detail = {"edition": read.name, "entries": len(read.entries)}
            evidence.record(by=by, at=at, action="EDITION_LOADED", target=f"reference:{kind}", detail=detail)
    return read


def index_again(*, by: Actor, at: datetime) -> int:
    """Index every subject anew, for rows that came in past the actions; how many."""
    with transaction.atomic():
        count = searching.index_all(Subject.objects.all())
        evidence.record(
            by=by, at=at, action="SUBJECTS_INDEXED", target="registry", detail={"subjects": count}
        )
    return count
