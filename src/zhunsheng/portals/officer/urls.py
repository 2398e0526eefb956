"""Addresses of the officer's pages."""

from __future__ import annotations

from django.urls import path

from zhunsheng.portals.officer import board, front, subjects

app_name = "officer"
urlpatterns = [
    path("", front.front, name="front"),
    path("touches/", board.board, name="board"),
    path("touches/<int:number>/", board.touch, name="touch"),
    path("subjects/", subjects.search, name="subjects"),
    path("subjects/<str:key>/", subjects.subject, name="subject"),
]
