"""Addresses of the business's pages, below `b/`."""

from __future__ import annotations

from django.urls import path

from zhunsheng.portals.enterprise import standing, views

app_name = "enterprise"
urlpatterns = [
    path("<str:token>/", views.reminder, name="reminder"),
    path("<str:token>/file/", standing.own_file, name="own-file"),
    path("<str:token>/answer/", views.answer, name="answer"),
    path("<str:token>/answer/files/<int:number>/remove/", views.remove_file, name="remove-file"),
    path("<str:token>/check/", views.check, name="check"),
    path("<str:token>/done/", views.done, name="done"),
    path("<str:token>/dates.ics", views.dates, name="dates"),
    path("<str:token>/paper.pdf", views.paper, name="paper"),
    path("<str:token>/files/<int:number>/", views.shown_file, name="file"),
]
