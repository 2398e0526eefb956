"""Runs of the lab are worked off part by part, one in a turn of the loop: stopped anywhere, they go on."""

from __future__ import annotations

import logging

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.clock import Clock
from zhunsheng.core.packs.nodes import PackError
from zhunsheng.core.reporting.parts import to_text, touched_only
from zhunsheng.foundation import replicas
from zhunsheng.foundation.accounts.acting import day
from zhunsheng.foundation.accounts.queries import access
from zhunsheng.judging.lab import actions as lab
from zhunsheng.judging.lab import queries
from zhunsheng.judging.lab.lifecycle import LabStepError, RunKind
from zhunsheng.judging.lab.queries import RunCard
from zhunsheng.workflows.impacting import content_of, text_of
from zhunsheng.workflows.keeping import documents_of
from zhunsheng.workflows.recalling import line_of, period_of, played
from zhunsheng.workflows.replaying import next_group, play
from zhunsheng.workflows.sweeping import curve_of

BY = Actor.service("lab")
VIEWER = Viewer.bureau(BY.key)
TOUCHES_KEPT_MAX = 50_000
log = logging.getLogger(__name__)


def work_off(clock: Clock) -> int:
    """One part of the run that has waited longest, or its report: 1; 0 when none waits."""
    run_id = lab.claim(by=BY, at=clock.now())
    card = None if run_id is None else queries.run(viewer=VIEWER, run_id=run_id)
    if card is None:
        return 0
    try:
        _work(card, clock)
    except LabStepError:
        log.info("lab run %s was stopped meanwhile", card.id)
    except Exception as error:
        log.exception("lab run %s failed", card.id)
        known = isinstance(error, PackError | PermissionError)
        why = str(error) if known else "运行时出错，已记入日志，请告知系统管理员"
        lab.fail(by=BY, at=clock.now(), run_id=card.id, why=why)
    return 1


def _work(card: RunCard, clock: Clock) -> None:
    viewer, asked, after = _viewer(card, clock), period_of(card), card.last_key
    if group := next_group(viewer, asked, after):
        (part, _events), _ = replicas.prefer(lambda: play(viewer, played(card), asked, group))
        told, count, last = to_text(part), len(group), group[-1]
        lab.keep_part(by=BY, at=clock.now(), run_id=card.id, after=after, last=last, count=count, text=told)
        return
    packs = [(version, its) for version, its in card.versions]
    line, wanted = line_of(card), packs if card.kind is RunKind.REPLAY else packs[1:]
    content = content_of(wanted, asked, queries.parts(viewer=VIEWER, run_id=card.id))
    if line is not None and card.kind is RunKind.SWEEP:
        content = curve_of(documents_of(packs[0][1]), line, content)
    rows = _rows(card) if card.kind is RunKind.REPLAY else []
    lab.finish(by=BY, at=clock.now(), run_id=card.id, content=text_of(content), rows=rows)


def _rows(card: RunCard) -> list[str]:
    """The touches, for the lists behind the numbers; none where there are too many to list at once."""
    kept, touches = list[str](), 0
    for part in queries.parts(viewer=VIEWER, run_id=card.id):
        touches += sum(len(hits) for hits in part.hits)
        kept.append(to_text(touched_only(part)))
    return kept if touches <= TOUCHES_KEPT_MAX else []


def _viewer(card: RunCard, clock: Clock) -> Viewer:
    """Whoever asked, under the same grant, if it still allows to ask."""
    if card.grant is None:
        return VIEWER
    acting = access.acting_under(viewer=VIEWER, grant=card.grant, on=day(clock.now()))
    if acting is None or lab.REPLAY not in acting.actor.powers:
        raise PermissionError("提交人的岗位授权已失效或不含所需权限")
    return acting.viewer
