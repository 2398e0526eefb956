"""Model cards, live from the bureau's own results: of the scorecard, or of a challenger that never acts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from zhunsheng.core.actors import Viewer
from zhunsheng.core.reporting import modelcard
from zhunsheng.core.rules.tree import Pack
from zhunsheng.workflows.counting import bands_of
from zhunsheng.workflows.resulting import rows_of
from zhunsheng.workflows.ruling import rules_at

SCHEMA = "zhunsheng.model-card/1"


def card(
    viewer: Viewer,
    known_at: datetime,
    challenger: Pack | None = None,
    tell: Callable[[int], None] = lambda _: None,
) -> dict[str, Any] | None:
    """The card of the model in force, or of a challenger judged as of before each visit.

    None for whoever does not see the whole bureau: its sums are the bureau's.
    """
    if not viewer.sees_all:
        return None
    library = rules_at(known_at)
    policy = library.policy("zhunsheng.model-card-policy/1")
    pack = challenger or library.pack
    model = pack.models[0]
    classes = [cut.name for cut in model.cut_offs]
    rows = rows_of(viewer, known_at, challenger, policy, tell)
    bands = bands_of(library.policy("zhunsheng.report-policy/1")["sufficiency_permille"])
    return {
        "schema": SCHEMA,
        "internal": True,
        "role": "CHALLENGER" if challenger else "DEFAULT",
        "model": model.id,
        "pack_version": pack.version,
        "pack_hash": pack.content_hash,
        "known_at": known_at.isoformat(),
        "over_days": policy["over_days"],
        "businesses": len(rows.standing),
        "hit_rates": modelcard.hit_rates(rows.standing, rows.checks, classes),
        "calibration": modelcard.calibration(rows.checks, classes),
        "migration": modelcard.migration(rows.standing, classes),
        "sufficiency": modelcard.sufficiency(rows.standing, bands),
        "fairness": modelcard.fairness(rows.standing, rows.checks, frozenset(policy["severe_classes"])),
    }
