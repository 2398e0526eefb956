"""`zhunsheng explain`: why a business stands where it stands, and the way back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import click
from django.conf import settings
from django.utils.translation import gettext as _

from zhunsheng.cli.days import Instant, now
from zhunsheng.cli.exit_codes import CannotRunError
from zhunsheng.cli.merged import refuse_merged
from zhunsheng.cli.output import Output, reporting
from zhunsheng.cli.versions import version
from zhunsheng.core.actors import Viewer
from zhunsheng.core.clock import day_of, instant, moment
from zhunsheng.core.rules.tree import Basis
from zhunsheng.engine.explain import WayBack, explain
from zhunsheng.engine.frozen import frozen_of
from zhunsheng.engine.judgement import ModelResult
from zhunsheng.engine.reference import judge
from zhunsheng.foundation.evidence import queries as evidence
from zhunsheng.foundation.evidence.keyring import known, verifier
from zhunsheng.judging.rulebook import queries as rulebook
from zhunsheng.sensing.signals import queries as signals
from zhunsheng.workflows.proving import targets_of
from zhunsheng.workflows.quieting import snoozed_at
from zhunsheng.workflows.ruling import rules_at


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


def _items(result: ModelResult, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """What counts, with the facts that count and when each ends."""
    return [
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


def _proofs(code: str) -> list[dict[str, Any]]:
    """Where the log holds what was decided about a business, each proof checked on the way."""
    trusted = [verifier(text) for text in known(settings.HOME)]
    told = evidence.proofs_of(viewer=Viewer.bureau("explain"), targets=targets_of(code))
    return [
        {
            "at": shown["at"],
            "action": shown["action"],
            "target": shown["target"],
            "origin": proven.origin,
            "index": proven.index,
            "size": proven.size,
            "holds": proven.holds(trusted),
        }
        for proven in told
        for shown in [json.loads(proven.content)]
    ]


def _snoozed(code: str, at: datetime) -> dict[str, dict[str, str]]:
    """By point of this business the snooze that holds: since and until when, by whom, why."""
    held = snoozed_at(at, [code]).get(code, {})
    cards = {c.id: c for c in rulebook.snoozes(viewer=Viewer.bureau("explain"), known_at=at, holding_at=at)}
    told = {point: cards[number] for point, number in held.items()}
    return {
        point: {
            "since": moment(instant(card.started_at)).isoformat(),
            "until": moment(instant(card.over_at)).isoformat(),
            "by": card.started_by_name,
            "why": card.reason,
        }
        for point, card in told.items()
    }


def _tell_proofs(out: Output, proofs: list[dict[str, Any]]) -> None:
    for proof in proofs:
        line = _("证据日志第 %(index)d 条（共 %(size)d 条）：%(at)s %(action)s %(target)s") % proof
        out.line(f"{'✔' if proof['holds'] else '✘'} {line}")


@click.command(help=_("说明一户的研判：计分项与证据、触线的数值与标准、依据、何时终了、如何恢复。"))
@click.argument("code")
@click.option("--as-of", type=Instant(), help=_("截至的时间，默认现在。"))
@click.option("--pack", "told_pack", help=_("按哪个版本说明：目录、版本号或散列值，默认现行版本。"))
@reporting(
    {
        "subject": _("主体"),
        "class": _("类别"),
        "points": _("分值"),
        "items": _("计分项：indicator、name、points、shares（fact、points、ends_on）"),
        "frozen": _("停住的计分项：indicator、name、since、while"),
        "adjustments": _("封顶与零分底线的调整，与计分项相加正好等于分值"),
        "touches": _(
            "触线：point、name、object、colour、comparisons、facts、basis、way_back、snoozed（since、until、by、why）"
        ),
        "way_back": _("类别降低的办法"),
        "proofs": _("所作决定在证据日志中的位置：at、action、target、origin、index、size、holds"),
    }
)
def command(out: Output, code: str, as_of: datetime | None, told_pack: str | None) -> None:
    """Judge one subject with the trace on."""
    viewer, known_at = Viewer.bureau("explain"), as_of or now()
    library = rules_at(known_at)
    pack = version(told_pack) if told_pack else library.pack
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
    items = _items(result, names)
    snoozed = _snoozed(code, known_at)
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
            "snoozed": snoozed.get(t.result.point),
        }
        for t in told.points
    ]
    adjustments = [[f"cap:{f}", p / 100] for f, p in result.family_adjustments]
    if result.floor_adjustment:
        adjustments.append(["floor", result.floor_adjustment / 100])
    class_way = way_words(told.class_ways[0][1]) if told.class_ways else ""
    proofs = _proofs(code)
    answer: dict[str, Any] = {
        "subject": code,
        "class": result.class_name,
        "points": result.score / 100,
        "items": items,
        "frozen": [
            {"indicator": f.indicator, "name": f.name_zh, "since": str(f.since_on), "while": f.while_zh}
            for f in frozen_of(model, result, library.contracts)
        ],
        "adjustments": adjustments,
        "touches": touches,
        "way_back": class_way,
        "proofs": proofs,
    }
    out.line(_("%(subject)s：%(class)s 类，%(points)s 分") % answer)
    out.table((_("计分项"), _("名称"), _("分")), [(i["indicator"], i["name"], i["points"]) for i in items])
    for still in answer["frozen"]:
        out.line(_("%(indicator)s %(name)s：自 %(since)s 起停住，因最近一条为%(while)s") % still)
    for touch in touches:
        out.line("{colour} {point} {name} {object}  {basis}".format(**touch))
        out.line("    " + "；".join(touch["comparisons"]) if isinstance(touch["comparisons"], list) else "")
        if touch["snoozed"]:
            words = _("已暂停使用：%(since)s 至 %(until)s，%(by)s：%(why)s")
            out.line("    " + words % touch["snoozed"])
        out.line("    → " + str(touch["way_back"]))
    if class_way:
        out.line(_("类别恢复：%(way)s") % {"way": class_way})
    _tell_proofs(out, proofs)
    out.result(answer)
