"""Mandates: who may act for whom."""

from __future__ import annotations

from django.apps import AppConfig


class MandatesConfig(AppConfig):
    """Legal representatives and agents, what they may do for a subject and until when."""

    name = "zhunsheng.registers.mandates"
    label = "mandates"
