"""What happens next: one file for each closed loop. Read these first.

A file says which outbox topics it handles in `HANDLES`; files are found by looking.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType

from zhunsheng.foundation.outbox.actions import Handler


@cache
def handlers() -> Mapping[str, Handler]:
    """Topic → handler over all stories of this folder, looked for once."""
    found: dict[str, Handler] = {}
    for module in pkgutil.iter_modules(__path__):
        found |= getattr(import_module(f"{__name__}.{module.name}"), "HANDLES", {})
    return MappingProxyType(found)
