"""Addresses of importing tables, below `imports/`."""

from __future__ import annotations

from django.urls import path

from zhunsheng.portals.officer import importing, listing, uploads
from zhunsheng.portals.officer.lists import LISTS

app_name = "imports"
urlpatterns = [
    path("", listing.list_page(LISTS["imports"], "imports", "officer/imports/history.html"), name="history"),
    path("new/", importing.kinds, name="new"),
    path("new/<str:name>/", importing.start, name="start"),
    path("new/<str:name>/template.<str:form>", importing.template, name="template"),
    path("<int:number>/", uploads.upload, name="upload"),
    path("<int:number>/columns/", uploads.columns, name="columns"),
    path("<int:number>/take/", uploads.take, name="take"),
    path("<int:number>/undo/", uploads.undo, name="undo"),
    path("<int:number>/drop/", uploads.drop, name="drop"),
    path("<int:number>/<str:name>.<str:form>", uploads.returned, name="returned"),
    path("columns/<int:number>/forget/", uploads.forget, name="forget"),
]
