"""A register's table comes in: dated facts of what is new, the registry's lists, every other row answered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from itertools import islice

from django.db import transaction

from zhunsheng.core.clock import instant
from zhunsheng.core.presets.preset import Preset
from zhunsheng.foundation.tabular.limits import Row
from zhunsheng.registers.registry.facts import KINDS
from zhunsheng.sensing.signals import queries as stored
from zhunsheng.sensing.signals.new_facts import NewFact
from zhunsheng.sensing.signals.register_rows import Values, lookups, news_of, values_of_row
from zhunsheng.sensing.signals.standing import LastWords
from zhunsheng.workflows.listing import enlist
from zhunsheng.workflows.reaching import closed_to
from zhunsheng.workflows.tallying import ROWS_A_COMMIT, TWICE, VIEWER, Terms, Told, record_rows


def take_records(rows: Iterable[Row], *, preset: Preset, on: dt.date, terms: Terms) -> Iterator[Told]:
    """Take rows in, some thousands a commit. `on` is the day of the table, for rows without a day."""
    told, stream, seen = Told(), iter(rows), set()
    while part := list(islice(stream, ROWS_A_COMMIT)):
        good = _readable(part, preset, on, told)
        keys = {str(values["subject"]) for _, values in good}
        closed = closed_to(terms.viewer, preset.target, [values for _, values in good])
        kinds = KINDS[preset.target]
        words = LastWords.read(stored.told_of(viewer=VIEWER, subjects=keys, kinds=kinds), instant(terms.at))
        kept: list[tuple[Values, list[NewFact]]] = []
        for row, values in good:
            facts, refusals = news_of(values, preset.target, on, words, terms.contracts, terms.at)
            refusals += closed.get(str(values["subject"]), [])
            mark = (values["subject"], values.get("number"), values.get("on"))
            refusals += [TWICE] if facts and mark in seen else []
            seen.add(mark)
            if refusals:
                told.refused.append((row, refusals))
                continue
            words.add(facts)
            kept.append((values, facts))
        with transaction.atomic():
            record_rows([f for _, f in kept], told, terms)
            enlist(preset.target, [values for values, _ in kept], words, by=terms.by, at=terms.at)
            transaction.set_rollback(terms.dry_run)
        told.refused.sort(key=lambda one: one[0].number)
        yield told


def _readable(part: list[Row], preset: Preset, on: dt.date, told: Told) -> list[tuple[Row, Values]]:
    good, tables = [], lookups(VIEWER)
    for row in part:
        values, refusals = values_of_row(row, preset, tables, on)
        if refusals:
            told.refused.append((row, refusals))
        else:
            good.append((row, values))
    return good
