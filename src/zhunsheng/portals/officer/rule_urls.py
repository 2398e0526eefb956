"""Addresses of the rule cards, below `rules/`."""

from __future__ import annotations

from django.urls import path

from zhunsheng.portals.officer import rules

app_name = "rules"
urlpatterns = [
    path("", rules.index, name="index"),
    path("compare/", rules.compare, name="compare"),
    path("cards/<str:key>/", rules.rule, name="card"),
]
