"""Addresses behind the businesses' own door, below `business/`: each says which act of a mandate it takes."""

from __future__ import annotations

from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhunsheng.portals.enterprise import (
    appointing,
    guiding,
    inbox,
    objecting,
    packaging,
    selfchecking,
    signing,
    standing,
    subscribing,
    views,
)
from zhunsheng.portals.enterprise.door import reminder_under, under_mandate

form = require_http_methods(["GET", "POST"])

app_name = "business"
urlpatterns = [
    path("", require_GET(signing.choose), name="choose"),
    path("sign-in/", form(signing.first), name="in"),
    path("sign-in/as/", require_POST(signing.step_in), name="as"),
    path("sign-in/code/", form(signing.code), name="code"),
    path("sign-in/password/", form(signing.password), name="password"),
    path("sign-in/second/", form(signing.second), name="second"),
    path("sign-out/", require_POST(signing.out), name="out"),
    path("claim/", form(signing.ask), name="ask"),
    path("claim/<str:token>/", form(signing.claim), name="claim"),
    path("mandate/<str:token>/", form(signing.accept), name="accept"),
    path("<int:mandate>/", require_GET(under_mandate("READ")(inbox.home)), name="home"),
    path("calendar/<str:token>.ics", require_GET(subscribing.feed), name="feed"),
    path(
        "<int:mandate>/calendar/",
        require_POST(under_mandate("READ")(subscribing.subscribe)),
        name="subscribe",
    ),
    path("<int:mandate>/file/", require_GET(under_mandate("READ")(standing.own_file)), name="own-file"),
    path(
        "<int:mandate>/file/<str:fact>/object/",
        form(under_mandate("OBJECT")(objecting.object_to)),
        name="object",
    ),
    path("<int:mandate>/package.zip", require_GET(under_mandate("READ")(packaging.package)), name="package"),
    path("<int:mandate>/people/", form(under_mandate("GIVE")(appointing.people)), name="people"),
    path(
        "<int:mandate>/people/<int:number>/withdraw/",
        require_POST(under_mandate("GIVE")(appointing.withdraw)),
        name="withdraw",
    ),
    path("<int:mandate>/lay-down/", form(under_mandate("READ")(appointing.lay_down)), name="lay-down"),
    path(
        "<int:mandate>/reminders/<int:touch>/",
        require_GET(reminder_under("READ")(views.reminder)),
        name="reminder",
    ),
    path(
        "<int:mandate>/reminders/<int:touch>/answer/",
        form(reminder_under("ANSWER")(views.answer)),
        name="answer",
    ),
    path(
        "<int:mandate>/reminders/<int:touch>/answer/files/<int:number>/remove/",
        require_POST(reminder_under("ANSWER")(views.remove_file)),
        name="remove-file",
    ),
    path(
        "<int:mandate>/reminders/<int:touch>/check/",
        form(reminder_under("ANSWER")(views.check)),
        name="check",
    ),
    path(
        "<int:mandate>/reminders/<int:touch>/done/",
        require_GET(reminder_under("READ")(views.done)),
        name="done",
    ),
    path(
        "<int:mandate>/reminders/<int:touch>/dates.ics",
        require_GET(reminder_under("READ")(views.dates)),
        name="dates",
    ),
    path(
        "<int:mandate>/reminders/<int:touch>/paper.pdf",
        require_GET(reminder_under("READ")(views.paper)),
        name="paper",
    ),
    path(
        "<int:mandate>/reminders/<int:touch>/files/<int:number>/",
        require_GET(reminder_under("READ")(views.shown_file)),
        name="file",
    ),
    path("<int:mandate>/guides/", require_GET(under_mandate("READ")(guiding.guides)), name="guides"),
    path("<int:mandate>/guides/<str:code>/", require_GET(under_mandate("READ")(guiding.guide)), name="guide"),
    path(
        "<int:mandate>/guides/<str:code>/note/",
        require_POST(under_mandate("READ")(guiding.note)),
        name="guide-note",
    ),
    path(
        "<int:mandate>/self-check/<str:code>/",
        form(under_mandate("SELF_CHECK")(selfchecking.fill_in)),
        name="self-check",
    ),
    path(
        "<int:mandate>/self-check/<str:code>/review/",
        form(under_mandate("SELF_CHECK")(selfchecking.review)),
        name="self-check-review",
    ),
    path(
        "<int:mandate>/self-check/<str:code>/done/",
        require_GET(under_mandate("READ")(selfchecking.done)),
        name="self-check-done",
    ),
    path(
        "<int:mandate>/self-check/<str:code>/dates.ics",
        require_GET(under_mandate("READ")(selfchecking.dates)),
        name="self-check-dates",
    ),
    path(
        "<int:mandate>/self-check/<str:code>/sheet.pdf",
        require_GET(under_mandate("READ")(selfchecking.paper)),
        name="self-check-paper",
    ),
    path(
        "<int:mandate>/self-check/<str:code>/files/<int:number>/",
        require_GET(under_mandate("READ")(selfchecking.shown_file)),
        name="self-check-file",
    ),
    path(
        "<int:mandate>/self-check/<str:code>/files/<int:number>/remove/",
        require_POST(under_mandate("SELF_CHECK")(selfchecking.remove_file)),
        name="self-check-remove",
    ),
]
