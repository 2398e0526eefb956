"""Addresses of the state of sources and system, below `status/`."""

from __future__ import annotations

from django.urls import path

from zhunsheng.portals.officer import status

app_name = "status"
urlpatterns = [
    path("", status.system, name="system"),
    path("sources/", status.sources, name="sources"),
]
