"""Addresses of the SMS monitor, below `messages/`; the list itself is among the officer's lists."""

from __future__ import annotations

from django.urls import path

from zhunsheng.portals.officer import messages, trials

app_name = "messages"
urlpatterns = [
    path("<int:number>/", messages.message, name="message"),
    path("<int:number>/settle/", messages.settle, name="settle"),
    path("unclear/", messages.unclear, name="unclear"),
    path("terms/", messages.terms, name="terms"),
    path("preview/<str:key>/", messages.preview, name="preview"),
    path("trial/", trials.trial, name="trial"),
]
