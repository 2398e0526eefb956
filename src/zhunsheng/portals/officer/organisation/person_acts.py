"""Registering people, posts and certificates; the last day; opening, closing and repairing accounts."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zhunsheng.foundation.accounts.actions import accounts, outside, people, work
from zhunsheng.foundation.accounts.policies import log_in_policy
from zhunsheng.foundation.accounts.queries import logins
from zhunsheng.foundation.accounts.roles import role_book
from zhunsheng.portals.officer.lists.people import address_of
from zhunsheng.portals.officer.organisation.acts import Act, Asked, Rows, shown_once
from zhunsheng.portals.officer.organisation.unit_acts import unit_choices
from zhunsheng.portals.officer.organisation.units import EDIT
from zhunsheng.portals.officer.words import OPEN_WORK
from zhunsheng.web.fields import Field

MANAGE = "account.manage"
PERSON = Field("person", _("工号"))
NAME = Field("name", _("登录名"))
REASON = Field("reason", _("理由"))


def _register(asked: Asked) -> str:
    key = asked.text("person")
    people.register_person(
        by=asked.by, at=asked.at, key=key, name=asked.text("full_name"), joined_on=asked.day("since")
    )
    return f"{reverse('org:take-post')}?person={key}"


def _post_fields(asked: Asked) -> Sequence[Field]:
    return (
        PERSON,
        Field("unit", _("单位"), "select", choices=unit_choices(asked)),
        Field("title", _("职务"), hint=_("例如：监管所科员")),
        Field("since", _("自哪一天起"), "date"),
        Field(
            "keep",
            _("原有职务"),
            "select",
            choices=(("LEAVE", _("调任：原有职务到前一天为止")), ("KEEP", _("兼任：原有职务保留"))),
        ),
    )


def _take_post(asked: Asked) -> str:
    people.take_post(
        by=asked.by,
        at=asked.at,
        person=asked.text("person"),
        unit=asked.text("unit"),
        title=asked.text("title"),
        since_on=asked.day("since"),
        leaving=asked.text("keep") == "LEAVE",
    )
    return address_of(asked.text("person"))


def _certificate_fields(asked: Asked) -> Sequence[Field]:
    kinds = list(role_book().certificates.items())
    return (
        PERSON,
        Field("kind", _("证件"), "select", choices=kinds),
        Field("number", _("证号")),
        Field("since", _("有效期自"), "date"),
        Field("until", _("有效期至"), "date", _("最后一天。次日起须持证的权限失效。")),
    )


def _certify(asked: Asked) -> str:
    people.record_certificate(
        by=asked.by,
        at=asked.at,
        person=asked.text("person"),
        kind=asked.text("kind"),
        number=asked.text("number"),
        valid_from=asked.day("since"),
        valid_to=asked.day("until"),
    )
    return address_of(asked.text("person"))


def _leave(asked: Asked) -> str:
    people.leave(
        by=asked.by,
        at=asked.at,
        person=asked.text("person"),
        on=asked.day("on"),
        reason=asked.text("reason"),
    )
    return address_of(asked.text("person"))


def open_work(asked: Asked, owner: str) -> Rows:
    """What a person still has in hand, by kind."""
    told = work.open_work(by=asked.by, at=asked.at, owner=owner)
    rows: Rows = [(OPEN_WORK.get(k, k), gettext("%(n)d 件") % {"n": n}) for k, n in told.items() if n]
    return rows or [(_("未办结事项"), _("没有"))]


def _invite(asked: Asked) -> HttpResponse:
    person = asked.text("person")
    token = accounts.invite(by=asked.by, at=asked.at, person=person)
    until = localtime(asked.at + log_in_policy().invitation)
    words = gettext(
        "请核实身份后把链接交给本人，%(until)s 前打开，设置密码和第二因素。先前的链接已作废。"
    ) % {"until": f"{until:%Y-%m-%d %H:%M}"}
    secret = f"{settings.PUBLIC_ADDRESS}{reverse('sign:invitation', args=[token])}"
    return shown_once(asked, _("邀请链接"), words, secret, address_of(person))


def _back(asked: Asked) -> str:
    """The page of the account's owner."""
    return address_of(logins.owner_of(viewer=asked.acting.viewer, name=asked.text("name")))


