"""Addresses: each portal and the API bring their own urls.py and are found by looking."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

MOUNTS = {
    "zhunsheng.web.urls": "",
    "zhunsheng.portals.officer.sign_urls": "",
    "zhunsheng.portals.officer.urls": "",
    "zhunsheng.portals.officer.rule_urls": "rules/",
    "zhunsheng.portals.officer.wording_urls": "wording/",
    "zhunsheng.portals.officer.lab.urls": "lab/",
    "zhunsheng.portals.officer.law_urls": "laws/",
    "zhunsheng.portals.officer.policy_urls": "policy/",
    "zhunsheng.portals.officer.status_urls": "status/",
    "zhunsheng.portals.officer.evidence_urls": "evidence/",
    "zhunsheng.portals.officer.report_urls": "reports/",
    "zhunsheng.portals.officer.card_urls": "models/",
    "zhunsheng.portals.officer.import_urls": "imports/",
    "zhunsheng.portals.officer.org_urls": "organisation/",
    "zhunsheng.portals.officer.message_urls": "messages/",
    "zhunsheng.portals.officer.webhooks": "webhooks/",
    "zhunsheng.portals.officer.mandates": "mandates/",
    "zhunsheng.portals.enterprise.urls": "b/",
    "zhunsheng.portals.enterprise.mandate_urls": "business/",
    "zhunsheng.portals.public.urls": "lists/",
    "zhunsheng.api.urls": "api/",
}

urlpatterns: list[URLPattern | URLResolver] = [
    path(prefix, include(import_module(module).__name__))
    for module, prefix in MOUNTS.items()
    if find_spec(module) is not None
]

handler400 = "zhunsheng.web.errors.bad_request"
handler403 = "zhunsheng.web.errors.refused"
handler404 = "zhunsheng.web.errors.not_found"
handler500 = "zhunsheng.web.errors.broken"
