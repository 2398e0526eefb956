"""`zhunsheng replay`: what a pack would have touched, from what the bureau could have known then."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from django.utils.translation import gettext as _

from zhunsheng.cli.days import now
from zhunsheng.cli.output import Output, reporting
from zhunsheng.cli.selecting import selecting
from zhunsheng.cli.versions import version
from zhunsheng.core.actors import Viewer
from zhunsheng.core.clock import moment
from zhunsheng.core.reporting.profiles import Selection
from zhunsheng.core.rules.tree import Pack
from zhunsheng.engine.lived import STARTS
from zhunsheng.engine.tracking import TouchEvent
from zhunsheng.engine.versions import Course
from zhunsheng.foundation import replicas
from zhunsheng.workflows.impacting import asked_of, report, text_of
from zhunsheng.workflows.ruling import course_at, rules_at

VIEWER = Viewer.bureau("replay")
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
Content = Mapping[str, Any]


def _event(subject: str, event: TouchEvent) -> dict[str, object]:
    return {
        "at": moment(event.at).isoformat(),
        "subject": subject,
        "point": event.point,
        "object": event.object,
        "change": event.change.value,
        "colour": event.colour.value,
        "covered": event.covered,
    }


def _say(out: Output, content: Content, folder: Path) -> None:
    """What a person wants to know first; everything is in the JSON answer."""
    told = content["versions"]
    lines = (
        (_("触线次数"), [v["touches"] for v in told]),
        (_("其中期初已触线"), [v["standing"] for v in told]),
        (_("触及主体"), [v["subjects"] for v in told]),
        (_("短信条数"), [v["messages"]["messages"] for v in told]),
        (_("短信费用（元）"), [f"{v['messages']['cost_fen'] / 100:.2f}" for v in told]),
        (_("预计上门次数"), [f"{v['work']['visits_permille'] / 1000:.1f}" for v in told]),
        (_("所需人日"), [f"{v['work']['officer_days_hundredths'] / 100:.1f}" for v in told]),
        (_("期末积压（人日）"), [_backlog(v["work"]) for v in told]),
    )
    heads = [f"{v['version']} {v['hash'][:12]}" for v in told]
    out.table((_("口径"), *heads), [(name, *values) for name, values in lines])
    for v in told:
        for row in v["precision"]:
            if row["permille"] is not None and not row["group"]:
                out.line(_precision(v, row))
    if len(told) > 1:
        counts = {"gained": len(content["gained"]), "lost": len(content["lost"])}
        out.line(_("与对照版本相比：新触及 %(gained)d 户，不再触及 %(lost)d 户") % counts)
        for sign, rows, more in (("+", content["gained"], f" --pack {folder}"), ("-", content["lost"], "")):
            for row in rows:
                told_at = f"{row['subject']} --as-of {row['at'][:19]}{more}"
                out.line(f"{sign} {row['point']} {row['colour']}  zhunsheng explain {told_at}")


def _backlog(work: Content) -> str:
    minutes = sum(station["left_minutes"] for station in work["stations"])
    return f"{minutes / work['minutes_per_day']:.1f}"


def _precision(told: Content, row: Content) -> str:
    values = {
        "hash": told["hash"][:12],
        "name": row["measure_zh"],
        "share": row["permille"] / 10,
        "low": row["low_permille"] / 10,
        "high": row["high_permille"] / 10,
        "known": row["borne_out"] + row["unfounded"],
        "seen": row["exposure_permille"] / 10,
    }
    words = _("%(hash)s %(name)s：属实 %(share).1f%%（95%% 区间 %(low).1f%%–%(high).1f%%）")
    return words % values + _("，有结果 %(known)d 次，占 %(seen).1f%%") % values


def _against(told: str | None) -> Pack | Course | None:
    """What is compared with: the version in effect, what was in effect then, another version, or nothing."""
    if told == "then":
        return course_at(now())
    if told == "none":
        return None
    return rules_at(now()).pack if told is None else version(told)


@click.command(
    help=_("重放：用某个规则包（目录）对一段历史逐事实、逐到期时点研判，看它会触及谁、要多少人力。")
)
@click.argument("pack", type=FOLDER)
@click.option(
    "--against",
    help=_("对照的版本：目录、版本号或散列值；写 then 按当时先后施行的各版，写 none 不对照。默认现行版本。"),
)
@click.option(
    "--report",
    "target",
    type=click.Path(dir_okay=False, path_type=Path),
    help=_("把报告写入文件，与页面和接口给出的逐字节相同。"),
)
@selecting
@reporting(
    {
        "subjects": _("涉及的主体数"),
        "touches": _("触线次数，按触发点与颜色"),
        "events": _("逐次：at、subject、point、object、change、colour、covered"),
        "report": _("重放报告：各版本的触线、工作量、费用、属实率、公平性，新触及与不再触及的主体"),
    }
)
def command(
    out: Output,
    /,
    pack: Path,
    start: dt.datetime,
    end: dt.datetime,
    against: str | None,
    target: Path | None,
    known_at: dt.datetime | None,
    **chosen: tuple[str, ...],
) -> None:
    """Changes nothing; what was covered by another point of its item is told but not counted."""
    rules = version(str(pack))
    other = _against(against)
    versions = [rules, *([other] if other and other.content_hash != rules.content_hash else [])]
    with out.progress(_("重放")) as progress:
        asked = asked_of((start, end), known_at or now(), Selection(**chosen))
        (content, events), _elsewhere = replicas.prefer(
            lambda: report(VIEWER, versions, asked, progress.advance)
        )
    if target is not None:
        target.write_text(text_of(content), encoding="utf-8")
    begun = [(subject, e) for subject, e in events if e.change in STARTS]
    counted = Counter((e.point, e.colour.value) for _s, e in begun if not e.covered)
    subjects = len({subject for subject, _e in begun})
    out.table((_("触发点"), _("颜色"), _("次数")), [(*key, n) for key, n in sorted(counted.items())])
    out.line(
        _("涉及主体 %(subjects)d 户，触线 %(touches)d 次")
        % {"subjects": subjects, "touches": counted.total()}
    )
    _say(out, content, pack)
    out.result(
        {
            "subjects": subjects,
            "touches": [[point, colour, n] for (point, colour), n in sorted(counted.items())],
            "events": [_event(subject, e) for subject, e in events],
            "report": content,
        }
    )
