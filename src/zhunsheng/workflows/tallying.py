"""The account of an import: what was kept, what was known already, what went back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.contracts import ContractSet, Refusal
from zhunsheng.foundation.tabular.limits import Row
from zhunsheng.sensing.signals import actions as signals
from zhunsheng.sensing.signals import queries
from zhunsheng.sensing.signals.new_facts import NewFact, OutcomeState
from zhunsheng.sensing.signals.standing import with_standing_ids

VIEWER = Viewer.bureau("intake")
ROWS_A_COMMIT = 2_000
UNKNOWN = Refusal("subject", "登记名录中没有该主体", "先导入主体，或核对代码")

TWICE = Refusal("subject", "同一张表里同一对象同一天有两行，内容不一致", "只留正确的一行，或写明各自的日期")


@dataclass(frozen=True, slots=True)
class Terms:
    """Who imports when, under which contracts and batch; a dry run is rolled back.

    Rows about subjects that are closed to `viewer` are refused.
    """

    by: Actor
    at: datetime
    contracts: ContractSet
    batch: str
    dry_run: bool = False
    viewer: Viewer = VIEWER


@dataclass
class Told:
    """What became of a file. `refused` holds (row, refusals) in the order of the file."""

    accepted: int = 0
    duplicates: int = 0
    refused: list[tuple[Row, list[Refusal]]] = field(default_factory=list)


def record_rows(rows: list[list[NewFact]], told: Told, terms: Terms) -> None:
    """The facts of each row in one delivery; a row without a new fact is one that was known already."""
    flat = [fact for facts in rows for fact in facts]
    gone = queries.taken_back(viewer=VIEWER, subjects={fact.subject for fact in flat})
    outcomes = iter(
        signals.record_facts(
            by=terms.by,
            at=terms.at,
            facts=with_standing_ids(flat, terms.contracts, gone),
            source="import",
            contracts=terms.contracts,
            batch=terms.batch,
            file_name=terms.batch,
        )
    )
    for facts in rows:
        states = [next(outcomes).state for _ in facts]
        new = OutcomeState.ACCEPTED in states
        told.accepted += new
        told.duplicates += not new
