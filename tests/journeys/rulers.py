"""People who bring versions of the rules into effect in tests, and the versions they bring."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from django.conf import settings

from zhunsheng.core.actors import Actor, ActorKind
from zhunsheng.core.packs.lines import Named, moved
from zhunsheng.core.rules.tree import Pack
from zhunsheng.engine.library import open_library
from zhunsheng.judging.rulebook import actions as rulebook
from zhunsheng.workflows import keeping
from zhunsheng.workflows.ruling import rules_at
from zhunsheng.workflows.taking_effect import publish


def person(key: str, *powers: str) -> Actor:
    return Actor(ActorKind.PERSON, key, f"同事{key}", frozenset(powers))


AUTHOR = person("0005", "rule.edit", "rule.replay")
LAWYER = person("0008", "rule.review")
BOARD = person("0006", "rule.approve")
OWNER = person("0009", "model.publish")


def line(number: int) -> Callable[[Sequence[Named]], list[Named]]:
    """T02-1 is yellow at so many people trapped in ninety days."""
    return lambda documents: moved(documents, "T02-1", "yellow.at_least", number)


def approved(at: datetime, pack: Pack, reason: str = "误报多", **more: Any) -> int:
    """A proposal as far as approved; the lab is left out."""
    dossier = {"pack": {"hash": pack.content_hash, "version": pack.version}, "errors": 0, **more}
    number = rulebook.draft(by=AUTHOR, at=at, dossier=dossier, reason=reason)
    return approve(at, number)


def approve(at: datetime, number: int) -> int:
    """Handed in, reviewed and approved by three people."""
    rulebook.submit(by=AUTHOR, at=at, proposal_id=number)
    rulebook.review(by=LAWYER, at=at, proposal_id=number, opinion="合法")
    seen = rulebook.Proposal.objects.get(id=number).dossier_id
    rulebook.approve(by=BOARD, at=at, proposal_id=number, dossier_hash=seen)
    return number


def revised(at: datetime, change: Callable[[Sequence[Named]], list[Named]]) -> Pack:
    """The version in effect, changed, and kept as the lab keeps it."""
    documents = keeping.documents_of(rules_at(at).pack.content_hash)
    return keeping.keep_trial(AUTHOR, at, change(documents))


def in_effect(at: datetime, pack: Pack, on: date) -> int:
    """A version approved and published for a day; the proposal."""
    number = approved(at, pack)
    publish(OWNER, at, number, on)
    return number


def installed() -> Pack:
    return open_library(settings.PACKS).pack
