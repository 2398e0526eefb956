"""`zhunsheng shadow`: versions that run beside the one in effect, with their counts. Changes nothing."""

from __future__ import annotations

from dataclasses import asdict

import click
from django.utils.translation import gettext as _

from zhunsheng.cli.exit_codes import CannotRunError
from zhunsheng.cli.output import Output, reporting
from zhunsheng.core.actors import Viewer
from zhunsheng.judging.rulebook import queries
from zhunsheng.judging.rulebook.queries import ShadowRow

VIEWER = Viewer.bureau("shadow")


@click.command(
    help=_("影子运行：与现行版本并行、只计数的版本，各日、各事项、各所多触及和少触及多少次。只看不改。")
)
@click.argument("number", type=int, required=False)
@reporting(
    {
        "shadows": _(
            "影子运行：id、proposal、pack_hash、reason、state、started_at、until_on、counted_to、counts"
        ),
    }
)
def command(out: Output, number: int | None) -> None:
    """All of them, or one by its number."""
    cards = queries.shadows(viewer=VIEWER)
    if number is not None and not (cards := [card for card in cards if card.id == number]):
        raise CannotRunError(_("没有第 %(number)d 号影子运行。") % {"number": number})
    told, counts = [], queries.shadow_counts(viewer=VIEWER, cards=cards)
    for card in cards:
        rows = counts[card.id]
        told.append(
            {
                "id": card.id,
                "proposal": card.proposal,
                "pack_hash": card.pack_hash,
                "reason": card.reason,
                "state": card.state.value,
                "started_at": card.started_at.isoformat(),
                "until_on": card.until_on.isoformat(),
                "counted_to": card.counted_to.isoformat(),
                "counts": [_row(row) for row in rows],
            }
        )
        heads = (
            _("日期"),
            _("事项"),
            _("监管所"),
            _("这一版触线"),
            _("现行版本触线"),
            _("新触及"),
            _("不再触及"),
        )
        title = f"{card.id} {card.pack_hash[:12]} {card.state.value}"
        out.table(heads, [tuple(_row(row).values()) for row in rows], title=title)
    out.result({"shadows": told})


def _row(row: ShadowRow) -> dict[str, object]:
    return {**asdict(row), "day": row.day.isoformat()}
