"""`zhunsheng card`: the model card from the bureau's own results. Internal; changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import click
from django.utils.translation import gettext as _

from zhunsheng.cli.days import Instant, now
from zhunsheng.cli.output import Output, reporting
from zhunsheng.cli.versions import version
from zhunsheng.core.actors import Viewer
from zhunsheng.core.reporting.modelcard import RANDOM
from zhunsheng.workflows.carding import card

VIEWER = Viewer.bureau("card")


@click.command(help=_("模型卡：各类别检出率与随机抽取对照、校准、迁移、数据充分度、公平性。内部资料。"))
@click.option("--pack", "named", help=_("挑战模型：目录、版本号或散列值；默认现行的评分卡。"))
@click.option("--known-at", type=Instant(), help=_("按当时所知，默认现在。"))
@reporting(
    {
        "schema": _("报告格式"),
        "internal": _("恒为 true：内部资料，不对外提供"),
        "role": _("DEFAULT 现行评分卡，或 CHALLENGER 挑战模型（不产生任何作用）"),
        "model": _("模型"),
        "pack_version": _("规则包版本"),
        "pack_hash": _("规则包散列值"),
        "known_at": _("所知时点"),
        "over_days": _("看多少天的检查结果"),
        "businesses": _("户数"),
        "hit_rates": _("各类别的检出率、与随机抽取之差、各自 95% 区间、检查覆盖；RANDOM 行是随机抽取"),
        "calibration": _("随机抽取在各类别的检出率；ordered 指随类别加重不降低"),
        "migration": _("类别迁移：评分卡对上一次，挑战模型对评分卡"),
        "sufficiency": _("数据充分度"),
        "fairness": _("按规模、年龄、区域、类型：高风险类别占比、检出率、无问题却在高风险类别的占比"),
    }
)
def command(out: Output, named: str | None, known_at: datetime | None) -> None:
    """Everything is judged as known before each visit."""
    with out.progress(_("统计")) as progress:
        told = card(VIEWER, known_at or now(), version(named) if named else None, progress.advance)
    if told is not None:
        _say(out, told)
        out.result(told)


def _say(out: Output, told: Mapping[str, Any]) -> None:
    out.line(_("内部资料：分类结果只用于配置监管资源，不得对外提供。"))
    out.line(f"{told['model']} {told['pack_version']} {told['pack_hash'][:12]}")
    heads = (_("类别"), _("户数"), _("检查"), _("检出"), _("检出率‰"), _("每千户检查"), _("比随机多‰"))
    rows = []
    for row in told["hit_rates"]:
        name = _("随机抽取") if row["group"] == RANDOM else row["group"]
        share, more = "–", "–"
        if row["permille"] is not None:
            share = f"{row['permille']}（{row['low_permille']}–{row['high_permille']}）"
        if row["more_permille"] is not None:
            more = f"{row['more_permille']}（{row['more_low_permille']}–{row['more_high_permille']}）"
        exposure = "–" if row["exposure_permille"] is None else row["exposure_permille"]
        rows.append((name, row["businesses"], row["checks"], row["found"], share, exposure, more))
    out.table(heads, rows)
