"""One person with posts, certificates, log-in and grants; certificates that run out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from zhunsheng.core.listing import Part
from zhunsheng.foundation.accounts.acting import Acting, day
from zhunsheng.foundation.accounts.queries import access, logins, people
from zhunsheng.foundation.accounts.queries.access import ReviewFilter
from zhunsheng.foundation.accounts.queries.logins import LogIn
from zhunsheng.foundation.accounts.queries.people import CertificateCard
from zhunsheng.foundation.accounts.roles import role_book
from zhunsheng.portals.officer.door import with_power
from zhunsheng.portals.officer.lists.grants import SOON, last_use, term
from zhunsheng.portals.officer.lists.people import address_of
from zhunsheng.portals.officer.organisation.acts import link
from zhunsheng.portals.officer.words import ACCOUNT_STATES
from zhunsheng.web.clock import page_clock
from zhunsheng.web.fields import day_of_text

GRANTS_SHOWN = 50
DAYS_AHEAD = timedelta(days=90)
Links = list[tuple[str, str]]


def certificate_state(paper: CertificateCard, on: date) -> tuple[str, str]:
    """What a certificate is worth on a day, in words, and its tone."""
    if paper.valid_to < on:
        return _("已过期"), "bad"
    if paper.valid_from > on:
        return _("尚未生效"), "warn"
    if paper.valid_to <= on + DAYS_AHEAD:
        return _("还有 %(n)d 天") % {"n": (paper.valid_to - on).days}, "warn"
    return _("有效"), "good"


@require_safe
@with_power("org.read")
def person(request: HttpRequest, acting: Acting) -> HttpResponse:
    """Everything about one person that administrators look after."""
    key, viewer, at = request.GET.get("person", ""), acting.viewer, page_clock().now()
    found = people.person(viewer=viewer, key=key)
    if found is None:
        raise Http404
    account = logins.log_in_of(viewer=viewer, at=at, person=key)
    wanted, part = ReviewFilter(person=key), Part("id", rows_max=GRANTS_SHOWN)
    held = access.reviewed(viewer=viewer, part=part, wanted=wanted, at=at, soon=SOON).rows
    powers = acting.actor.powers
    takes = "grant.give" in powers
    words = {
        "here": "people",
        "person": found,
        "papers": [(paper, *certificate_state(paper, day(at))) for paper in found.certificates],
        "log_in": _log_in(account) if account else None,
        "grants": [
            (row, term(row), last_use(row), link("org:take-back", grant=str(row.id)) if takes else "")
            for row in held
        ],
        "acts": _acts(powers, key),
        "account_acts": _account_acts(account, key) if "account.manage" in powers else (),
    }
    return render(request, "officer/organisation/person.html", words)


def _acts(powers: frozenset[str], key: str) -> Links:
    told: Links = []
    if "org.edit" in powers:
        told += [
            (link("org:take-post", person=key), _("安排任职")),
            (link("org:record-certificate", person=key), _("登记证件")),
            (link("org:leave", person=key), _("登记离职")),
        ]
    if "grant.give" in powers:
        told.append((link("org:give", person=key), _("授予一个岗位")))
    if "work.hand_over" in powers:
        told.append((link("org:hand-over", owner=key), _("移交未办结事项")))
    return told


def _account_acts(account: LogIn | None, key: str) -> Links:
    told: Links = [(link("org:invite", person=key), _("发出邀请链接"))]
    if account is None:
        return told
    name = account.name
    if account.state == "ACTIVE":
        told += [
            (link("org:issue-password", name=name), _("重置密码")),
            (link("org:drop-second-factor", name=name), _("重置第二因素")),
            (link("org:disable", name=name), _("停用账号")),
        ]
    else:
        told.append((link("org:enable", name=name), _("启用账号")))
    if settings.OIDC_ISSUER:
        told.append((link("org:link-identity", name=name), _("关联统一认证")))
    if account.outside:
        told.append((link("org:unlink-identity", name=name), _("解除统一认证关联")))
    if account.locked_until:
        told.append((link("org:unlock", name=name), _("解除锁定")))
    return told


def _log_in(account: LogIn) -> list[tuple[str, str]]:
    state = str(ACCOUNT_STATES.get(account.state, account.state))
    if account.state != "ACTIVE":
        state = f"{state}：{account.state_reason}"
    signed_in = account.signed_in_at
    told = [
        (_("登录名"), account.name),
        (_("状态"), state),
        (_("最近登录"), f"{localtime(signed_in):%Y-%m-%d %H:%M}" if signed_in else _("没有登录过")),
        (_("第二因素"), _("已设置") if account.second_factor else _("首次登录时设置")),
    ]
    if account.outside:
        told.append((_("统一认证"), account.outside))
    if account.locked_until:
        told.append((_("锁定"), _("到 %(time)s") % {"time": f"{localtime(account.locked_until):%H:%M}"}))
    return told


@dataclass(frozen=True, slots=True)
class Due:
    """A certificate that runs out, and what its holder may not do then."""

    card: CertificateCard
    words: str
    tone: str
    powers: str
    address: str
    renew: str


@require_safe
@with_power("org.read")
def certificates(request: HttpRequest, acting: Acting) -> HttpResponse:
    """What ends by a day or has ended, the most pressing first."""
    today = day(page_clock().now())
    until = day_of_text(request.GET.get("until", "")) or today + DAYS_AHEAD
    book = role_book()
    bound: dict[str, list[str]] = {}
    for power in book.permissions.values():
        bound.setdefault(power.certificate, []).append(power.name_zh)
    rows = [
        Due(
            card,
            *certificate_state(card, today),
            "、".join(bound.get(card.kind, ())),
            address_of(card.person),
            link("org:record-certificate", person=card.person, kind=card.kind),
        )
        for card in people.certificates_due(viewer=acting.viewer, on=today, until=until)
    ]
    words = {"here": "certificates", "rows": rows, "until": until, "edits": "org.edit" in acting.actor.powers}
    return render(request, "officer/organisation/certificates.html", words)
