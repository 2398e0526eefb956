"""Publishing the four lists: a person's act, under a version that is used once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from zhunsheng.core.actors import Actor
from zhunsheng.core.packs.lists import PublicList, as_record
from zhunsheng.foundation.evidence import actions as evidence
from zhunsheng.judging.triggers.models import PublishedList


class VersionUsedError(Exception):
    """The version was published already with other content: raise it in pack.yaml."""


def publish_lists(*, by: Actor, at: datetime, lists: Sequence[PublicList], pack_hash: str) -> int:
    """Store the lists as published; how many are new. The same version and content change nothing."""
    by.require_person("发布清单", "list.approve")
    new = 0
    with transaction.atomic():
        for told in lists:
            found = PublishedList.objects.filter(kind=told.kind.value, version=told.version).first()
            if found is not None and found.content_hash != told.content_hash:
                raise VersionUsedError(f"{told.name_zh} {told.version} 已发布且内容不同，请提高版本号")
            if found is None:
                PublishedList.objects.create(
                    kind=told.kind.value,
                    number=told.number,
                    version=told.version,
                    pack_hash=pack_hash,
                    content=as_record(told),
                    content_hash=told.content_hash,
                    published_on=date.fromisoformat(told.published_on),
                    published_by=by.name,
                )
                new += 1
        detail = {"new": new, "pack": pack_hash}
        evidence.record(by=by, at=at, action="LISTS_PUBLISHED", target="lists", detail=detail)
    return new
