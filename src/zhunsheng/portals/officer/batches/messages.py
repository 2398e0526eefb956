"""Many short messages of which nobody could tell what became are settled by one finding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy

from zhunsheng.core.actors import PowerLackingError, Viewer
from zhunsheng.foundation.accounts.acting import Acting
from zhunsheng.foundation.outbox import actions as outbox
from zhunsheng.foundation.outbox import queries as rows
from zhunsheng.foundation.outbox.lifecycle import SETTLED, Finding
from zhunsheng.foundation.outreach import queries as outreach
from zhunsheng.foundation.outreach.actions import SMS_TOPIC
from zhunsheng.foundation.outreach.queries import MessageCard
from zhunsheng.portals.officer.batches.batch import Batch, BatchError, Moved, Text
from zhunsheng.portals.officer.lists.messages import without_link
from zhunsheng.portals.officer.words import FINDINGS, ROW_STATES
from zhunsheng.registers.registry import queries as registry
from zhunsheng.registers.registry import scoping
from zhunsheng.web.fields import Field

FINAL = gettext_lazy("结论和理由记入留痕，不能撤销。")


@dataclass(frozen=True, slots=True)
class Unclear:
    """A message that waits for a person, with its row in the outbox."""

    card: MessageCard
    name: str
    row: rows.Waiting


def unclear(viewer: Viewer) -> list[Unclear]:
    """All that wait within the scope, oldest first."""

    def narrowed(found: QuerySet[Any]) -> QuerySet[Any]:
        return scoping.within(found, viewer)

    waiting = {row.key: row for row in rows.unsettled(viewer=viewer, topic=SMS_TOPIC)}
    cards = outreach.with_keys(viewer=viewer, keys=waiting, narrowed=narrowed)
    names = registry.names(viewer=viewer, keys={card.subject for card in cards})
    return [Unclear(card, names.get(card.subject, card.subject), waiting[card.key]) for card in cards]


class Messages(Batch):
    """Messages, each act a finding."""

    name, here, back, power = "messages", "messages", "messages:unclear", "message.settle"
    unit: ClassVar[Text] = gettext_lazy("条消息")
    acts: ClassVar[Mapping[str, Text]] = {finding.value: FINDINGS[finding] for finding in Finding}
    heads = (gettext_lazy("主体"), gettext_lazy("内容"), gettext_lazy("状态"), gettext_lazy("时间"))
    consequence = dict.fromkeys(acts, FINAL)
    left_out: ClassVar[Text] = gettext_lazy("已经办结，或不能下这个结论")

    def rows(self, acting: Acting, ids: tuple[int, ...]) -> Sequence[Unclear]:
        """Those that still wait."""
        return [one for one in unclear(acting.viewer) if one.card.id in ids]

    def fits(self, act: str, row: Unclear, acting: Acting) -> bool:
        """What the state of its row allows."""
        return any(state == row.row.state and finding == act for state, finding in SETTLED)

    def cells(self, row: Unclear) -> tuple[int, tuple[object, ...]]:
        """To whom, what, how it stands, since when."""
        since = f"{localtime(row.card.created_at):%Y-%m-%d %H:%M}"
        return row.card.id, (row.name, without_link(row.card.text), ROW_STATES[row.row.state], since)

    def fields(self, act: str, acting: Acting) -> tuple[Field, ...]:
        """How it was found out."""
        return (Field("reason", gettext_lazy("怎样查明的")),)

    def do(
        self, act: str, rows: Sequence[Unclear], told: Mapping[str, str], acting: Acting, at: datetime
    ) -> Moved:
        """Each is settled by itself."""
        try:
            for one in rows:
                outbox.settle(
                    by=acting.actor, at=at, row_id=one.row.id, finding=Finding(act), reason=told["reason"]
                )
        except (outbox.NothingToSettleError, PowerLackingError) as error:
            raise BatchError(str(error)) from error
        return [(str(one.card.id), one.row.state, act) for one in rows]
