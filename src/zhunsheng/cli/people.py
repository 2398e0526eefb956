"""Who acts on the command line: somebody of the bureau, under a grant that permits it there, now.

Whoever may run commands on the server still acts as a person: the audit entry names a work number that
exists and may do this, or nothing happens.
"""

from __future__ import annotations

from collections.abc import Callable

import click
from django.utils.translation import gettext as _

from zhunsheng.cli.days import now
from zhunsheng.cli.exit_codes import CannotRunError
from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.clock import day_of, instant
from zhunsheng.foundation.accounts.queries.access import acting_with
from zhunsheng.registers.registry import queries as registry

VIEWER = Viewer.bureau("shell")
BY = click.option("--by", required=True, help=_("办理人的工号；须有相应岗位授权。"))
Opens = Callable[[Viewer], bool]


def anywhere(_viewer: Viewer) -> bool:
    """For what belongs to no record: the permission is enough."""
    return True


def whole_bureau(viewer: Viewer) -> bool:
    """For what concerns every record: the scope must be all of them."""
    return viewer.sees_all


def subject(key: str, *, unknown: Opens = whole_bureau) -> Opens:
    """For what is about one business: its file must be open; `unknown` is for a key that nobody has."""
    if registry.get(viewer=VIEWER, key=key) is None:
        return unknown
    return lambda viewer: registry.get(viewer=viewer, key=key) is not None


def officer(key: str, power: str, opens: Opens = anywhere) -> Actor:
    """The person with a work number, under the oldest own grant that gives the power and opens the record."""
    on = day_of(instant(now()))
    found = acting_with(viewer=VIEWER, person=key.strip(), power=power, on=on, opens=opens)
    if found is None:
        words = {"key": key, "power": power}
        raise CannotRunError(_("%(key)s 没有含 %(power)s、且范围及于此事的有效授权") % words)
    return found.actor
