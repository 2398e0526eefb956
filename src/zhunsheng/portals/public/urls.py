"""Addresses of the public's pages, below `lists/`."""

from __future__ import annotations

from django.urls import path

from zhunsheng.portals.public import views

app_name = "public"
urlpatterns = [
    path("", views.lists, name="lists"),
    path("<str:key>/", views.one_list, name="list"),
]
