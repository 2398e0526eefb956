"""Persons, posts, certificates."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from zhunsheng.core.actors import Actor
from zhunsheng.foundation.accounts.finding import person_of, standing_unit
from zhunsheng.foundation.accounts.models import Certificate, Person, Post
from zhunsheng.foundation.accounts.roles import role_book
from zhunsheng.foundation.evidence import actions as evidence


class PersonError(Exception):
    """Something about a person that cannot be recorded; the text says why."""


def register_person(*, by: Actor, at: datetime, key: str, name: str, joined_on: date) -> None:
    """A new colleague under a work number that nobody ever had."""
    by.require_power("org.edit")
    if not key.strip() or not name.strip():
        raise PersonError(_("工号与姓名不能为空"))
    with transaction.atomic():
        if Person.objects.filter(key=key).exists():
            raise PersonError(_("%(key)s: 工号已被使用，离职人员的工号也不再发给他人") % {"key": key})
        Person.objects.create(key=key, name=name, joined_on=joined_on)
        evidence.record(
            by=by, at=at, action="PERSON_REGISTERED", target=f"person:{key}", detail={"name": name}
        )


def take_post(
    *, by: Actor, at: datetime, person: str, unit: str, title: str, since_on: date, leaving: bool = True
) -> None:
    """A person takes a post in a standing unit; with `leaving` the posts held so far end the day before."""
    by.require_power("org.edit")
    with transaction.atomic():
        who, where = person_of(person), standing_unit(unit)
        if leaving:
            held = Post.objects.filter(Q(valid_to=None) | Q(valid_to__gte=since_on), person=who)
            held.filter(valid_from__lt=since_on).update(valid_to=since_on - timedelta(days=1))
        Post.objects.create(person=who, unit=where, title=title, valid_from=since_on)
        detail = {"unit": unit, "title": title, "since": since_on.isoformat()}
        evidence.record(by=by, at=at, action="POST_TAKEN", target=f"person:{person}", detail=detail)


def leave(*, by: Actor, at: datetime, person: str, on: date, reason: str) -> None:
    """A last day at work: posts end with it, and no grant and no log-in outlasts it."""
    by.require_power("org.edit")
    if not reason.strip():
        raise PersonError(_("离职须写明依据"))
    with transaction.atomic():
        who = person_of(person)
        if who.left_on is not None or on < who.joined_on:
            raise PersonError(_("%(who)s：已登记离职，或离职日早于到岗日") % {"who": who.name})
        Person.objects.filter(id=who.id).update(left_on=on)
        lasting = Post.objects.filter(Q(valid_to=None) | Q(valid_to__gt=on), person=who)
        lasting.filter(valid_from__gt=on).delete()
        lasting.update(valid_to=on)
        detail = {"on": on.isoformat(), "why": reason}
        evidence.record(by=by, at=at, action="PERSON_LEFT", target=f"person:{person}", detail=detail)


def record_certificate(
    *, by: Actor, at: datetime, person: str, kind: str, number: str, valid_from: date, valid_to: date
) -> None:
    """A qualification with its last day; a renewed one is a new entry."""
    by.require_power("org.edit")
    if kind not in role_book().certificates:
        raise PersonError(_("%(kind)s: 没有这种证件") % {"kind": kind})
    if valid_to < valid_from:
        raise PersonError(_("证件有效期止于起始日之前"))
    with transaction.atomic():
        if Certificate.objects.filter(kind=kind, number=number).exists():
            raise PersonError(_("%(number)s: 证号已登记") % {"number": number})
        Certificate.objects.create(
            person=person_of(person), kind=kind, number=number, valid_from=valid_from, valid_to=valid_to
        )
        detail = {"kind": kind, "number": number, "valid_to": valid_to.isoformat()}
        evidence.record(by=by, at=at, action="CERTIFICATE_RECORDED", target=f"person:{person}", detail=detail)
