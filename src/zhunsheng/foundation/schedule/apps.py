"""The due-time queue: what time itself triggers."""

from __future__ import annotations

from django.apps import AppConfig


class ScheduleConfig(AppConfig):
    """Keys with the instant at which somebody must look."""

    name = "zhunsheng.foundation.schedule"
    label = "schedule"
