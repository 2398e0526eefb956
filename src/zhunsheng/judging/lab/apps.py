"""Runs of the lab."""

from __future__ import annotations

from django.apps import AppConfig


class LabConfig(AppConfig):
    """From the question to the report."""

    name = "zhunsheng.judging.lab"
    label = "lab"
