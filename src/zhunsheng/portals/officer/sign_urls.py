"""Addresses of signing in."""

from __future__ import annotations

from django.urls import path

from zhunsheng.portals.officer import provider, signing

app_name = "sign"
urlpatterns = [
    path("sign-in/", signing.first, name="in"),
    path("sign-in/code/", signing.code, name="code"),
    path("sign-in/enrol/", signing.enrol, name="enrol"),
    path("sign-in/password/", signing.password, name="password"),
    path("sign-in/grant/", signing.grant, name="grant"),
    path("sign-in/sessions/", signing.sessions, name="sessions"),
    path("sign-in/sessions/<int:number>/end/", signing.end, name="end"),
    path("sign-in/invitation/<str:token>/", signing.invitation, name="invitation"),
    path("sign-in/provider/", provider.depart, name="provider"),
    path("sign-in/provider/return/", provider.come_back, name="provider-return"),
    path("sign-in/as/", signing.step_in, name="as"),
    path("sign-in/reset/", signing.reset, name="reset"),
    path("sign-out/", signing.out, name="out"),
]
