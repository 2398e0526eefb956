"""Telling other programs: who is told of what, whether it arrived, and sending again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from zhunsheng.core.clock import SHANGHAI
from zhunsheng.foundation.accounts.acting import Acting
from zhunsheng.foundation.accounts.queries import organisation
from zhunsheng.foundation.webhooks import actions, queries
from zhunsheng.foundation.webhooks.actions import WebhookError
from zhunsheng.foundation.webhooks.terms import webhook_terms
from zhunsheng.portals.officer.door import with_power
from zhunsheng.portals.officer.organisation.acts import Act, Asked, act_page, link, shown_once
from zhunsheng.portals.officer.words import DELIVERIES, DELIVERY_TONES, WEBHOOK_STATES, WEBHOOK_TONES
from zhunsheng.web.clock import page_clock
from zhunsheng.web.fields import Field, Text
from zhunsheng.workflows import posting

POWER, ROWS_SHOWN, DIGITS_MAX = "connector.manage", 50, 18
EVERYWHERE = "ALL"
REASON = Field("reason", _("理由"))


def _page(number: int) -> str:
    return reverse("webhooks:one", args=[number])


@require_safe
@with_power(POWER)
def every(request: HttpRequest, acting: Acting) -> HttpResponse:
    """All subscriptions with their state."""
    rows = [
        (one, _page(one.id), WEBHOOK_STATES[one.state], WEBHOOK_TONES[one.state])
        for one in queries.subscriptions(viewer=acting.viewer)
    ]
    words = {"here": "webhooks", "rows": rows, "hosts": sorted(settings.WEBHOOK_HOSTS)}
    return render(request, "officer/webhooks/index.html", words)


@require_safe
@with_power(POWER)
def one(request: HttpRequest, acting: Acting, number: int) -> HttpResponse:
    """A subscription with its latest deliveries and every attempt at them."""
    found = queries.subscription(viewer=acting.viewer, number=number)
    if found is None:
        raise Http404
    names = webhook_terms().names_zh
    told = queries.deliveries(viewer=acting.viewer, number=number, rows_max=ROWS_SHOWN)
    words = {
        "here": "webhooks",
        "one": found,
        "state": WEBHOOK_STATES[found.state],
        "tone": WEBHOOK_TONES[found.state],
        "types": [names.get(kind, kind) for kind in found.types],
        "deliveries": [
            (
                row,
                names.get(str(row.payload["type"]), row.payload["type"]),
                DELIVERIES.get(row.state, row.state),
                DELIVERY_TONES.get(row.state, ""),
            )
            for row in told
        ],
        "acts": _acts(found.id, found.state),
    }
    return render(request, "officer/webhooks/one.html", words)


def _acts(number: int, state: str) -> list[tuple[str, str]]:
    told = str(number)
    stop = (
        ("webhooks:pause", gettext("暂停推送"))
        if state == "ACTIVE"
        else ("webhooks:resume", gettext("恢复推送"))
    )
    return [
        (link(stop[0], number=told), stop[1]),
        (link("webhooks:key", number=told), gettext("更换签名密钥")),
        (link("webhooks:replay", number=told), gettext("重发一段时间")),
    ]


@require_POST
@with_power(POWER)
def again(request: HttpRequest, acting: Acting, number: int) -> HttpResponse:
    """One delivery once more."""
    key = request.POST.get("key", "")[:200]
    try:
        actions.replay_one(by=acting.actor, at=page_clock().now(), number=number, key=key)
    except WebhookError as error:
        raise Http404 from error
    return HttpResponseRedirect(_page(number))


def _districts(asked: Asked) -> list[tuple[str, Text]]:
    """The whole bureau, or one of its districts: then what lies elsewhere is not told."""
    units = organisation.units(viewer=asked.acting.viewer, on=asked.today)
    return [(EVERYWHERE, _("全市")), *((unit.code, unit.name) for unit in units if unit.level == "DISTRICT")]


def _new_fields(asked: Asked) -> Sequence[Field]:
    return (
        Field("name", _("名称"), hint=_("收到推送的系统或单位。")),
        Field("url", _("地址"), hint=_("完整的 https 地址；主机须在设置的名单中。")),
        Field("district", _("范围"), "select", choices=_districts(asked)),
        Field("types", _("推送哪些事件"), "checks", choices=list(webhook_terms().names_zh.items())),
    )


def _new(asked: Asked) -> HttpResponse:
    number, key = actions.subscribe(
        by=asked.by,
        at=asked.at,
        name=asked.text("name"),
        url=asked.text("url"),
        types=asked.lines("types"),
        district="" if asked.text("district") == EVERYWHERE else asked.text("district"),
    )
    words = gettext("请把签名密钥安全地交给接收方，用它核对每次推送的签名。")
    return shown_once(asked, _("签名密钥"), words, key, _page(number))


def _number_fields(asked: Asked, *more: Field) -> Sequence[Field]:
    told = queries.subscriptions(viewer=asked.acting.viewer)
    return (Field("number", _("推送"), "select", choices=[(str(c.id), c.name) for c in told]), *more)


def _number(asked: Asked) -> int:
    return int(asked.text("number"))


def _change_key(asked: Asked) -> HttpResponse:
    key = actions.change_key(by=asked.by, at=asked.at, number=_number(asked))
    hours = int(webhook_terms().old_key / timedelta(hours=1))
    words = gettext("旧密钥在 %(n)d 小时内仍一并签名，请接收方在此期间换用新密钥。") % {"n": hours}
    return shown_once(asked, _("新的签名密钥"), words, key, _page(_number(asked)))


def _set(state: str, asked: Asked) -> str:
    actions.set_state(
        by=asked.by, at=asked.at, number=_number(asked), state=state, reason=asked.text("reason")
    )
    return _page(_number(asked))


def _replay(asked: Asked) -> str:
    actions.replay(
        by=asked.by,
        at=asked.at,
        number=_number(asked),
        since=datetime.combine(asked.day("since"), time(0), SHANGHAI),
        until=datetime.combine(asked.day("until"), time(23, 59, 59, 999_999), SHANGHAI),
        places=posting.districts_of,
    )
    return _page(_number(asked))


ACTS = {
    "new": Act(POWER, _("设立推送"), _("设立"), _new_fields, _new, here="webhooks"),
    "key": Act(
        POWER, _("更换签名密钥"), _("更换"), lambda asked: _number_fields(asked), _change_key, here="webhooks"
    ),
    "pause": Act(
        POWER,
        _("暂停推送"),
        _("暂停推送"),
        lambda asked: _number_fields(asked, REASON),
        lambda asked: _set("PAUSED", asked),
        intro=_("暂停期间的事件不丢失，启用后按次序补发。"),
        here="webhooks",
    ),
    "resume": Act(
        POWER,
        _("恢复推送"),
        _("恢复推送"),
        lambda asked: _number_fields(asked, REASON),
        lambda asked: _set("ACTIVE", asked),
        intro=_("从停下的地方继续，其间的事件按次序补发。"),
        here="webhooks",
    ),
    "replay": Act(
        POWER,
        _("重发一段时间的推送"),
        _("重发"),
        lambda asked: _number_fields(
            asked, Field("since", _("从哪一天"), "date"), Field("until", _("到哪一天"), "date")
        ),
        _replay,
        intro=_("编号与原来相同，接收方已处理过的可凭编号忽略。"),
        here="webhooks",
    ),
}
app_name = "webhooks"
urlpatterns = [
    path("", every, name="every"),
    *(path(f"{name}/", act_page(act), name=name) for name, act in ACTS.items()),
    path("<int:number>/", one, name="one"),
    path("<int:number>/again/", again, name="again"),
]
