"""What the bureau has set: the policy of trigger supervision as it stands now."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings

from zhunsheng.engine.library import Library, open_library
from zhunsheng.judging.triggers.policies import TriggerPolicy


def trigger_policy() -> TriggerPolicy:
    """Read from the pack; changed at once when the file changes."""
    return _read(open_library(settings.PACKS))


@lru_cache(maxsize=4)
def _read(library: Library) -> TriggerPolicy:
    return TriggerPolicy.read(library.policy("zhunsheng.trigger-policy/1"))
