"""Addresses of the bureau's own wordings, below `wording/`."""

from __future__ import annotations

from django.urls import path

from zhunsheng.portals.officer import wordedit, wordings

app_name = "wording"
urlpatterns = [
    path("", wordings.index, name="index"),
    path("kinds/<slug:kind>/", wordings.kind, name="kind"),
    path("kinds/<slug:kind>/draft/", wordings.draft, name="draft"),
    path("<int:number>/", wordings.one, name="one"),
    path("<int:number>/edit/", wordedit.edit, name="edit"),
    path("<int:number>/step/", wordings.step, name="step"),
    path("<int:number>/preview.pdf", wordings.preview, name="preview"),
]
