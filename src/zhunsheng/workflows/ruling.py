"""Which version of the rules judges when: what is installed, until a published version takes effect.

The version in effect at `as_of` among those published by `known_at`. None takes effect before it was
published, so what was judged stays what it was. Policies, clocks and texts are those that are installed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from django.conf import settings

from zhunsheng.core.actors import Viewer
from zhunsheng.core.clock import instant
from zhunsheng.core.packs.nodes import PackError
from zhunsheng.core.rules.tree import Pack, TriggerPoint
from zhunsheng.engine.fast.codes import FAR
from zhunsheng.engine.library import Library, open_library
from zhunsheng.engine.versions import Course
from zhunsheng.judging.portraits import queries as portraits
from zhunsheng.judging.rulebook import queries as rulebook
from zhunsheng.workflows.keeping import pack_of
from zhunsheng.workflows.quieting import windows

VIEWER = Viewer.bureau("rules")


def rules_at(as_of: datetime, known_at: datetime | None = None) -> Library:
    """The library with the version in effect at an instant, as known then or at another instant."""
    installed = open_library(settings.PACKS)
    told = rulebook.rulings(viewer=VIEWER, known_at=as_of if known_at is None else known_at)
    if not told:
        return installed
    begun = [ruling.pack_hash for ruling in told if ruling.since_at <= as_of]
    return _with(installed, begun[-1] if begun else told[0].replaces)


@lru_cache(maxsize=8)
def _with(installed: Library, content_hash: str) -> Library:
    if content_hash == installed.pack.content_hash:
        return installed
    if (found := portraits.kept_pack(viewer=VIEWER, content_hash=content_hash)) is None:
        raise PackError(content_hash, "没有这个版本")
    pack, contracts = found
    points = {point.id: point for item in pack.items for point in item.points}
    return replace(installed, pack=pack, contracts=contracts, points=points)


def course_at(known_at: datetime, subjects: Sequence[str] | None = None) -> Course:
    """Which version judges from when and what was snoozed, as known at an instant; for these or all."""
    return Course(_versions(known_at), *windows(known_at, subjects))


def _versions(known_at: datetime) -> tuple[tuple[int, Pack], ...]:
    told = rulebook.rulings(viewer=VIEWER, known_at=known_at)
    if not told:
        return Course.of(open_library(settings.PACKS).pack).parts
    rows = [(-FAR, told[0].replaces), *((instant(r.since_at), r.pack_hash) for r in told)]
    return tuple((since, kept(name)) for since, name in rows)


def kept(content_hash: str) -> Pack:
    """A pack that is installed or kept; PackError when there is none with this hash."""
    if (found := pack_of(content_hash)) is None:
        raise PackError(content_hash, "没有这个版本")
    return found


def points_at(at: datetime) -> dict[str, TriggerPoint]:
    """Every point by its id as the newest version that knows it defines it: also one that was given up."""
    return {point.id: point for _, pack in _versions(at) for item in pack.items for point in item.points}


def rules_of(content_hash: str, at: datetime) -> Library:
    """The library with the version under which something began; if never kept, with the one in effect."""
    known = pack_of(content_hash) is not None
    return _with(open_library(settings.PACKS), content_hash) if known else rules_at(at)
