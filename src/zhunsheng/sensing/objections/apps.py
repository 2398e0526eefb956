"""Objections to data."""

from __future__ import annotations

from django.apps import AppConfig


class ObjectionsConfig(AppConfig):
    """A business says that a fact of its file is wrong; a named person decides."""

    name = "zhunsheng.sensing.objections"
    label = "objections"
