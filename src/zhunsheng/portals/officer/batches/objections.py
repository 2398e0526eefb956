"""Many objections are taken in hand, or decided alike for one reason: a source erred many times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from django.utils.translation import gettext_lazy

from zhunsheng.core.actors import PowerLackingError
from zhunsheng.core.listing import Part
from zhunsheng.foundation.accounts.acting import Acting
from zhunsheng.portals.officer.batches.batch import Batch, BatchError, Moved, Text
from zhunsheng.portals.officer.lists.objections import ObjectionRow, rows_of
from zhunsheng.sensing.objections import queries
from zhunsheng.sensing.objections.lifecycle import ObjectionState
from zhunsheng.sensing.objections.proposals import ObjectionError
from zhunsheng.sensing.objections.queries import ObjectionFilter
from zhunsheng.web.fields import Field
from zhunsheng.workflows import correcting, holding

OUTCOMES = {"UPHOLD": ObjectionState.UPHELD, "REJECT": ObjectionState.REJECTED}


class Objections(Batch):
    """Objections that wait."""

    name, here, back, power = "objections", "objections", "officer:objections", "signal.correct"
    unit: ClassVar[Text] = gettext_lazy("项异议")
    acts: ClassVar[Mapping[str, Text]] = {
        "TAKE": gettext_lazy("由我承办"),
        "UPHOLD": gettext_lazy("采纳"),
        "REJECT": gettext_lazy("不采纳"),
    }
    heads = (
        gettext_lazy("主体"),
        gettext_lazy("记录"),
        gettext_lazy("哪里不对"),
        gettext_lazy("应当是"),
        gettext_lazy("答复期限"),
    )
    undoable = frozenset({"TAKE"})
    consequence = {
        "TAKE": gettext_lazy("期限不变。办完后可以撤销，回到原来的承办人。"),
        "UPHOLD": gettext_lazy(
            "写明应当是什么的，记录按此更正；没有写明的撤回。各家立即收到答复并重新研判，不能撤销。"
        ),
        "REJECT": gettext_lazy("记录保留。各家立即收到答复和理由，不能撤销。"),
    }
    left_out: ClassVar[Text] = gettext_lazy("已经办结，或已由您承办")

    def rows(self, acting: Acting, ids: tuple[int, ...]) -> Sequence[ObjectionRow]:
        """Within scope."""
        part = Part("id", descending=False, rows_max=len(ids))
        told = queries.listed(viewer=acting.viewer, wanted=ObjectionFilter(ids=ids), part=part)
        return rows_of(acting.viewer, told.rows)

    def fits(self, act: str, row: ObjectionRow, acting: Acting) -> bool:
        """Not decided yet; taken only from somebody else."""
        waits = row.card.state == ObjectionState.MARKED.value
        return waits and (act != "TAKE" or row.handler != acting.person)

    def cells(self, row: ObjectionRow) -> tuple[int, tuple[object, ...]]:
        """Whose record, why, what instead, until when."""
        return row.card.id, (row.name, row.kind, row.card.reason, row.proposed or "—", row.due_on or "—")

    def fields(self, act: str, acting: Acting) -> tuple[Field, ...]:
        """A decision has a reason."""
        return () if act == "TAKE" else (Field("reason", gettext_lazy("理由（每家企业都会看到）"), "area"),)

    def do(
        self, act: str, rows: Sequence[ObjectionRow], told: Mapping[str, str], acting: Acting, at: datetime
    ) -> Moved:
        """Each by its own decision, as if it were pressed on its own page."""
        try:
            for row in rows:
                if act == "TAKE":
                    holding.take(by=acting.actor, at=at, objection_id=row.card.id)
                    continue
                correcting.decide(
                    by=acting.actor,
                    at=at,
                    objection_id=row.card.id,
                    state=OUTCOMES[act],
                    decision=told["reason"],
                    values={},
                )
        except (ObjectionError, PowerLackingError) as error:
            raise BatchError(str(error)) from error
        return [(str(row.card.id), row.handler, acting.person) for row in rows]

    def put_back(self, moved: Moved, acting: Acting, at: datetime) -> None:
        """Those still undecided in the own hand."""
        for key, before, after in moved:
            holding.put_back(by=acting.actor, at=at, objection_id=int(key), held=after, to=before)
