"""The card of the model in force: hit rates against random selection, and what its quality rests on."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from zhunsheng.core.actors import Viewer
from zhunsheng.core.reporting.modelcard import RANDOM
from zhunsheng.portals.officer.access import internal
from zhunsheng.web.clock import page_clock
from zhunsheng.workflows import carding

DIMENSIONS = {"size": _("规模"), "age": _("年龄"), "district": _("区域"), "form": _("类型")}


@internal
def card(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Counted anew at each look, from what is known now; empty for whoever does not see the whole bureau."""
    now = page_clock().now()
    told = carding.card(viewer, now)
    words: dict[str, Any] = {"here": "models", "card": told, "random": RANDOM, "known_at": now}
    if told is not None:
        words["fairness"] = [
            (DIMENSIONS[name], list(rows))
            for name, rows in groupby(told["fairness"], lambda row: str(row["dimension"]))
        ]
        words["migration"] = [(row["group"], list(row["to"].values())) for row in told["migration"]]
        words["classes"] = list(told["migration"][0]["to"])
    return render(request, "officer/models/card.html", words)
