"""`zhunsheng explain`: why a business stands where it stands, and the way back."""

from __future__ import annotations

from datetime import datetime

import click
from django.conf import settings
from django.utils.translation import gettext as _

from zhunsheng.cli.days import Instant, now
from zhunsheng.cli.exit_codes import CannotRunError
from zhunsheng.cli.merged import refuse_merged
from zhunsheng.cli.output import Output, reporting
from zhunsheng.core.actors import Viewer
from zhunsheng.core.clock import day_of, instant
from zhunsheng.core.rules.tree import Basis
from zhunsheng.engine.explain import WayBack, explain
from zhunsheng.engine.library import open_library
from zhunsheng.engine.reference import judge
from zhunsheng.sensing.signals import queries as signals


def way_words(way: WayBack) -> str:
    """The way back in words: what suffices, and when it comes by itself."""
    parts = []
    if way.done:
        parts.append(_("办理一次 %(kind)s") % {"kind": way.done})
    if way.facts:
        parts.append(_("纠正 %(n)d 项：%(facts)s") % {"n": len(way.facts), "facts": "、".join(way.facts)})
    if way.on is not None:
        parts.append(_("或等到 %(day)s") % {"day": way.on})
    return "；".join(parts) or _("没有三项以内的办法，也不会在三年内自行恢复")


def _basis(basis: tuple[Basis, ...]) -> str:
    return "、".join(f"{b.law} {b.article}（{b.status}）" for b in basis)


@click.command(help=_("说明一户的研判：计分项与证据、触线的数值与标准、依据、何时终了、如何恢复。"))
@click.argument("code")
@click.option("--as-of", type=Instant(), help=_("截至的时间，默认现在。"))
@reporting(
    {
        "subject": _("主体"),
        "class": _("类别"),
        "points": _("分值"),
        "items": _("计分项：indicator、name、points、shares（fact、points、ends_on）"),
        "adjustments": _("封顶与零分底线的调整，与计分项相加正好等于分值"),
        "touches": _("触线：point、name、object、colour、comparisons、facts、basis、way_back"),
        "way_back": _("类别降低的办法"),
    }
)
def command(out: Output, code: str, as_of: datetime | None) -> None:
    """Judge one subject with the trace on."""
    pack = open_library(settings.PACKS).pack
    viewer, known_at = Viewer.bureau("explain"), as_of or now()
    at = instant(known_at)
    refuse_merged(code, known_at)
    facts = signals.timeline(viewer=viewer, subject=code, known_at=known_at)
    world = signals.world(viewer=viewer)
    if not facts:
        raise CannotRunError(_("没有 %(subject)s 的事实，请核对代码。") % {"subject": code})
    told = explain(pack, judge(pack, code, facts, world, at, at), facts, world)
    model, result = pack.models[0], told.judgement.models[0]
    names = {node.id: node.name_zh for node in model.indicators}
    points = {p.id: p for item in pack.items for p in item.points}
    items = [
        {
            "indicator": r.indicator,
            "name": names[r.indicator],
            "points": r.points / 100,
            "shares": [
                {
                    "fact": s.fact_id,
                    "points": s.points / 100,
                    "ends_on": str(day_of(s.ends_at)) if s.ends_at is not None else None,
                }
                for s in r.shares
            ],
        }
        for r in result.indicators
        if r.points
    ]
    ways = {(p, o): way for p, o, way in told.point_ways}
    touches = [
        {
            "point": t.result.point,
            "name": points[t.result.point].name_zh,
            "object": t.result.object,
            "colour": t.result.colour.value,
            "comparisons": [
                f"{c.text or f'{c.numerator}/{c.denominator}'} {c.comparison} {c.line}: {c.truth}"
                for c in t.comparisons
            ],
            "facts": list(t.facts),
            "basis": _basis(points[t.result.point].basis),
            "way_back": way_words(ways[(t.result.point, t.result.object)]),
        }
        for t in told.points
    ]
    adjustments = [[f"cap:{f}", p / 100] for f, p in result.family_adjustments]
    if result.floor_adjustment:
        adjustments.append(["floor", result.floor_adjustment / 100])
    class_way = way_words(told.class_ways[0][1]) if told.class_ways else ""
    answer = {
        "subject": code,
        "class": result.class_name,
        "points": result.score / 100,
        "items": items,
        "adjustments": adjustments,
        "touches": touches,
        "way_back": class_way,
    }
    out.line(_("%(subject)s：%(class)s 类，%(points)s 分") % answer)
    out.table((_("计分项"), _("名称"), _("分")), [(i["indicator"], i["name"], i["points"]) for i in items])
    for touch in touches:
        out.line("{colour} {point} {name} {object}  {basis}".format(**touch))
        out.line("    " + "；".join(touch["comparisons"]) if isinstance(touch["comparisons"], list) else "")
        out.line("    → " + str(touch["way_back"]))
    if class_way:
        out.line(_("类别恢复：%(way)s") % {"way": class_way})
    out.result(answer)
