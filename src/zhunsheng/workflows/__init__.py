"""What happens next: one file for each closed loop. Read these first.

A file says which outbox topics it handles in `HANDLES`; files are found by looking.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module

from zhunsheng.foundation.outbox.actions import Handler


def handlers() -> dict[str, Handler]:
    """Topic → handler over all stories of this folder."""
    found: dict[str, Handler] = {}
    for module in pkgutil.iter_modules(__path__):
        found |= getattr(import_module(f"{__name__}.{module.name}"), "HANDLES", {})
    return found
