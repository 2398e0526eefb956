"""Addresses of the business's pages behind a signed link, below `b/`."""

from __future__ import annotations

from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhunsheng.portals.enterprise import standing, views
from zhunsheng.portals.enterprise.opening import by_link

form = require_http_methods(["GET", "POST"])

app_name = "enterprise"
urlpatterns = [
    path("<str:token>/", require_GET(by_link(views.reminder)), name="reminder"),
    path("<str:token>/file/", require_GET(by_link(standing.own_file)), name="own-file"),
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
]
