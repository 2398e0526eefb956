"""Trigger supervision: touches, enrolment, reviews, area alerts."""

from __future__ import annotations

from django.apps import AppConfig


class TriggersConfig(AppConfig):
    """A low-risk business is left alone until a published line is touched."""

    name = "zhunsheng.judging.triggers"
    label = "triggers"
