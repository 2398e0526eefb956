"""A question to the lab: which version, changed how, against which, over which period, for whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.packs.lines import Named, moved
from zhunsheng.core.packs.revising import revised
from zhunsheng.core.reporting.profiles import Selection
from zhunsheng.judging.lab import actions as lab
from zhunsheng.judging.lab.lifecycle import LabStepError, RunKind
from zhunsheng.registers.registry import queries as registry
from zhunsheng.workflows.keeping import documents_of, keep_trial
from zhunsheng.workflows.ruling import rules_at
from zhunsheng.workflows.sweeping import Sweep, packs_of

VALUES_MAX = 12


@dataclass(frozen=True, slots=True)
class Question:
    """`base` is the hash of a version, '' for the one in force; `fresh` are documents that replace its own.

    A line at one value is an edited version, at several values a sweep. `against` is a hash, '' for the
    version in force, 'none' for no comparison.
    """

    period: tuple[datetime, datetime]
    known_at: datetime
    base: str = ""
    fresh: Sequence[Named] = ()
    line: Sweep | None = None
    against: str = ""
    chosen: Selection = Selection()


def ask(by: Actor, at: datetime, viewer: Viewer, grant: int | None, told: Question) -> int:
    """Keep the versions, put the run before the workers; its id. PackError or LabStepError says why not."""
    if not told.period[0] < told.period[1] <= told.known_at <= at:
        raise LabStepError("起始须早于终止，终止不得晚于所知时点，所知时点不得晚于现在")
    if told.line and not 0 < len(told.line.values) <= VALUES_MAX:
        raise LabStepError(f"一次最多试 {VALUES_MAX} 个值")
    current = rules_at(at).pack.content_hash
    documents = revised(documents_of(told.base or current), told.fresh)
    kind = RunKind.SWEEP if told.line and len(told.line.values) > 1 else RunKind.REPLAY
    if told.line and kind is RunKind.REPLAY:
        (value,) = told.line.values
        documents = moved(documents, told.line.point, told.line.place, value)
    packs = [keep_trial(by, at, documents)]
    if told.line and kind is RunKind.SWEEP:
        packs = [*packs, *packs_of(documents, told.line)]
    elif told.against != "none" and (other := told.against or current) != packs[0].content_hash:
        packs = [*packs, keep_trial(by, at, documents_of(other))]
    asked = {
        "from": told.period[0].isoformat(),
        "to": told.period[1].isoformat(),
        "known_at": told.known_at.isoformat(),
        "chosen": {name: list(codes) for name, codes in asdict(told.chosen).items() if codes},
        "line": asdict(told.line) if told.line else None,
    }
    versions = [(pack.version, pack.content_hash) for pack in packs]
    new = lab.NewRun(kind, grant, asked, versions, registry.number(viewer=viewer))
    return lab.begin(by=by, at=at, new=new)
