"""Giving roles after seeing what they open, taking them back, lending them, handing work over."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zhunsheng.core.actors import ScopeKind
from zhunsheng.foundation.accounts.acting import Acting
from zhunsheng.foundation.accounts.actions import grants, work
from zhunsheng.foundation.accounts.actions.grants import GrantError, NewGrant
from zhunsheng.foundation.accounts.queries import access
from zhunsheng.foundation.accounts.queries.access import SCOPE_WORDS
from zhunsheng.foundation.accounts.roles import role_book
from zhunsheng.foundation.desk import actions as desk
from zhunsheng.portals.officer.lists.people import address_of
from zhunsheng.portals.officer.organisation.acts import Act, Asked, Rows
from zhunsheng.portals.officer.organisation.person_acts import PERSON, REASON, open_work
from zhunsheng.portals.officer.organisation.unit_acts import standing, unit_choices
from zhunsheng.portals.officer.words import FIELD_LEVELS
from zhunsheng.web.fields import Field, day_of_text, number_of_text

GIVE = "grant.give"
UNTIL = Field("until", _("到哪一天为止"), "date", required=False)


def _give_fields(asked: Asked) -> Sequence[Field]:
    scopes = [(kind.value, SCOPE_WORDS[kind]) for kind in ScopeKind if kind is not ScopeKind.NONE]
    return (
        PERSON,
        Field("role", _("岗位"), "select", choices=[(r.id, r.name_zh) for r in role_book().roles.values()]),
        Field("unit", _("在哪个单位"), "select", choices=unit_choices(asked)),
        Field(
            "scope",
            _("数据范围"),
            "select",
            _("不选则按岗位的通常范围。"),
            scopes,
            required=False,
        ),
        Field(
            "units",
            _("指定哪些单位"),
            "checks",
            _("只在数据范围为“指定单位”时勾选。"),
            unit_choices(asked),
            required=False,
        ),
        Field("since", _("自哪一天起"), "date"),
        UNTIL,
        REASON,
    )


def _wanted(asked: Asked) -> NewGrant:
    scope = asked.text("scope")
    return NewGrant(
        asked.text("person"),
        asked.text("role"),
        asked.text("unit"),
        asked.day("since"),
        day_of_text(asked.text("until")),
        ScopeKind(scope) if scope else None,
        asked.lines("units"),
    )


def scope_words(asked: Asked, acting: Acting) -> str:
    """Which districts and stations a grant opens, by name."""
    scope = acting.viewer.scope
    if scope.kind in {ScopeKind.ALL, ScopeKind.NONE}:
        return str(SCOPE_WORDS[scope.kind])
    cards = standing(asked)
    whole = [c.name for c in cards if c.level == "DISTRICT" and c.code in scope.districts]
    alone = [
        gettext("%(name)s本级") % {"name": c.name}
        for c in cards
        if c.level == "DISTRICT" and c.code in scope.without_station
    ]
    stations = [c.name for c in cards if c.level == "STATION" and (c.district, c.code) in scope.stations]
    places = "、".join([*whole, *alone, *stations]) or gettext("没有任何单位")
    return (
        gettext("%(places)s，其中本人负责的") % {"places": places} if scope.kind is ScopeKind.OWN else places
    )


def _look_at_give(asked: Asked) -> Rows:
    wanted = _wanted(asked)
    told = grants.preview(by=asked.by, at=asked.at, grant=wanted, reason=asked.text("reason"))
    book, role = role_book(), role_book().role(wanted.role)
    named = [book.permissions[power].name_zh for power in sorted(told.actor.powers)]
    lacking = sorted(role.permissions - told.actor.powers)
    rows: Rows = [
        (_("谁"), f"{told.name}（{told.person}）"),
        (_("能做"), "、".join(named) or _("没有")),
        (_("看到哪些记录"), scope_words(asked, told)),
        (_("直接看到的字段"), gettext("到“%(level)s”级") % {"level": FIELD_LEVELS[role.shows.name]}),
        (_("说明用途后可看"), gettext("到“%(level)s”级") % {"level": FIELD_LEVELS[role.reveals.name]}),
        (_("现有的其他授权"), _others(asked, wanted.person)),
    ]
    if lacking:
        words = "、".join(
            f"{book.permissions[p].name_zh}（{book.certificates.get(book.permissions[p].certificate, '')}）"
            if book.permissions[p].certificate
            else gettext("%(power)s（与其他岗位不相容）") % {"power": book.permissions[p].name_zh}
            for p in lacking
        )
        rows.append((_("暂不生效（缺证件或不相容）"), words))
    return rows


def _others(asked: Asked, person: str) -> str:
    told = access.grants(viewer=asked.acting.viewer, on=asked.today, person=person)
    return "、".join(f"{card.unit} {card.role_zh}" for card in told) or gettext("没有")


def _give(asked: Asked) -> str:
    wanted = _wanted(asked)
    grants.give(by=asked.by, at=asked.at, grant=wanted, reason=asked.text("reason"))
    return address_of(wanted.person)


def _standing_fields(asked: Asked) -> Sequence[Field]:
    """The grant that is meant, or a choice among all that stand."""
    told = access.grants(viewer=asked.acting.viewer, on=asked.today)
    meant = [card for card in told if str(card.id) == asked.text("grant")] or told
    choices = [(str(c.id), f"{c.name}（{c.person}） {c.unit} {c.role_zh}") for c in meant]
    return (Field("grant", _("哪项授权"), "select", choices=choices), REASON)


def _take_back(asked: Asked) -> str:
    number = number_of_text(asked.text("grant"))
    told = access.grants(viewer=asked.acting.viewer, on=asked.today)
    owner = next((card.person for card in told if card.id == number), "")
    grants.take_back(by=asked.by, at=asked.at, grant_id=number, reason=asked.text("reason"))
    return address_of(owner)


def _lend_fields(asked: Asked) -> Sequence[Field]:
    book = role_book()
    own = access.grants(viewer=asked.acting.viewer, on=asked.today, person=asked.acting.person)
    mine = [c for c in own if not c.delegated and c.role in book.roles and book.roles[c.role].delegable]
    others = {
        card.person: f"{card.name}，{card.unit}{card.role_zh}"
        for card in access.grants(viewer=asked.acting.viewer, on=asked.today)
        if card.person != asked.acting.person
    }
    return (
        Field(
            "grant", _("委托哪个岗位"), "select", choices=[(str(c.id), f"{c.unit} {c.role_zh}") for c in mine]
        ),
        Field("to", _("委托给谁"), "select", choices=list(others.items())),
        Field("since", _("自哪一天起"), "date"),
        Field("until", _("到哪一天为止"), "date", _("到期自动收回；您的授权收回时也随之收回。")),
        REASON,
    )


def _lend(asked: Asked) -> str:
    grants.delegate(
        by=asked.by,
        at=asked.at,
        grant_id=number_of_text(asked.text("grant")),
        to=asked.text("to"),
        from_on=asked.day("since"),
        to_on=asked.day("until"),
        reason=asked.text("reason"),
    )
    return reverse("sign:grant")


def _hand_over_fields(asked: Asked) -> Sequence[Field]:
    return (
        Field("owner", _("移交人工号")),
        Field("to", _("接手人工号"), hint=_("接手人须有有效的岗位授权。")),
        REASON,
    )


def _look_at_hand_over(asked: Asked) -> Rows:
    owner, to = asked.text("owner"), asked.text("to")
    held = access.grants(viewer=asked.acting.viewer, on=asked.today, person=to)
    if not held or owner == to:
        raise GrantError(gettext("接手人没有有效的岗位授权，或就是移交人"))
    words = "、".join(f"{card.name} {card.unit} {card.role_zh}" for card in held)
    return [
        (_("接手人的岗位"), words),
        *open_work(asked, owner),
        (_("期限"), _("不变，不因移交重新计算。")),
    ]


def _hand_over(asked: Asked) -> str:
    owner, to = asked.text("owner"), asked.text("to")
    moved = work.hand_over(by=asked.by, at=asked.at, owner=owner, to=to, reason=asked.text("reason"))
    text = gettext("移交了 %(owner)s 的未办结事项共 %(n)d 件：%(reason)s") % {
        "owner": owner,
        "n": sum(moved.values()),
        "reason": asked.text("reason"),
    }
    desk.send_notice(
        by=asked.by, at=asked.at, to=to, kind="HANDED", text=text, address=reverse("officer:work")
    )
    return address_of(owner)


GRANT_ACTS = {
    "give": Act(GIVE, _("授予一个岗位"), _("授予"), _give_fields, _give, _look_at_give, here="review"),
    "take-back": Act(
        GIVE,
        _("收回岗位授权"),
        _("收回"),
        _standing_fields,
        _take_back,
        intro=_("立即生效，由它委托出去的一并收回。"),
        here="review",
    ),
    "delegate": Act(
        "",
        _("委托我的岗位"),
        _("委托"),
        _lend_fields,
        _lend,
        intro=_(
            "受托人在期限内多一个岗位可选，看到和能做的不超过您的；须持证的仍看受托人自己的证件。全部留痕。"
        ),
        here="",
    ),
    "hand-over": Act(
        "work.hand_over",
        _("移交未办结事项"),
        _("移交"),
        _hand_over_fields,
        _hand_over,
        _look_at_hand_over,
        _("用于离职、调岗、长期请假。全部未办结事项一次移交，一件也不留下。"),
    ),
}
