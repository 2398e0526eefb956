"""Addresses of captured files, the log and its proofs, below `evidence/`."""

from __future__ import annotations

from django.urls import path

from zhunsheng.portals.officer import captures, listing, proofs
from zhunsheng.portals.officer.lists import LISTS

app_name = "evidence"
urlpatterns = [
    path("", listing.list_page(LISTS["files"], "evidence", "officer/evidence/files.html"), name="files"),
    path("<int:number>/", captures.file, name="file"),
    path("<int:number>/picture/", captures.picture, name="picture"),
    path("<int:number>/original/", captures.original, name="original"),
    path("<int:number>/device/", captures.device, name="device"),
    path("log/", proofs.log, name="log"),
    path("acts/<int:number>/", proofs.act, name="act"),
]
