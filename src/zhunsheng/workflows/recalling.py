"""What a run of the lab was asked, read back as what is played."""

from __future__ import annotations

from datetime import datetime

from zhunsheng.core.reporting.profiles import Selection
from zhunsheng.core.rules.tree import Pack
from zhunsheng.judging.lab.lifecycle import RunKind
from zhunsheng.judging.lab.queries import RunCard
from zhunsheng.workflows.impacting import asked_of
from zhunsheng.workflows.keeping import documents_of, pack_of
from zhunsheng.workflows.profiling import Asked
from zhunsheng.workflows.sweeping import Sweep, packs_of


def period_of(card: RunCard) -> Asked:
    """The period, what is known of it, and the part of the register."""
    told = card.asked
    start, end, known_at = (datetime.fromisoformat(told[name]) for name in ("from", "to", "known_at"))
    chosen = Selection(**{name: tuple(codes) for name, codes in told["chosen"].items()})
    return asked_of((start, end), known_at, chosen)


def line_of(card: RunCard) -> Sweep | None:
    """The line that was moved, if one was."""
    told = card.asked["line"]
    return Sweep(told["point"], told["place"], tuple(told["values"])) if told else None


def played(card: RunCard) -> list[Pack]:
    """The packs whose touches are counted: one a version, or one a value of the line."""
    line, hashes = line_of(card), [its for _version, its in card.versions]
    if line is not None and card.kind is RunKind.SWEEP:
        return packs_of(documents_of(hashes[0]), line)
    found = [pack_of(its) for its in hashes]
    return [pack for pack in found if pack is not None]
