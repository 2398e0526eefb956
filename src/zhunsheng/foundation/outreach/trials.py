"""Whether a trial lasts: asked wherever a short message is written or handed over."""

from __future__ import annotations

from zhunsheng.foundation.outreach.models import Channel, Trial


def standing() -> Trial | None:
    """The trial that lasts, if any."""
    return Trial.objects.filter(channel=Channel.SMS, ended_at=None).first()
