"""`zhunsheng replay`: what a pack would have touched, from what the bureau could have known then."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from itertools import islice
from pathlib import Path

import click
from django.utils.translation import gettext as _

from zhunsheng.cli.days import Instant
from zhunsheng.cli.exit_codes import CannotRunError
from zhunsheng.cli.output import Output, reporting
from zhunsheng.core.actors import Viewer
from zhunsheng.core.clock import instant, moment
from zhunsheng.core.packs.nodes import PackError
from zhunsheng.engine.packfiles import load_pack
from zhunsheng.engine.replay import replay
from zhunsheng.engine.tracking import TouchChange
from zhunsheng.sensing.signals import queries as signals

VIEWER = Viewer.bureau("replay")
STARTS = frozenset({TouchChange.START, TouchChange.ESCALATE})
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command(help=_("重放：用某个规则包（目录）对一段历史逐事实、逐到期时点研判，看它会触及谁。"))
@click.argument("pack", type=FOLDER)
@click.option("--from", "start", type=Instant(), required=True, help=_("起始时间。"))
@click.option("--to", "end", type=Instant(), required=True, help=_("终止时间。"))
@reporting(
    {
        "subjects": _("涉及的主体数"),
        "touches": _("触线次数，按触发点与颜色"),
        "events": _("逐次：at、subject、point、object、change、colour、covered"),
    }
)
def command(out: Output, pack: Path, start: dt.datetime, end: dt.datetime) -> None:
    """Changes nothing; what was covered by another point of its item is told but not counted."""
    try:
        rules = load_pack(pack).pack
    except PackError as error:
        raise CannotRunError(str(error)) from error
    world, events = signals.world(viewer=VIEWER), []
    with out.progress(_("重放")) as progress:
        timelines = signals.timelines(viewer=VIEWER, known_at=end)
        while part := list(islice(timelines, 500)):
            facts = [fact for _subject, own in part for fact in own]
            told = replay(rules, facts, world, instant(start), instant(end))
            events += [(subject, event) for subject, own in told.items() for event in own]
            progress.advance(len(part))
    counted = Counter((e.point, e.colour.value) for _s, e in events if e.change in STARTS and not e.covered)
    subjects = len({subject for subject, e in events if e.change in STARTS})
    out.table((_("触发点"), _("颜色"), _("次数")), [(*key, n) for key, n in sorted(counted.items())])
    out.line(
        _("涉及主体 %(subjects)d 户，触线 %(touches)d 次")
        % {"subjects": subjects, "touches": counted.total()}
    )
    out.result(
        {
            "subjects": subjects,
            "touches": [[point, colour, n] for (point, colour), n in sorted(counted.items())],
            "events": [
                {
                    "at": moment(e.at).isoformat(),
                    "subject": subject,
                    "point": e.point,
                    "object": e.object,
                    "change": e.change.value,
                    "colour": e.colour.value,
                    "covered": e.covered,
                }
                for subject, e in events
            ],
        }
    )
