"""A table handed in on a page is looked through, taken, or taken back, while the page tells how far it is."""

from __future__ import annotations

import logging

from django.conf import settings

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.clock import Clock
from zhunsheng.engine.library import open_library
from zhunsheng.foundation.accounts.acting import day
from zhunsheng.foundation.accounts.queries import access
from zhunsheng.foundation.attachments import actions as attachments
from zhunsheng.foundation.tabular.limits import TableRefusedError
from zhunsheng.foundation.uploads import actions as uploads
from zhunsheng.foundation.uploads import queries
from zhunsheng.foundation.uploads.lifecycle import UploadState
from zhunsheng.sensing.signals.actions import UnknownBatchError
from zhunsheng.workflows import importing, listing, mapping
from zhunsheng.workflows.taking import counts_of, take_upload

BY = Actor.service("upload")
VIEWER = Viewer.bureau(BY.key)
IMPORT, UNDO = "signal.import", "signal.correct"
log = logging.getLogger(__name__)


def work_off(clock: Clock) -> int:
    """Work on every upload that waits, one after the other; how many. What fails says why on its page."""
    done = 0
    while (upload_id := uploads.claim(by=BY, at=clock.now())) is not None:
        done, why = done + 1, ""
        try:
            why = _work(upload_id, clock)
        except TableRefusedError as error:
            why = str(error)
        except UnknownBatchError:
            why = "这个文件没有导入过，或已经撤销"
        except Exception:
            log.exception("upload %s failed", upload_id)
            why = "处理时出错，已记入日志，请告知系统管理员"
        if why:
            uploads.fail(by=BY, at=clock.now(), upload_id=upload_id, why=why)
    return done


def _work(upload_id: int, clock: Clock) -> str:
    """Do what the upload waits for under the grant of whoever asked; why not, or ''."""
    card = queries.opened(viewer=VIEWER, upload_id=upload_id)
    acting = access.acting_under(viewer=VIEWER, grant=card.grant, on=day(clock.now()))
    undoing = card.state is UploadState.UNDOING
    if acting is None or (UNDO if undoing else IMPORT) not in acting.actor.powers:
        return "提交人的岗位授权已失效或不含所需权限"
    if not attachments.check(
        by=BY, at=clock.now(), attachment_id=queries.file_id(viewer=VIEWER, upload_id=card.id)
    ):
        return "文件与上传时的摘要不符，不能再用"
    if undoing:
        batch, contracts = importing.open_batch(card.batch), open_library(settings.PACKS).contracts
        listing.undo(by=acting.actor, at=clock.now(), batch=batch, contracts=contracts)
        uploads.finish_undo(by=BY, at=clock.now(), upload_id=card.id)
        return ""
    told = take_upload(card, acting, clock)
    problems = mapping.problems_of(card, told)
    uploads.finish(by=BY, at=clock.now(), upload_id=card.id, counts=counts_of(told), problems=problems)
    return ""
