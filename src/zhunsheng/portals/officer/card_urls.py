"""Address of the model card, below `models/`."""

from __future__ import annotations

from django.urls import path

from zhunsheng.portals.officer import modelcards

app_name = "models"
urlpatterns = [path("", modelcards.card, name="card")]
