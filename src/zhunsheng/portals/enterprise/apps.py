"""The business's own pages."""

from __future__ import annotations

from django.apps import AppConfig


class EnterpriseConfig(AppConfig):
    """What a business may see and do through a signed link."""

    name = "zhunsheng.portals.enterprise"
    label = "enterprise"
