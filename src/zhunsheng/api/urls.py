"""Addresses for programs, by version."""

from __future__ import annotations

from django.urls import path, re_path

from zhunsheng.api import reading, replays, views

app_name = "api"
urlpatterns = [
    path("v1/events", views.take_events, name="events"),
    path("v1/facts/<str:fact_id>", reading.fact, name="fact"),
    path("v1/subjects", reading.subjects, name="subjects"),
    path("v1/subjects/<str:key>", reading.subject, name="subject"),
    path("v1/health", views.health, name="health"),
    path("v1/message-receipts", views.take_message_receipts, name="message_receipts"),
    path("v1/replays", replays.replays, name="replays"),
    path("v1/replays/<str:number>", replays.replay, name="replay"),
    path("v1/replays/<str:number>/report", replays.report, name="replay_report"),
    path("v1/openapi.json", views.openapi, name="openapi"),
    re_path("", views.nothing_here, name="nothing"),
]
