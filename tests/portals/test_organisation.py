"""The three administrators at work: what one may, another may not; what an act does is told before it."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import ScryptPasswordHasher
from django.test import Client

from tests.contexts.accounts import office
from tests.contexts.accounts.office import EAST, HERE, NOW, PASSWORD
from zhunsheng.core.actors import Viewer
from zhunsheng.foundation.accounts.actions import signing_in
from zhunsheng.foundation.accounts.models import Account, Grant, Unit
from zhunsheng.foundation.accounts.queries import access, organisation
from zhunsheng.foundation.evidence.models import AuditEvent
from zhunsheng.registers.registry import actions as registry
from zhunsheng.registers.registry.actions import SubjectRecord
from zhunsheng.registers.registry.models import Subject

pytestmark = pytest.mark.django_db
ADMINISTRATORS = {"p-91": "system_admin", "p-92": "security_admin", "p-93": "audit_admin"}
STATION = "980102/城东所"


@pytest.fixture
def seats(settings: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, Client]:
    """A browser for each administrator and for an officer."""
    monkeypatch.setattr(ScryptPasswordHasher, "work_factor", 2**4)
    settings.DEMO, settings.DEMO_CLOCK = True, NOW
    office.found_bureau()
    for key, role in {**ADMINISTRATORS, "p-01": "officer", "p-02": "officer"}.items():
        unit = STATION if role == "officer" else "9801"
        office.hire(key, f"同事{key[2:]}", unit)
        office.give(key, role, unit)
        office.open_account(key, f"name-{key[2:]}")
    seats = {}
    for key in (*ADMINISTRATORS, "p-01"):
        seats[key] = Client()
        seats[key].post("/sign-in/as/", {"person": key})
    return seats


def post(client: Client, act: str, sure: bool = True, **told: object) -> str:
    """Fill in and send; the page that comes, or where it leads."""
    response = client.post(f"/organisation/{act}/", {**told, **({"sure": "1"} if sure else {})})
    return response.headers.get("Location", "") or response.content.decode()


def shown(client: Client, address: str) -> str:
    """The page itself, without the bar of colleagues above it."""
    return client.get(address).content.decode().partition("<main")[2]


def test_each_administrator_lands_where_the_work_is(seats: dict[str, Client]) -> None:
    assert seats["p-91"].post("/sign-in/as/", {"person": "p-91"}).headers["Location"] == "/organisation/"
    page = seats["p-93"].get("/organisation/").content.decode()
    assert "城东所" in page and "设立单位" not in page and 'href="/audit/"' in page
    assert 'href="/work/"' not in page


def test_a_unit_is_renamed_from_a_day_on_and_the_tree_of_each_day_says_so(seats: dict[str, Client]) -> None:
    told = {"key": STATION, "new_name": "城东市场监管所", "new_code": "城东所", "on": "2026-07-15"}
    look = post(seats["p-91"], "rename-unit", sure=False, **told, reason="编办〔2026〕3号")
    assert "同事01（p-01）" in look and "2 项" in look
    assert Unit.objects.filter(name="城东市场监管所").count() == 0
    led = post(seats["p-91"], "rename-unit", **told, reason="编办〔2026〕3号")
    assert "城东市场监管所" in seats["p-91"].get(led).content.decode()
    before = shown(seats["p-93"], "/organisation/?on=2026-07-14")
    after = shown(seats["p-93"], "/organisation/?on=2026-07-15")
    assert ">城东所</a>" in before and "到 2026-07-14 为止" in before
    assert ">城东市场监管所</a>" in after and "编办〔2026〕3号" in after


def test_units_are_merged_and_a_custom_scope_goes_along(seats: dict[str, Client]) -> None:
    office.hire("p-05", "同事05", EAST)
    custom = office.give("p-05", "committee", EAST, units=("980102/城东所",))
    keys = ["980102/城东所", "980102/城南所"]
    told = {"keys": keys, "new_name": "城关所", "new_code": "城关所", "on": "2026-07-01", "reason": "合署"}
    assert "只能合并" in post(seats["p-91"], "merge-units", **{**told, "keys": [*keys, "980103/西浦所"]})
    assert post(seats["p-91"], "merge-units", **told).startswith("/organisation/unit/")
    stations = office.at_work(custom).viewer.scope.stations
    assert stations == {(EAST, "城东所"), (EAST, "城南所"), (EAST, "城关所")}


def test_a_split_leaves_nobody_behind(seats: dict[str, Client]) -> None:
    told = {
        "key": STATION,
        "into": "城东一所 城东一所\n城东二所 城东二所",
        "on": "2026-07-01",
        "reason": "扩编",
    }
    asked = post(seats["p-91"], "split-unit", **told)
    assert "请填写：同事01（p-01） 归入" in asked and "请填写：同事02（p-02） 归入" in asked
    places = {"place-p-01": "980102/城东一所", "place-p-02": "980102/城东二所"}
    post(seats["p-91"], "split-unit", **told, **places)
    on = date(2026, 7, 1)
    viewer = Viewer.bureau("test")
    assert [p.key for p in organisation.people(viewer=viewer, on=on, unit="980102/城东一所")] == ["p-01"]
    assert [p.key for p in organisation.people(viewer=viewer, on=on, unit="980102/城东二所")] == ["p-02"]
    assert "至少两行" in post(
        seats["p-91"], "split-unit", **{**told, "key": "980102/城南所", "into": "只有一行 所"}
    )


def test_a_new_colleague_from_registration_to_the_first_sign_in(seats: dict[str, Client]) -> None:
    system, security = seats["p-91"], seats["p-92"]
    led = post(system, "register-person", person="p-07", full_name="新同事", since="2026-06-01")
    assert led == "/organisation/take-post/?person=p-07"
    assert "工号已被使用" in post(
        system, "register-person", person="p-07", full_name="甲", since="2026-06-01"
    )
    told = {"person": "p-07", "unit": STATION, "title": "科员", "since": "2026-06-01", "keep": "LEAVE"}
    assert post(system, "take-post", **told).startswith("/organisation/person/")
    page = post(security, "invite", person="p-07")
    link = re.findall(r"<code>[^<]*(/sign-in/invitation/[^<]+)</code>", page)[0]
    again = post(security, "invite", person="p-07")
    assert link not in again
    fresh = re.findall(r"<code>[^<]*(/sign-in/invitation/[^<]+)</code>", again)[0]
    for address, status in ((link, 400), (fresh, 302), (fresh, 400)):
        sent = Client().post(address, {"name": "xintongshi", "password": PASSWORD})
        assert sent.status_code == status
    assert "xintongshi" in security.get("/organisation/person/?person=p-07").content.decode()


def test_accounts_are_closed_opened_and_repaired_with_a_reason(seats: dict[str, Client]) -> None:
    security = seats["p-92"]
    assert "请填写：理由" in post(security, "disable", name="name-01")
    post(security, "disable", name="name-01", reason="停职")
    assert Account.objects.get(name="name-01").state == "DISABLED"
    assert seats["p-01"].get("/work/").headers["Location"] == "/sign-in/"
    post(security, "enable", name="name-01", reason="复职")
    for _number in range(5):
        with pytest.raises(signing_in.RefusedError):
            signing_in.sign_in(by=HERE, at=NOW, name="name-01", password="wrong")
    assert "解除锁定" in security.get("/organisation/person/?person=p-01").content.decode()
    post(security, "unlock", name="name-01", reason="本人来电，已核实")
    page = post(security, "issue-password", name="name-01")
    secret = re.findall(r"<code>([^<]+)</code>", page)[0]
    step = signing_in.sign_in(by=HERE, at=NOW, name="name-01", password=secret)
    assert step.stage == "ENROL"
    assert "没有这个账号" in post(security, "disable", name="nobody", reason="停职")


def test_what_a_grant_opens_is_seen_before_it_is_given(seats: dict[str, Client]) -> None:
    security = seats["p-92"]
    told = {
        "person": "p-02",
        "role": "legal_reviewer",
        "unit": EAST,
        "since": "2026-06-30",
        "reason": "兼法制审核",
    }
    before = AuditEvent.objects.count(), Grant.objects.count()
    look = post(security, "give", sure=False, **told)
    assert "审核文书" in look and "汀前区局" in look and "西浦区局" not in look
    assert "法制审核（国家统一法律职业资格）" in look and "城东所 执法人员" in look
    assert (AuditEvent.objects.count(), Grant.objects.count()) == before
    post(security, "give", **told)
    assert [g.role for g in Grant.objects.filter(person__key="p-02")] == ["officer", "legal_reviewer"]


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"person": "p-92"}, "不能给自己授权"),
        ({"person": "p-91"}, "系统、安全、审计管理员不得兼任其他岗位"),
        ({"person": "p-01", "role": "audit_admin", "unit": "9801"}, "审计管理员不得兼任其他岗位"),
        ({"person": "p-01", "scope": "CUSTOM"}, "自定义范围须列出单位"),
        ({"person": "p-09"}, "没有这个工号"),
    ],
)
def test_duties_that_exclude_each_other_are_refused_in_plain_words(
    seats: dict[str, Client], told: dict[str, str], words: str
) -> None:
    usual = {"role": "mediator", "unit": EAST, "since": "2026-06-30", "reason": "调整"}
    for sure in (False, True):
        assert words in post(seats["p-92"], "give", sure=sure, **{**usual, **told})
    assert not Grant.objects.filter(role__in=["mediator"]).exists()


def test_a_grant_is_lent_reviewed_and_taken_back_with_its_loan(seats: dict[str, Client]) -> None:
    own = Grant.objects.get(person__key="p-01")
    loan = {"grant": own.id, "to": "p-02", "since": "2026-07-01", "until": "2026-07-10", "reason": "年休假"}
    assert 'href="/organisation/delegate/"' in seats["p-01"].get("/sign-in/grant/").content.decode()
    assert post(seats["p-01"], "delegate", **loan) == "/sign-in/grant/"
    assert "请选择：委托哪个岗位" in post(seats["p-91"], "delegate", **loan)
    page = shown(seats["p-93"], "/organisation/grants/")
    assert "没有用过" in page and f"{NOW:%Y-%m-%d %H:%M}" in page
    unused = shown(seats["p-93"], "/organisation/grants/?state=UNUSED")
    assert "同事02" in unused and "同事01" not in unused
    led = post(seats["p-92"], "take-back", grant=own.id, reason="调岗")
    assert led == "/organisation/person/?person=p-01"
    assert Grant.objects.filter(ended_at=None, person__key__in=["p-01"]).count() == 0
    assert Grant.objects.get(delegated_from=own).ended_at is not None


def test_open_work_changes_hands_after_it_was_counted(seats: dict[str, Client]) -> None:
    record = SubjectRecord(
        "91980102MA100A1B2U", "ENTERPRISE", "商行", EAST, "5211", office.FOUNDED, station="城东所"
    )
    registry.record_subject(by=office.SHELL, at=NOW, record=record)
    Subject.objects.update(officer="p-01")
    told = {"owner": "p-01", "to": "p-02", "reason": "调离"}
    look = post(seats["p-92"], "hand-over", sure=False, **told)
    assert "负责的主体" in look and "1 件" in look and "城东所 执法人员" in look
    assert "没有有效的岗位授权" in post(seats["p-92"], "hand-over", **{**told, "to": "p-77"}, sure=False)
    post(seats["p-92"], "hand-over", **told)
    assert Subject.objects.get().officer == "p-02"


def test_certificates_that_run_out_are_listed_until_they_are_renewed(seats: dict[str, Client]) -> None:
    office.certify("p-01", NOW.date() + timedelta(days=20))
    office.certify("p-02", NOW.date() - timedelta(days=2))
    page = shown(seats["p-91"], "/organisation/certificates/")
    assert page.index("已过期") < page.index("还有 20 天") and "触线研判" in page
    told = {"person": "p-02", "kind": "LAW_ENFORCEMENT", "number": "N-2"}
    assert "起始日之前" in post(
        seats["p-91"], "record-certificate", **told, since="2026-07-01", until="2026-06-01"
    )
    post(seats["p-91"], "record-certificate", **told, since="2026-06-30", until="2030-06-01")
    assert "同事02" not in shown(seats["p-91"], "/organisation/certificates/")


def test_nothing_outlasts_the_last_day(seats: dict[str, Client]) -> None:
    told = {"person": "p-01", "on": "2026-06-29", "reason": "调离"}
    assert post(seats["p-91"], "leave", **told) == "/organisation/person/?person=p-01"
    assert "已登记离职" in post(seats["p-91"], "leave", **told)
    assert seats["p-01"].get("/work/").headers["Location"] == "/sign-in/"
    assert access.grants(viewer=Viewer.bureau("test"), on=NOW.date(), person="p-01") == []
    assert "同事01" not in shown(seats["p-93"], "/organisation/people/")
    assert "同事01" in shown(seats["p-93"], "/organisation/people/?here=GONE")


def test_lists_of_administrators_are_files_too(seats: dict[str, Client]) -> None:
    for name in ("people", "grants"):
        got = seats["p-93"].post(f"/lists/{name}/export/", {"form": "csv", "query": ""})
        assert got.status_code == 200 and "同事01" in got.content.decode("utf-8-sig")
        assert seats["p-01"].post(f"/lists/{name}/export/", {"form": "csv"}).status_code == 404
    assert seats["p-91"].post("/lists/subjects/export/", {"form": "csv"}).status_code == 404
