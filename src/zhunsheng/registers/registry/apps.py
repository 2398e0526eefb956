"""The registry: who exists."""

from __future__ import annotations

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """Subjects and what belongs to them: names, numbers, links, premises, permits, shops, equipment."""

    name = "zhunsheng.registers.registry"
    label = "registry"
