"""Addresses: each portal and the API bring their own urls.py and are found by looking."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

MOUNTS = {
    "zhunsheng.portals.officer.urls": "",
    "zhunsheng.portals.enterprise.urls": "b/",
    "zhunsheng.api.urls": "api/",
}

urlpatterns: list[URLPattern | URLResolver] = [
    path(prefix, include(import_module(module).__name__))
    for module, prefix in MOUNTS.items()
    if find_spec(module) is not None
]
