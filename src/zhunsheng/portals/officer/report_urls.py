"""Addresses of the reports, below `reports/`."""

from __future__ import annotations

from django.urls import path

from zhunsheng.portals.officer import reports

app_name = "reports"
urlpatterns = [
    path("", reports.index, name="index"),
    path("<int:number>/", reports.report, name="report"),
    path("<int:number>/<str:form>/", reports.page, name="page"),
]
