"""The registry: who exists."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class RegistryConfig(AppConfig):
    """Subjects and what belongs to them: names, numbers, links, premises, permits, shops, equipment."""

    name = "zhunsheng.registers.registry"
    label = "registry"

    def ready(self) -> None:
        """After each migration the second wall is brought up to the models as they are then."""
        post_migrate.connect(_build_walls, sender=self)


def _build_walls(**signal: Any) -> None:
    import_module("zhunsheng.registers.registry.walls").build(**signal)
