"""Addresses of the lab, below `lab/`."""

from __future__ import annotations

from django.urls import path

from zhunsheng.portals.officer.lab import questions, reports, rows, runs

app_name = "lab"
urlpatterns = [
    path("", runs.index, name="index"),
    path("new/", questions.new, name="new"),
    path("<int:number>/", runs.run, name="run"),
    path("<int:number>/step/", runs.step, name="step"),
    path("<int:number>/rows/", rows.rows, name="rows"),
    path("<int:number>/why/<str:key>/", reports.why, name="why"),
    path("<int:number>/report.<str:form>", reports.file, name="file"),
]
