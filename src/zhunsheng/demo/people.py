"""Who works in 云汀市: a bureau, six districts with a station each, and one colleague for every role.

Nobody here has a password, and an account without one is opened by none. In the demo a name on the sign-in
page is enough (`accounts`, `step_in`); anywhere else these accounts open nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from zhunsheng.core.actors import Actor, ActorKind, ScopeKind
from zhunsheng.demo.city import DIVISIONS, NOW
from zhunsheng.foundation.accounts.actions import accounts, grants, organisation, people
from zhunsheng.foundation.accounts.actions.grants import NewGrant
from zhunsheng.foundation.accounts.actions.organisation import NewUnit
from zhunsheng.foundation.accounts.roles import role_book

BY = Actor.service("demo")
HERE = Actor(ActorKind.PUBLIC, "127.0.0.1", "127.0.0.1")
FOUNDED = date(2020, 1, 1)
CERTIFIED_TO = date(2028, 12, 31)
BUREAU, DISTRICT, STATION = "9801", "980102", "980102/汀前区市场监管所"


@dataclass(frozen=True, slots=True)
class Colleague:
    """One invented person with one role; the certificates that the role's permissions ask for."""

    key: str
    name: str
    role: str
    unit: str
    title: str
    certificates: tuple[str, ...] = ()


PEOPLE = (
    Colleague("9801-11", "李敏", "officer", STATION, "监管所科员", ("LAW_ENFORCEMENT",)),
    Colleague("9801-12", "周航", "officer", STATION, "监管所科员", ("LAW_ENFORCEMENT",)),
    Colleague("9801-13", "方砚", "unit_head", STATION, "监管所所长", ("LAW_ENFORCEMENT",)),
    Colleague("9801-01", "许望舒", "bureau_leader", BUREAU, "市局局长"),
    Colleague("9801-02", "沈知秋", "unit_head", BUREAU, "执法支队支队长", ("LAW_ENFORCEMENT",)),
    Colleague("9801-03", "顾南乔", "credit_officer", BUREAU, "信用监管科科员"),
    Colleague("9801-21", "江小满", "intake_clerk", BUREAU, "投诉举报中心受理员"),
    Colleague("9801-22", "陆闻笛", "mediator", BUREAU, "投诉举报中心调解员"),
    Colleague("9801-31", "钟以宁", "case_reviewer", BUREAU, "法规科审核员"),
    Colleague("9801-32", "孟清和", "legal_reviewer", BUREAU, "法规科法制审核员", ("LEGAL_QUALIFICATION",)),
    Colleague("9801-33", "白予安", "hearing_host", BUREAU, "听证主持人"),
    Colleague("9801-34", "傅景行", "committee", BUREAU, "集体讨论成员"),
    Colleague("9801-41", "乔木", "list_editor", BUREAU, "清单拟订岗"),
    Colleague("9801-42", "季明朗", "list_approver", BUREAU, "清单审批岗"),
    Colleague("9801-43", "温如初", "model_owner", BUREAU, "模型管理岗"),
    Colleague("9801-51", "秦若谷", "privacy_officer", BUREAU, "个人信息保护负责人"),
    Colleague("9801-52", "严是", "auditor", BUREAU, "监督审计人员"),
    Colleague("9801-53", "公孙越", "notary", BUREAU, "公证员"),
    Colleague("9801-91", "卫东篱", "system_admin", BUREAU, "系统管理员"),
    Colleague("9801-92", "石安", "security_admin", BUREAU, "安全管理员"),
    Colleague("9801-93", "郑一鸣", "audit_admin", BUREAU, "审计管理员"),
)


def found() -> None:
    """The organisation and its people, in office since before the city's first day."""
    _unit(NewUnit(BUREAU, "云汀市市场监督管理局", BUREAU), "BUREAU", "")
    for code, name in DIVISIONS.items():
        _unit(NewUnit(code, f"{name}市场监督管理局", code), "DISTRICT", BUREAU)
        station = f"{name}市场监管所"
        _unit(NewUnit(f"{code}/{station}", station, station), "STATION", code)
    for colleague in PEOPLE:
        _hire(colleague)


def _unit(unit: NewUnit, level: str, parent: str) -> None:
    organisation.found_unit(by=BY, at=NOW, unit=unit, level=level, parent=parent, since_on=FOUNDED)


def _hire(told: Colleague) -> None:
    people.register_person(by=BY, at=NOW, key=told.key, name=told.name, joined_on=FOUNDED)
    people.take_post(by=BY, at=NOW, person=told.key, unit=told.unit, title=told.title, since_on=FOUNDED)
    for kind in told.certificates:
        number = f"{kind}-{told.key}"
        people.record_certificate(
            by=BY,
            at=NOW,
            person=told.key,
            kind=kind,
            number=number,
            valid_from=FOUNDED,
            valid_to=CERTIFIED_TO,
        )
    custom = role_book().role(told.role).scope is ScopeKind.CUSTOM
    grant = NewGrant(told.key, told.role, told.unit, FOUNDED, units=(DISTRICT,) if custom else ())
    grants.give(by=BY, at=NOW, grant=grant, reason=told.title)
    token = accounts.invite(by=BY, at=NOW, person=told.key)
    accounts.accept_invitation(by=HERE, at=NOW, token=token, name=f"demo-{told.key}", password=None)
