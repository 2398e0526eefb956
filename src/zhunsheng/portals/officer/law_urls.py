"""Addresses of the law base, below `laws/`."""

from __future__ import annotations

from django.urls import path

from zhunsheng.portals.officer import laws, lawuse, listing
from zhunsheng.portals.officer.lists import LISTS

app_name = "laws"
urlpatterns = [
    path("", listing.list_page(LISTS["laws"], "laws", "officer/laws/index.html"), name="index"),
    path("search/", laws.search, name="search"),
    path("references/", lawuse.references, name="references"),
    path("conduct/", lawuse.conducts, name="conducts"),
    path("conduct/<str:key>/", lawuse.conduct, name="conduct"),
    path("<int:number>/", laws.law, name="law"),
    path("<int:number>/compare/", laws.compare, name="compare"),
    path("<int:number>/<str:key>/", laws.article, name="article"),
]
