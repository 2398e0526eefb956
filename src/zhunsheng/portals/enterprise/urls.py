"""Addresses of the business's pages behind a signed link, below `b/`."""

from __future__ import annotations

from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhunsheng.portals.enterprise import guiding, packaging, selfchecking, standing, views
from zhunsheng.portals.enterprise.opening import by_link

form = require_http_methods(["GET", "POST"])

app_name = "enterprise"
urlpatterns = [
    path("<str:token>/", require_GET(by_link(views.reminder)), name="reminder"),
    path("<str:token>/file/", require_GET(by_link(standing.own_file)), name="own-file"),
    path("<str:token>/package.zip", require_GET(by_link(packaging.package)), name="package"),
    path("<str:token>/answer/", form(by_link(views.answer)), name="answer"),
    path(
        "<str:token>/answer/files/<int:number>/remove/",
        require_POST(by_link(views.remove_file)),
        name="remove-file",
    ),
    path("<str:token>/check/", form(by_link(views.check)), name="check"),
    path("<str:token>/done/", require_GET(by_link(views.done)), name="done"),
    path("<str:token>/dates.ics", require_GET(by_link(views.dates)), name="dates"),
    path("<str:token>/paper.pdf", require_GET(by_link(views.paper)), name="paper"),
    path("<str:token>/files/<int:number>/", require_GET(by_link(views.shown_file)), name="file"),
    path("<str:token>/guides/", require_GET(by_link(guiding.guides)), name="guides"),
    path("<str:token>/guides/<str:code>/", require_GET(by_link(guiding.guide)), name="guide"),
    path("<str:token>/guides/<str:code>/note/", require_POST(by_link(guiding.note)), name="guide-note"),
    path("<str:token>/self-check/<str:code>/", form(by_link(selfchecking.fill_in)), name="self-check"),
    path(
        "<str:token>/self-check/<str:code>/review/",
        form(by_link(selfchecking.review)),
        name="self-check-review",
    ),
    path(
        "<str:token>/self-check/<str:code>/done/",
        require_GET(by_link(selfchecking.done)),
        name="self-check-done",
    ),
    path(
        "<str:token>/self-check/<str:code>/dates.ics",
        require_GET(by_link(selfchecking.dates)),
        name="self-check-dates",
    ),
    path(
        "<str:token>/self-check/<str:code>/sheet.pdf",
        require_GET(by_link(selfchecking.paper)),
        name="self-check-paper",
    ),
    path(
        "<str:token>/self-check/<str:code>/files/<int:number>/",
        require_GET(by_link(selfchecking.shown_file)),
        name="self-check-file",
    ),
    path(
        "<str:token>/self-check/<str:code>/files/<int:number>/remove/",
        require_POST(by_link(selfchecking.remove_file)),
        name="self-check-remove",
    ),
]
