"""Opening a closed field: a purpose from the list and words, on record before it shows, for one view."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from zhunsheng.core.actors import FieldLevel
from zhunsheng.engine.library import open_library
from zhunsheng.foundation.accounts.acting import Acting
from zhunsheng.foundation.accounts.policies import reveal_purposes
from zhunsheng.foundation.accounts.revealing import RevealError, may_reveal
from zhunsheng.portals.officer.door import with_power
from zhunsheng.portals.officer.explaining import Event
from zhunsheng.registers.registry import actions as registry_actions
from zhunsheng.registers.registry import queries as registry
from zhunsheng.sensing.signals import actions as signals
from zhunsheng.web.clock import page_clock
from zhunsheng.web.fields import Field, Text, problems_of, shown, values_of

FIELDS: dict[str, Text] = {"phone": _("联系电话")}


def address_of(acting: Acting, key: str, level: FieldLevel, **told: str) -> str:
    """Where a closed field is opened; '' for those who may not."""
    if not may_reveal(acting.actor, acting.viewer, level):
        return ""
    return f"{reverse('officer:reveal', args=[key])}?{urlencode(told)}"


def timeline(acting: Acting, key: str, events: Sequence[Event]) -> list[dict[str, object]]:
    """Events with what is closed in them, and where it is opened."""
    return [
        {
            "at": one.at,
            "title": one.title,
            "text": one.text,
            "closed": [
                (c.name_zh, address_of(acting, key, c.level, fact=c.fact_id, field=c.field))
                for c in one.closed
            ],
        }
        for one in events
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@with_power("subject.reveal")
def reveal(request: HttpRequest, acting: Acting, key: str) -> HttpResponse:
    """Ask what for; then show it once, on a page that nobody keeps."""
    found = registry.get(viewer=acting.viewer, key=key)
    fact, field = request.GET.get("fact", ""), request.GET.get("field", "")
    name = _name(fact, field)
    if found is None or not name:
        raise Http404
    fields = (
        Field("purpose", _("用途"), "select", choices=list(reveal_purposes().items())),
        Field("words", _("具体事由"), hint=_("例如：任务编号、约定的时间。审计人员会看到。")),
    )
    words: dict[str, object] = {
        "here": "subjects",
        "subject": found,
        "name": name,
        "values": {},
        "errors": {},
    }
    if request.method == "POST":
        values = values_of(fields, request.POST)
        errors = problems_of(fields, values)
        if not errors:
            try:
                words["value"] = _open(acting, key, fact, field, values)
                return render(request, "officer/revealed.html", {**words, "told": values})
            except RevealError as refusal:
                errors = {"purpose": str(refusal)}
        words |= {"values": values, "errors": errors}
    words["fields"] = shown(fields, words.pop("values"), words["errors"])  # type: ignore[arg-type]
    return render(request, "officer/reveal.html", words)


def _name(fact: str, field: str) -> Text:
    if not fact:
        return FIELDS.get(field, "")
    kinds = open_library(settings.PACKS).contracts.kinds.values()
    return next((kind.fields[field].name_zh for kind in kinds if field in kind.fields), "")


def _open(acting: Acting, key: str, fact: str, field: str, values: dict[str, str]) -> str:
    at, stated = page_clock().now(), {"purpose": values["purpose"], "words": values["words"]}
    if not fact:
        return registry_actions.reveal(
            by=acting.actor, at=at, viewer=acting.viewer, key=key, field=field, **stated
        )
    contracts = open_library(settings.PACKS).contracts
    value = signals.reveal(
        by=acting.actor,
        at=at,
        viewer=acting.viewer,
        contracts=contracts,
        subject=key,
        fact_id=fact,
        field=field,
        **stated,
    )
    if isinstance(value, bool):
        return str(_("是") if value else _("否"))
    return str(value)
