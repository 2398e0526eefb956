"""Reading people: one with posts and certificates, many as a list, whose certificates run out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from zhunsheng.core.actors import Viewer
from zhunsheng.core.listing import Listed, Part
from zhunsheng.foundation.accounts.acting import standing_grants
from zhunsheng.foundation.accounts.models import Account, Certificate, Person, Post
from zhunsheng.foundation.accounts.roles import role_book
from zhunsheng.foundation.seeking import seek


@dataclass(frozen=True, slots=True)
class CertificateCard:
    """A certificate of somebody; `kind_zh` is its name, `valid_to` its last day."""

    person: str
    name: str
    kind: str
    kind_zh: str
    number: str
    valid_from: date
    valid_to: date


def _certificate(row: Certificate) -> CertificateCard:
    named = role_book().certificates.get(row.kind, row.kind)
    who = row.person
    return CertificateCard(who.key, who.name, row.kind, named, row.number, row.valid_from, row.valid_to)


def certificates_due(*, viewer: Viewer, on: date, until: date) -> list[CertificateCard]:
    """Certificates that end by a day, or have ended, and were not renewed; the most pressing first.

    Only of those who still work here.
    """
    if not viewer.is_staff:
        return []
    here = Q(person__left_on=None) | Q(person__left_on__gte=on)
    newest: dict[tuple[int, str], Certificate] = {}
    for row in Certificate.objects.filter(here).select_related("person").order_by("valid_to", "id"):
        newest[row.person_id, row.kind] = row
    due = sorted((row for row in newest.values() if row.valid_to <= until), key=lambda r: (r.valid_to, r.id))
    return [_certificate(row) for row in due]


@dataclass(frozen=True, slots=True)
class PostCard:
    """What somebody is or was in a unit."""

    unit: str
    unit_name: str
    title: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class PersonFile:
    """Everything the administration knows of one person but grants and log-ins."""

    key: str
    name: str
    joined_on: date
    left_on: date | None
    posts: tuple[PostCard, ...]
    certificates: tuple[CertificateCard, ...]


def person(*, viewer: Viewer, key: str) -> PersonFile | None:
    """One person with all posts and certificates, the latest first; staff only."""
    who = Person.objects.filter(key=key).first() if viewer.is_staff else None
    if who is None:
        return None
    posts = who.posts.select_related("unit").order_by("-valid_from", "-id")
    papers = who.certificates.select_related("person").order_by("-valid_to", "-id")
    return PersonFile(
        who.key,
        who.name,
        who.joined_on,
        who.left_on,
        tuple(PostCard(p.unit.key, p.unit.name, p.title, p.valid_from, p.valid_to) for p in posts),
        tuple(map(_certificate, papers)),
    )


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person as a list shows it: posts of the day, the account's state (NONE without one)."""

    id: int
    key: str
    name: str
    posts: str
    account: str
    account_state: str
    grants: int
    joined_on: date
    left_on: date | None


@dataclass(frozen=True, slots=True)
class PersonFilter:
    """Which people: part of name or number, of a unit's name, state of the account, gone or still here."""

    text: str = ""
    unit: str = ""
    account: str = ""
    gone: bool = False


def listed_people(*, viewer: Viewer, part: Part, wanted: PersonFilter, on: date) -> Listed[PersonRow]:
    """People by name, unit and account; staff only."""
    if not viewer.is_staff:
        return Listed()
    here = Q(left_on=None) | Q(left_on__gte=on)
    rows = Person.objects.exclude(here) if wanted.gone else Person.objects.filter(here)
    if wanted.text:
        rows = rows.filter(Q(name__contains=wanted.text) | Q(key__startswith=wanted.text))
    now = Post.objects.filter(Q(valid_to=None) | Q(valid_to__gte=on), valid_from__lte=on)
    if wanted.unit:
        rows = rows.filter(id__in=now.filter(unit__name__contains=wanted.unit).values("person"))
    if wanted.account == "NONE":
        rows = rows.filter(account=None)
    elif wanted.account:
        rows = rows.filter(account__state=wanted.account)
    found = seek(rows, part, lambda row: row)
    ids = [row.id for row in found.rows]
    posts: dict[int, list[str]] = {}
    for who, unit, title in now.filter(person__in=ids).values_list("person", "unit__name", "title"):
        posts.setdefault(who, []).append(f"{unit} {title}")
    held = dict(
        standing_grants(on).filter(person__in=ids).values_list("person").annotate(n=Count("id")).order_by()
    )
    accounts = {a.person_id: a for a in Account.objects.filter(person__in=ids)}
    told = (
        PersonRow(
            p.id,
            p.key,
            p.name,
            "；".join(posts.get(p.id, ())),
            accounts[p.id].name if p.id in accounts else "",
            accounts[p.id].state if p.id in accounts else "NONE",
            held.get(p.id, 0),
            p.joined_on,
            p.left_on,
        )
        for p in found.rows
    )
    return Listed(tuple(told), found.next, found.previous)
