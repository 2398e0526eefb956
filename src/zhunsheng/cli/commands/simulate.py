"""`zhunsheng simulate`: ways of choosing whom to visit compared on a twin of the city. Changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import click
from django.utils.translation import gettext as _

from zhunsheng.cli.days import Instant, now
from zhunsheng.cli.output import Output, reporting
from zhunsheng.core.actors import Viewer
from zhunsheng.workflows.twinning import simulated

VIEWER = Viewer.bureau("simulate")
SEEDS_MAX = 1_000
Row = Mapping[str, Any]


def _words() -> dict[str, str]:
    return {
        "UNIFORM": _("均匀随机抽取"),
        "BY_CLASS": _("按类别加权抽取"),
        "TRIGGER": _("触线优先，其余随机"),
        "SHUFFLED": _("对照：类别打乱后抽取"),
        "ORACLE": _("上限：全知"),
    }


def _spread(told: Row | None, divisor: int = 1) -> str:
    if told is None:
        return "–"
    digits = len(str(divisor)) - 1
    mean, low, high = (f"{told[name] / divisor:.{digits}f}" for name in ("mean", "low", "high"))
    return f"{mean}（{low}–{high}）"


@click.command(
    help=_("政策模拟：在按已有数据校准的虚拟城市里，用相同的人日比较几种选取方式。结果是模拟，不是事实。")
)
@click.option("--known-at", type=Instant(), help=_("按当时所知的数据校准，默认现在。"))
@click.option("--seed", "first_seed", type=click.IntRange(0), default=1, help=_("第一个随机种子，默认 1。"))
@click.option("--seeds", type=click.IntRange(1, SEEDS_MAX), help=_("随机种子个数，默认按政策文件。"))
@click.option("--officer-days", type=click.IntRange(1), help=_("人日总数，默认按政策文件。"))
@click.option("--days", type=click.IntRange(1, 2_500), help=_("工作日数，默认按政策文件。"))
@click.option("--businesses", type=click.IntRange(10, 100_000), help=_("虚拟城市的户数，默认按政策文件。"))
@reporting(
    {
        "schema": _("报告格式"),
        "simulation": _("恒为 true：这是模拟"),
        "known_at": _("校准数据的所知时点"),
        "first_seed": _("第一个随机种子"),
        "seeds": _("随机种子个数"),
        "days": _("工作日数"),
        "officer_days": _("每种方式的人日总数，各方式相同"),
        "twin": _("虚拟城市：classes、ends_ppm、touches_with_ppm、touches_without_ppm、days"),
        "parameters": _("每个参数：name、value、unit、source（CALIBRATED 已校准或 ASSUMED 假定）、facts"),
        "ways": _("每种方式：发现数、发现天数、上门合规户次数等，各有 mean、low、high（各种子的中间 95%）"),
    }
)
def command(out: Output, /, known_at: datetime | None, **asked: int | None) -> None:
    """The same arguments and the same data give the same bytes when --known-at is named."""
    with out.progress(_("模拟"), total=asked["seeds"]) as progress:
        told = simulated(VIEWER, known_at or now(), asked, progress.advance)
    _say(out, told)
    out.result(told)


def _say(out: Output, told: Row) -> None:
    out.line(_("以下全部是模拟结果，不是已经发生的事实，也不是任何一户的结论。"))
    names = _words()
    heads = (_("选取方式"), _("发现问题"), _("发现率‰"), _("发现用时（工作日）"), _("上门合规户‰"))
    out.table(
        (*heads, _("比均匀多发现")),
        [
            (
                names[row["way"]],
                _spread(row["found"]),
                _spread(row["found_permille"]),
                _spread(row["days_to_detection_hundredths"], 100),
                _spread(row["compliant_visits_permille"]),
                _spread(row["found_more_than_uniform"]),
            )
            for row in told["ways"]
        ],
        title=_("模拟：每种方式 %(days)d 人日，%(seeds)d 个种子")
        % {"days": told["officer_days"], "seeds": told["seeds"]},
    )
    words = {"CALIBRATED": _("已校准"), "ASSUMED": _("假定")}
    out.table(
        (_("参数"), _("值"), _("单位"), _("来源"), _("依据的事实数")),
        [(p["name"], p["value"], p["unit"], words[p["source"]], p["facts"]) for p in told["parameters"]],
        title=_("模拟的参数"),
    )
