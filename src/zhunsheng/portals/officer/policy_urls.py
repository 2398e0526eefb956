"""Addresses of the lists and their life, below `policy/`."""

from __future__ import annotations

from django.urls import path

from zhunsheng.portals.officer import guidance, policychoices, policylists

app_name = "policy"
urlpatterns = [
    path("", policylists.index, name="index"),
    path("conflict/", policychoices.conflict, name="conflict"),
    path("choose/", policychoices.choose, name="choose"),
    path("draft/", guidance.draft, name="draft"),
    path("guidance/", guidance.page, name="guidance"),
    path("file/<str:key>.yaml", guidance.file, name="file"),
    path("<str:key>/", policylists.one, name="list"),
    path("<str:key>/step/", policylists.step, name="step"),
    path("<str:key>/compare/", policylists.compare, name="compare"),
]
