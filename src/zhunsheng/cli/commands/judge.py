"""`zhunsheng judge`: everybody, or one, as of an instant, from what was known at another. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import click
from django.utils.translation import gettext as _

from zhunsheng.cli.days import Instant, now
from zhunsheng.cli.exit_codes import CannotRunError
from zhunsheng.cli.merged import refuse_merged
from zhunsheng.cli.output import Output, reporting
from zhunsheng.core.clock import moment
from zhunsheng.engine.judgement import Judgement
from zhunsheng.workflows.classing import judge_all


def as_record(told: Judgement) -> dict[str, object]:
    """One subject for scripts: class and points of the first model, items that count, touches."""
    model = told.models[0]
    items = [{"indicator": r.indicator, "points": r.points / 100} for r in model.indicators if r.points]
    touches = [
        {"point": r.point, "object": r.object, "colour": r.colour.value}
        for r in told.points
        if r.colour.touched
    ]
    return {
        "subject": told.subject,
        "class": model.class_name,
        "points": model.score / 100,
        "items": items,
        "touches": touches,
        "rules": list(model.rules),
        "sufficiency_permille": model.sufficiency_permille,
        "as_of": moment(told.as_of).isoformat(),
        "next_due": moment(told.next_due).isoformat() if told.next_due is not None else None,
    }


@click.command(help=_("研判：截至某时、按当时所知，给出每户的类别、分值与触线。只看不改。"))
@click.option("--as-of", type=Instant(), help=_("截至的时间，默认现在；只写日期指当日终了。"))
@click.option("--known-at", type=Instant(), help=_("当时所知的时间，默认与 --as-of 相同。"))
@click.option("--subject", help=_("只研判这一户（代码或系统编号）。"))
@reporting(
    {
        "subject": _("主体"),
        "class": _("类别"),
        "points": _("分值"),
        "items": _("计分项：indicator、points"),
        "touches": _("触线：point、object、colour"),
        "rules": _("起作用的否决项与底线项"),
        "sufficiency_permille": _("数据充分度，千分"),
        "as_of": _("截至时间"),
        "next_due": _("不再有新事实时，下一次可能变化的时间"),
    }
)
def command(out: Output, as_of: datetime | None, known_at: datetime | None, subject: str | None) -> None:
    """Judge and tell; the answers stream as they come."""
    at = as_of or now()
    told = judge_all(at, known_at or at, [subject] if subject else None)
    if subject and not told:
        refuse_merged(subject, known_at or at)
        raise CannotRunError(_("没有 %(subject)s 的事实，请核对代码。") % {"subject": subject})
    records = [as_record(j) for j in told]
    out.records(_counted(out, records))


def _counted(out: Output, records: list[dict[str, object]]) -> Iterator[dict[str, object]]:
    counts: dict[object, int] = {}
    for record in records:
        counts[record["class"]] = counts.get(record["class"], 0) + 1
        yield record
    if len(records) == 1:
        (record,) = records
        out.line(_("%(subject)s：%(class)s 类，%(points)s 分") % record)
    else:
        out.table((_("类别"), _("户数")), sorted(counts.items(), key=str))
