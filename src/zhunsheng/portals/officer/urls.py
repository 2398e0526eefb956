"""Addresses of the officer's pages."""

from __future__ import annotations

from django.urls import path

from zhunsheng.portals.officer import board, front, listing, subjects
from zhunsheng.portals.officer.lists import LISTS

app_name = "officer"
urlpatterns = [
    path("", front.front, name="front"),
    path("touches/", listing.list_page(LISTS["touches"], "board"), name="board"),
    path("touches/<int:number>/", board.touch, name="touch"),
    path("subjects/", listing.list_page(LISTS["subjects"], "subjects"), name="subjects"),
    path("subjects/<str:key>/", subjects.subject, name="subject"),
    path("tasks/", listing.list_page(LISTS["tasks"], "tasks"), name="tasks"),
    path("messages/", listing.list_page(LISTS["messages"], "messages"), name="messages"),
    path("lists/<str:name>/columns/", listing.choose_columns, name="columns"),
    path("lists/<str:name>/views/", listing.save_view, name="save-view"),
    path("lists/<str:name>/export/", listing.export, name="export"),
    path("views/<int:number>/remove/", listing.remove_view, name="remove-view"),
]
