"""Shadow runs at the desk: started and stopped beside a proposal, counted by day, item and station."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.judging.rulebook import queries
from zhunsheng.judging.rulebook.actions import shadows
from zhunsheng.judging.rulebook.lifecycle import ProposalStepError, ShadowState
from zhunsheng.judging.rulebook.queries import ProposalCard, ShadowCard, ShadowRow
from zhunsheng.portals.officer.words import SHADOWS
from zhunsheng.workflows.shadowing import start


@dataclass(frozen=True, slots=True)
class Run:
    """A shadow run with its counts and their sums."""

    card: ShadowCard
    state: str
    rows: list[ShadowRow]
    sums: tuple[int, ...]


def runs_of(viewer: Viewer, card: ProposalCard) -> list[Run]:
    """The shadow runs of a proposal, newest first."""
    told = queries.shadows(viewer=viewer, proposal_id=card.id)
    counts = queries.shadow_counts(viewer=viewer, cards=told)
    return [Run(run, str(SHADOWS[run.state]), counts[run.id], _sums(counts[run.id])) for run in told]


def _sums(rows: list[ShadowRow]) -> tuple[int, ...]:
    return tuple(sum(getattr(row, name) for row in rows) for name in ("touches", "live", "gained", "lost"))


def may_start(card: ProposalCard, runs: list[Run], by: Actor) -> bool:
    """Whether this person may begin a run of this version now."""
    idle = all(run.card.state is not ShadowState.RUNNING for run in runs)
    return idle and card.state in shadows.MAY_RUN and shadows.POWER in by.powers


def take(by: Actor, at: datetime, proposal: int, wanted: str, why: str, until: date | None) -> None:
    """Begin a run of the version, or stop the one that runs."""
    if wanted == "start" and until is not None:
        start(by, at, proposal, why, until)
        return
    running = queries.shadows(viewer=Viewer.bureau("shadow"), proposal_id=proposal, running=True)
    if not running:
        raise ProposalStepError("没有正在进行的影子运行")
    shadows.stop(by=by, at=at, shadow_id=running[0].id, reason=why)
