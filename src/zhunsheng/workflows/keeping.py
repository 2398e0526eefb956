"""Every pack that was judged with is kept by its hash, so that what has begun under it can end under it."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from datetime import datetime

from django.conf import settings

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.packs.lines import Named
from zhunsheng.core.packs.nodes import PackError
from zhunsheng.core.rules.tree import Pack, TriggerPoint
from zhunsheng.engine.library import GENERAL, open_library
from zhunsheng.engine.packfiles import current_documents, pack_from
from zhunsheng.judging.portraits import actions as portraits
from zhunsheng.judging.portraits import queries as kept

BY = Actor.service("keep")
VIEWER = Viewer.bureau(BY.key)


def keep(at: datetime) -> None:
    """Keep the pack in force; nothing to do when it is kept already."""
    pack = open_library(settings.PACKS).pack
    if kept.kept_pack(viewer=VIEWER, content_hash=pack.content_hash) is None:
        portraits.keep_pack(by=BY, at=at, pack=pack, documents=documents_of(pack.content_hash))


def keep_trial(by: Actor, at: datetime, documents: Sequence[Named]) -> Pack:
    """Keep a version that is only tried out; PackError when the documents make no pack."""
    pack, _contracts = pack_from(documents)
    portraits.keep_pack(by=by, at=at, pack=pack, documents=documents)
    return pack


def documents_of(content_hash: str) -> list[Named]:
    """The documents of the pack in force or of a kept one; PackError when there is none with this hash."""
    if open_library(settings.PACKS).pack.content_hash == content_hash:
        return [(name, deepcopy(dict(d))) for name, d in current_documents(settings.PACKS / GENERAL)]
    if found := kept.kept_documents(viewer=VIEWER, content_hash=content_hash):
        return found
    raise PackError(content_hash, "没有这个版本")


def pack_of(content_hash: str) -> Pack | None:
    """The pack with this hash: the one in force, or a kept one."""
    pack = open_library(settings.PACKS).pack
    if pack.content_hash == content_hash:
        return pack
    found = kept.kept_pack(viewer=VIEWER, content_hash=content_hash)
    return found[0] if found else None


def point_of(point: str, content_hash: str) -> tuple[Pack, TriggerPoint]:
    """A trigger point as it was defined when its touch began; of the pack in force if that was never kept."""
    pack = pack_of(content_hash) or open_library(settings.PACKS).pack
    return pack, next(p for item in pack.items for p in item.points if p.id == point)
