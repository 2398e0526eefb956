"""Addresses that every audience shares."""

from __future__ import annotations

from django.urls import path

from zhunsheng.web import preferences

urlpatterns = [path("preferences/", preferences.choose, name="preferences")]
