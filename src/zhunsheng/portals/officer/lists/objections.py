"""Objections of businesses to records: which record, until when, in whose hand, what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from zhunsheng.core.actors import Viewer
from zhunsheng.core.clock import SHANGHAI
from zhunsheng.core.deadlines.deadline import DeadlineState
from zhunsheng.core.listing import Listed, Part
from zhunsheng.core.rules.sentences import Speaker
from zhunsheng.engine.library import open_library
from zhunsheng.foundation.accounts.queries import organisation
from zhunsheng.foundation.schedule import queries as clocks
from zhunsheng.portals.officer.lists.days import day_or_none
from zhunsheng.portals.officer.words import OBJECTION_STATES, OBJECTION_TONES
from zhunsheng.registers.registry import queries as registry
from zhunsheng.registers.registry import scoping
from zhunsheng.sensing.objections import queries as objections
from zhunsheng.sensing.objections.queries import ObjectionCard, ObjectionFilter
from zhunsheng.web.clock import page_clock
from zhunsheng.web.lists import Choice, Column, ListDefinition, Sort, Span, Words
from zhunsheng.workflows.objecting import DECIDE
from zhunsheng.workflows.terms import clock_terms


@dataclass(frozen=True, slots=True)
class ObjectionRow:
    """An objection with what its codes are called.

    `handler` is a work number or a station; `due_on` its last day, `late` whether that has passed undecided.
    """

    card: ObjectionCard
    name: str
    kind: str
    proposed: str
    handler: str
    holder: str
    due_on: date | None
    late: bool

    @property
    def address(self) -> str:
        """The page on which it is decided."""
        return reverse("officer:objection", args=[self.card.id])


def rows_of(viewer: Viewer, cards: tuple[ObjectionCard, ...]) -> tuple[ObjectionRow, ...]:
    """Objections with names, last days and handlers, each looked up once."""

    def narrowed(rows: QuerySet[Any]) -> QuerySet[Any]:
        return scoping.within(rows, viewer)

    library = open_library(settings.PACKS)
    names = registry.names(viewer=viewer, keys={card.subject for card in cards})
    told = clocks.of_matters(
        viewer=viewer,
        at=page_clock().now(),
        terms=clock_terms(),
        matters=[f"objection:{card.id}" for card in cards],
        narrowed=narrowed,
    )
    due = {matter: next((d for d in all_ if d.clock == DECIDE), None) for matter, all_ in told.items()}
    people = organisation.person_names(viewer=viewer, keys={d.handler for d in due.values() if d})
    speaker, rows = Speaker(library.contracts), []
    for card in cards:
        last = due.get(f"objection:{card.id}")
        handler = last.handler if last else ""
        rows.append(
            ObjectionRow(
                card,
                names.get(card.subject, card.subject),
                speaker.kinds((card.kind,)),
                speaker.content((card.kind,), card.proposed),
                handler,
                people.get(handler, handler),
                last.due_on if last else None,
                last is not None and card.decided_at is None and last.state is DeadlineState.MISSED,
            )
        )
    return tuple(rows)


def _rows(viewer: Viewer, chosen: Mapping[str, str], part: Part) -> Listed[ObjectionRow]:
    since, until = day_or_none(chosen["filed_from"]), day_or_none(chosen["filed_to"])
    wanted = ObjectionFilter(
        state=chosen["state"],
        subject=chosen["subject"],
        filed_from=datetime.combine(since, time(0), SHANGHAI) if since else None,
        filed_to=datetime.combine(until, time(0), SHANGHAI) + timedelta(days=1) if until else None,
    )
    told = objections.listed(viewer=viewer, wanted=wanted, part=part)
    return Listed(rows_of(viewer, told.rows), told.next, told.previous)


def _tone(row: ObjectionRow) -> str:
    return "bad" if row.late else OBJECTION_TONES.get(row.card.state, "")


OBJECTIONS: ListDefinition[ObjectionRow] = ListDefinition(
    key="objections",
    title=_("数据异议"),
    power="subject.read",
    columns=(
        Column("kind", _("记录"), lambda row: row.kind, lambda row: row.address),
        Column(
            "subject",
            _("主体"),
            lambda row: row.name,
            lambda row: reverse("officer:subject", args=[row.card.subject]),
        ),
        Column(
            "state",
            _("状态"),
            lambda row: _("超期未答复") if row.late else OBJECTION_STATES.get(row.card.state, row.card.state),
            tone=_tone,
        ),
        Column("due", _("答复期限"), lambda row: row.due_on or "—"),
        Column("reason", _("哪里不对"), lambda row: row.card.reason),
        Column("proposed", _("应当是"), lambda row: row.proposed or "—"),
        Column("holder", _("承办"), lambda row: row.holder or "—"),
        Column("filed", _("提出时间"), lambda row: f"{localtime(row.card.filed_at):%Y-%m-%d %H:%M}"),
        Column("by", _("提出人"), lambda row: row.card.filed_by, shown=False),
        Column("decision", _("答复"), lambda row: row.card.decision or "—", shown=False),
        Column("number", _("编号"), lambda row: row.card.id, shown=False),
    ),
    filters=(
        Choice("state", _("状态"), lambda: list(OBJECTION_STATES.items())),
        Words("subject", _("主体代码"), _("完整代码")),
        Span("filed", _("提出日期")),
    ),
    sorts=(
        # MARKED is the first of the states by name, and of those the oldest is due first.
        Sort("open", _("未办结在前"), "state", descending=False),
        Sort("newest", _("最新在前"), "id"),
    ),
    rows=_rows,
    key_of=lambda row: str(row.card.id),
    empty=_("没有等待处理的异议。企业对自己档案中的记录提出异议后，列在这里。"),
)
