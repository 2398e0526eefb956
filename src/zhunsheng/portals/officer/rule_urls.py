"""Addresses of the rule cards, below `rules/`."""

from __future__ import annotations

from django.urls import path

from zhunsheng.portals.officer import manuscripts, ruleedit, rulelife, rules, rulesnooze

app_name = "rules"
urlpatterns = [
    path("", rules.index, name="index"),
    path("compare/", rules.compare, name="compare"),
    path("life/", rulelife.index, name="life"),
    path("life/draft/", rulelife.draft, name="draft"),
    path("life/<int:number>/", rulelife.one, name="proposal"),
    path("life/<int:number>/step/", rulelife.step, name="step"),
    path("life/<int:number>/shadow/", rulelife.shadow, name="shadow"),
    path("life/snooze/", rulesnooze.start, name="snooze"),
    path("life/snooze/<int:number>/lift/", rulesnooze.lift, name="lift"),
    path("edit/", manuscripts.start, name="edit"),
    path("edit/<int:number>/", manuscripts.one, name="manuscript"),
    path("edit/<int:number>/step/", manuscripts.step, name="manuscript-step"),
    path("edit/<int:number>/<str:key>/", ruleedit.part, name="part"),
    path("cards/<str:key>/", rules.rule, name="card"),
]
