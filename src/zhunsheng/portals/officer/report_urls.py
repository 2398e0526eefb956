"""Addresses of the reports, below `reports/`."""

from __future__ import annotations

from django.urls import path

from zhunsheng.portals.officer import listing, reports
from zhunsheng.portals.officer.lists import LISTS

app_name = "reports"
urlpatterns = [
    path("", reports.index, name="index"),
    path("rows/", listing.list_page(LISTS["classed"], "reports", "officer/reports/rows.html"), name="rows"),
    path("<int:number>/data/<str:name>/", reports.data, name="data"),
    path("<int:number>/", reports.report, name="report"),
    path("<int:number>/<str:form>/", reports.page, name="page"),
]
