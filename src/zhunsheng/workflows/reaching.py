"""About whom somebody may import: those within the scope, and new ones that will lie within it."""

from __future__ import annotations

from collections.abc import Sequence

from zhunsheng.core.actors import Viewer
from zhunsheng.core.contracts import Refusal
from zhunsheng.core.presets.targets import Target
from zhunsheng.foundation.accounts.queries import access
from zhunsheng.registers.registry import queries as registry
from zhunsheng.sensing.signals.register_rows import Values
from zhunsheng.workflows.tallying import UNKNOWN, VIEWER

OUTSIDE = Refusal("division", "主体不在您的数据范围内", "核对登记区划与监管所，或交由该地导入")


def closed_to(viewer: Viewer, target: Target, rows: Sequence[Values]) -> dict[str, list[Refusal]]:
    """Subject → why a viewer may not import a row about it; those that are open are left out.

    Of things, the owner must be registered and open; whether somebody outside is registered is not told.
    """
    keys = {str(values["subject"]) for values in rows}
    own = registry.known_keys(viewer=viewer, keys=keys)
    if target is not Target.SUBJECTS:
        return {key: [UNKNOWN] for key in keys - own}
    if viewer.sees_all:
        return {}
    elsewhere = registry.known_keys(viewer=VIEWER, keys=keys) - own
    shut = {str(values["subject"]) for values in rows if not _lies_within(viewer, values, own)}
    return {key: [OUTSIDE] for key in elsewhere | shut}


def _lies_within(viewer: Viewer, values: Values, own: set[str]) -> bool:
    key = str(values["subject"])
    division, station = str(values.get("division") or key[2:8]), str(values.get("station") or "")
    # Without a station the row leaves the one that a registered subject has.
    if key in own and not station:
        return division in viewer.scope.tenants
    return access.opens(viewer=viewer, place=access.Place(division, station))
