"""A table of facts comes in: good rows kept, every other row answered with reason and cure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from django.db import transaction

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.contracts import ContractSet, Refusal
from zhunsheng.foundation.tabular.limits import Row
from zhunsheng.registers.registry import queries as registry
from zhunsheng.sensing.signals import actions as signals
from zhunsheng.sensing.signals.new_facts import NewFact, OutcomeState, refusals_of
from zhunsheng.sensing.signals.rows import fact_from_row

ROWS_A_COMMIT = 2_000
UNKNOWN = Refusal("subject", "登记名录中没有该主体", "先导入主体，或核对代码")


@dataclass
class Told:
    """What became of a file. `refused` holds (row, refusals) in the order of the file."""

    accepted: int = 0
    duplicates: int = 0
    refused: list[tuple[Row, list[Refusal]]] = field(default_factory=list)


def take_signals(
    rows: Iterable[Row], *, by: Actor, at: datetime, contracts: ContractSet, batch: str, dry_run: bool
) -> Iterator[Told]:
    """Take rows in, some thousands a commit; yields the running account after each commit."""
    told, stream = Told(), iter(rows)
    while part := list(islice(stream, ROWS_A_COMMIT)):
        good = _readable(part, contracts, at, told)
        with transaction.atomic():
            outcomes = signals.record_facts(
                by=by,
                at=at,
                facts=[fact for _, fact in good],
                source="import",
                contracts=contracts,
                batch=batch,
                file_name=batch,
            )
            transaction.set_rollback(dry_run)
        told.accepted += sum(o.state is OutcomeState.ACCEPTED for o in outcomes)
        told.duplicates += sum(o.state is OutcomeState.DUPLICATE for o in outcomes)
        yield told


def _readable(part: list[Row], contracts: ContractSet, at: datetime, told: Told) -> list[tuple[Row, NewFact]]:
    read = [(row, *fact_from_row(row.cells, contracts)) for row in part]
    keys = {fact.subject for _, fact, _ in read if fact is not None}
    known = registry.known_keys(viewer=Viewer.bureau("intake"), keys=keys)
    good = []
    for row, fact, refusals in read:
        found = [Refusal("", row.reason_zh, row.cure_zh)] if row.reason_zh else refusals
        if fact is not None:
            found = refusals_of(fact, contracts, at) + ([] if fact.subject in known else [UNKNOWN])
        if found or fact is None:
            told.refused.append((row, found))
        else:
            good.append((row, fact))
    return good
