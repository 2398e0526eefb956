"""`zhunsheng undo FILE`: take back a file that was imported, by compensating facts."""

from __future__ import annotations

from pathlib import Path

import click
from django.conf import settings
from django.utils.translation import gettext as _

from zhunsheng.cli.exit_codes import CannotRunError
from zhunsheng.cli.output import Output, reporting
from zhunsheng.core.actors import Actor
from zhunsheng.core.clock import SystemClock
from zhunsheng.engine.packfiles import current_pack
from zhunsheng.sensing.signals import actions as signals
from zhunsheng.workflows.importing import batch_of, open_batch
from zhunsheng.workflows.listing import undo


@click.command(help=_("撤销一次导入：用撤回事实抵消该文件带来的事实，历史仍在。"))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@reporting({"retracted": _("撤回的事实数")})
def command(out: Output, file: Path) -> None:
    """Retract every fact of the file's batch."""
    contracts = current_pack(settings.PACKS / "general").contracts
    by, at = Actor.service("import"), SystemClock().now()
    try:
        count = undo(by=by, at=at, batch=open_batch(batch_of(file)), contracts=contracts)
    except signals.UnknownBatchError as error:
        raise CannotRunError(_("这个文件没有导入过，或已经撤销。")) from error
    out.line(_("撤回 %(count)d 条事实。") % {"count": count})
    out.result({"retracted": count})
