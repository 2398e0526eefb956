"""A form that does one thing: filled in, looked over before it is done, refused in plain words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from zhunsheng.core.actors import Actor, PowerLackingError
from zhunsheng.foundation.accounts.acting import Acting, day
from zhunsheng.foundation.accounts.actions.accounts import AccountError
from zhunsheng.foundation.accounts.actions.grants import GrantError
from zhunsheng.foundation.accounts.actions.organisation import UnitError
from zhunsheng.foundation.accounts.actions.people import PersonError
from zhunsheng.foundation.accounts.actions.work import HandOverError
from zhunsheng.foundation.accounts.finding import NotFoundError
from zhunsheng.foundation.webhooks.actions import WebhookError
from zhunsheng.portals.officer.door import at_work
from zhunsheng.registers.mandates.actions import MandateError
from zhunsheng.web.clock import page_clock
from zhunsheng.web.fields import Field, Text, day_of_text, problems_of, shown, values_of

REFUSALS = (
    AccountError,
    GrantError,
    HandOverError,
    MandateError,
    NotFoundError,
    PersonError,
    PowerLackingError,
    UnitError,
    WebhookError,
)
Rows = list[tuple[Text, Text]]


def link(where: str, /, **told: str) -> str:
    """The address of a page with what is known already."""
    return f"{reverse(where)}?{urlencode(told)}"


@dataclass(frozen=True, slots=True)
class Asked:
    """Who fills in what, and when. `values` are trimmed texts by field."""

    request: HttpRequest
    acting: Acting
    at: datetime
    values: Mapping[str, str]

    @property
    def by(self) -> Actor:
        """Who acts."""
        return self.acting.actor

    @property
    def today(self) -> date:
        """The day of the page."""
        return day(self.at)

    def text(self, name: str) -> str:
        """What stands in a field."""
        return self.values.get(name, "")

    def day(self, name: str) -> date:
        """The day in a required field."""
        found = day_of_text(self.text(name))
        if found is None:
            raise Http404
        return found

    def lines(self, name: str) -> tuple[str, ...]:
        """The marks of a field with several choices, or the lines of an area."""
        return tuple(line.strip() for line in self.text(name).split("\n") if line.strip())


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that an administrator does. `power` may be empty: then what is one's own is meant.

    `fields` may depend on what is filled in already. `look` says what will happen before it does; `run` does
    it and gives the address to go on to, or a page with what is shown only once.
    """

    power: str
    title: Text
    button: Text
    fields: Callable[[Asked], Sequence[Field]]
    run: Callable[[Asked], str | HttpResponse]
    look: Callable[[Asked], Rows] | None = None
    intro: Text = ""
    here: str = "people"


def act_page(act: Act) -> Callable[..., HttpResponse]:
    """The page of an act."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @at_work
    def page(request: HttpRequest, acting: Acting) -> HttpResponse:
        if act.power and act.power not in acting.actor.powers:
            raise Http404
        sent = request.POST if request.method == "POST" else request.GET
        asked = Asked(request, acting, page_clock().now(), {name: sent[name] for name in sent})
        fields = act.fields(asked)
        asked = Asked(request, acting, asked.at, values_of(fields, sent))
        if request.method != "POST" or "change" in request.POST:
            return _form(asked, act, fields, {})
        errors = problems_of(fields, asked.values)
        if errors:
            return _form(asked, act, fields, errors)
        try:
            if act.look is not None and "sure" not in request.POST:
                return _look(asked, act, fields, act.look(asked))
            told = act.run(asked)
        except REFUSALS as refusal:
            return _form(asked, act, fields, {fields[0].name: str(refusal)})
        return told if isinstance(told, HttpResponse) else HttpResponseRedirect(told)

    return page


def _form(asked: Asked, act: Act, fields: Sequence[Field], errors: Mapping[str, str]) -> HttpResponse:
    words = {
        "here": act.here,
        "act": act,
        "button": act.button if act.look is None else _("查看后果"),
        "fields": shown(fields, asked.values, errors),
        "errors": errors,
    }
    return render(asked.request, "officer/organisation/act.html", words)


def _look(asked: Asked, act: Act, fields: Sequence[Field], effects: Rows) -> HttpResponse:
    filled = [(field.label, field.said(asked.values)) for field in fields if field.kind != "hidden"]
    hidden = [
        (field.name, part)
        for field in fields
        for part in (
            asked.text(field.name).split("\n") if field.kind == "checks" else [asked.text(field.name)]
        )
    ]
    words = {
        "here": act.here,
        "act": act,
        "filled": [(label, text or "—") for label, text in filled],
        "effects": effects,
        "hidden": hidden,
    }
    return render(asked.request, "officer/organisation/look.html", words)


def shown_once(asked: Asked, title: Text, words: Text, secret: str, back: str) -> HttpResponse:
    """A secret that no page shows a second time."""
    told = {"title": title, "words": words, "secret": secret, "back": back}
    return render(asked.request, "officer/organisation/once.html", told)