def _issue(asked: Asked) -> HttpResponse:
    secret = accounts.issue_password(by=asked.by, at=asked.at, name=asked.text("name"))
    words = gettext("请核实身份后把这个密码交给本人。登录后须立即更换；该账号的其他登录已全部结束。")
    return shown_once(asked, _("一次性密码"), words, secret, _back(asked))


def _drop(asked: Asked) -> str:
    accounts.drop_second_factor(
        by=asked.by, at=asked.at, name=asked.text("name"), reason=asked.text("reason")
    )
    return _back(asked)


def _disable(asked: Asked) -> str:
    accounts.disable(by=asked.by, at=asked.at, name=asked.text("name"), reason=asked.text("reason"))
    return _back(asked)


def _enable(asked: Asked) -> str:
    accounts.enable(by=asked.by, at=asked.at, name=asked.text("name"), reason=asked.text("reason"))
    return _back(asked)


def _unlock(asked: Asked) -> str:
    accounts.unlock(by=asked.by, at=asked.at, name=asked.text("name"), reason=asked.text("reason"))
    return _back(asked)


def _link(asked: Asked) -> str:
    outside.link_identity(
        by=asked.by,
        at=asked.at,
        name=asked.text("name"),
        subject=asked.text("subject"),
        reason=asked.text("reason"),
    )
    return _back(asked)


def _unlink(asked: Asked) -> str:
    outside.unlink_identity(by=asked.by, at=asked.at, name=asked.text("name"), reason=asked.text("reason"))
    return _back(asked)


PERSON_ACTS = {
    "register-person": Act(
        EDIT,
        _("登记人员"),
        _("登记"),
        lambda asked: (
            Field("person", _("工号"), hint=_("一人一号，离职后也不再发给他人。")),
            Field("full_name", _("姓名")),
            Field("since", _("到岗日期"), "date"),
        ),
        _register,
    ),
    "take-post": Act(EDIT, _("安排任职"), _("安排"), _post_fields, _take_post),
    "record-certificate": Act(
        EDIT, _("登记证件"), _("登记"), _certificate_fields, _certify, here="certificates"
    ),
    "leave": Act(
        EDIT,
        _("登记离职"),
        _("登记离职"),
        lambda asked: (PERSON, Field("on", _("最后一个工作日"), "date"), REASON),
        _leave,
        intro=_("次日起职务、授权和登录都不再有效。手上的事项请安全管理员先行移交。"),
    ),
    "invite": Act(
        MANAGE,
        _("发出邀请链接"),
        _("生成链接"),
        lambda asked: (PERSON,),
        _invite,
        intro=_("本人打开链接后自己设置登录名和密码，管理员不经手密码。"),
    ),
    "issue-password": Act(
        MANAGE,
        _("重置密码"),
        _("生成一次性密码"),
        lambda asked: (NAME,),
        _issue,
        intro=_("原密码立即失效，全部登录结束。"),
    ),
    "drop-second-factor": Act(
        MANAGE,
        _("重置第二因素"),
        _("重置"),
        lambda asked: (NAME, REASON),
        _drop,
        intro=_("用于手机遗失。全部登录结束，下次登录时重新设置；恢复码一并作废。"),
    ),
    "disable": Act(
        MANAGE,
        _("停用账号"),
        _("停用账号"),
        lambda asked: (NAME, REASON),
        _disable,
        intro=_("立即生效：全部登录结束，未用的邀请链接作废。登录名不再给别人。"),
    ),
    "enable": Act(MANAGE, _("启用账号"), _("启用账号"), lambda asked: (NAME, REASON), _enable),
    "unlock": Act(
        MANAGE,
        _("解除锁定"),
        _("解除"),
        lambda asked: (NAME, REASON),
        _unlock,
        intro=_("请先核实是本人在尝试登录。"),
    ),
    "link-identity": Act(
        MANAGE,
        _("关联统一认证"),
        _("关联"),
        lambda asked: (
            NAME,
            Field("subject", _("统一认证中的编号"), hint=_("本人用统一认证登录一次，页面会显示这个编号。")),
            REASON,
        ),
        _link,
        intro=_("关联后本人可用统一认证登录这个账号；权限仍只来自授权，不因登录方式增加。"),
    ),
    "unlink-identity": Act(
        MANAGE,
        _("解除统一认证关联"),
        _("解除"),
        lambda asked: (NAME, REASON),
        _unlink,
        intro=_("立即生效，该账号的全部登录结束。"),
    ),
}
