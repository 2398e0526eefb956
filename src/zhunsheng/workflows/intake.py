"""A table of facts comes in: good rows kept, every other row answered with reason and cure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from django.db import transaction

from zhunsheng.core.contracts import Refusal
from zhunsheng.core.presets.preset import Preset
from zhunsheng.foundation.tabular.limits import Row
from zhunsheng.registers.registry import queries as registry
from zhunsheng.sensing.signals.new_facts import NewFact, refusals_of
from zhunsheng.sensing.signals.register_rows import fact_of_row, lookups
from zhunsheng.sensing.signals.rows import fact_from_row
from zhunsheng.workflows.tallying import ROWS_A_COMMIT, UNKNOWN, VIEWER, Terms, Told, record_rows


def take_signals(rows: Iterable[Row], *, terms: Terms, preset: Preset | None = None) -> Iterator[Told]:
    """Take rows in, some thousands a commit; yields the running account after each commit.

    Without a preset the columns bear the names of the contracts.
    """
    told, stream = Told(), iter(rows)
    while part := list(islice(stream, ROWS_A_COMMIT)):
        good = _readable(part, terms, told, preset)
        with transaction.atomic():
            record_rows([[f] for _, f in good], told, terms)
            transaction.set_rollback(terms.dry_run)
        yield told


def _readable(part: list[Row], terms: Terms, told: Told, preset: Preset | None) -> list[tuple[Row, NewFact]]:
    tables = lookups(VIEWER) if preset else {}
    read = [
        (row, *(fact_of_row(row, preset, tables) if preset else fact_from_row(row.cells, terms.contracts)))
        for row in part
    ]
    keys = {fact.subject for _, fact, _ in read if fact is not None}
    known = registry.known_keys(viewer=terms.viewer, keys=keys)
    good = []
    for row, fact, refusals in read:
        found = [Refusal("", row.reason_zh, row.cure_zh)] if row.reason_zh else refusals
        if fact is not None:
            found = refusals_of(fact, terms.contracts, terms.at) + (
                [] if fact.subject in known else [UNKNOWN]
            )
        if found or fact is None:
            told.refused.append((row, found))
        else:
            good.append((row, fact))
    return good
