"""What the bureau has set: the policy of trigger supervision as it stands now."""

from __future__ import annotations

from django.conf import settings

from zhunsheng.engine.library import open_library
from zhunsheng.judging.triggers.policies import TriggerPolicy


def trigger_policy() -> TriggerPolicy:
    """Read from the pack; changed at once when the file changes."""
    return TriggerPolicy.read(open_library(settings.PACKS).policy("zhunsheng.trigger-policy/1"))
