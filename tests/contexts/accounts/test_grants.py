"""Who may do what: roles by date and certificate, duties that exclude each other, loans that end."""

from __future__ import annotations

import ast
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction

import zhunsheng
from tests.architecture.floors import modules_below
from tests.contexts.accounts import office
from zhunsheng.core.actors import (
    Actor,
    FieldLevel,
    HumanDecisionRequiredError,
    PowerLackingError,
    ScopeKind,
    Viewer,
)
from zhunsheng.foundation.accounts import acting
from zhunsheng.foundation.accounts.actions import grants
from zhunsheng.foundation.accounts.actions.grants import ExcludedPartError, GrantError
from zhunsheng.foundation.accounts.models import Grant
from zhunsheng.foundation.accounts.queries import access
from zhunsheng.foundation.accounts.roles import role_book
from zhunsheng.foundation.evidence.append_only import AppendOnlyError
from zhunsheng.registers.mandates.lifecycle import Act

pytestmark = pytest.mark.django_db
NOW, TODAY = office.NOW, office.TODAY


@pytest.fixture(autouse=True)
def _bureau(db: None) -> None:
    office.found_bureau()
    office.hire("0001", "程岚", "980102/城东所")
    office.hire("0002", "苏禾", "980102/城东所")


def test_a_decision_needs_a_person_with_the_grant_and_a_certificate_that_still_holds() -> None:
    grant = office.give("0001", "officer", "980102/城东所")
    assert "touch.decide" not in office.at_work(grant).actor.powers
    office.certify("0001", until=TODAY)
    office.at_work(grant).actor.require_person("触线研判", "touch.decide")
    with pytest.raises(PowerLackingError):
        office.at_work(grant, TODAY + timedelta(days=1)).actor.require_person("触线研判", "touch.decide")
    with pytest.raises(HumanDecisionRequiredError):
        Actor.service("judge").require_person("触线研判", "touch.decide")


def test_a_grant_begins_and_ends_with_its_days_and_with_its_holder() -> None:
    grant = office.give("0001", "officer", "980102/城东所", until=TODAY)
    assert [g.id for g in acting.grants_of("0001", TODAY)] == [grant]
    assert acting.grants_of("0001", TODAY + timedelta(days=1)) == []
    assert acting.grants_of("0001", office.FOUNDED - timedelta(days=1)) == []
    grants.take_back(by=office.SHELL, at=NOW, grant_id=grant, reason="调岗")
    assert acting.grants_of("0001", TODAY) == []
    with pytest.raises(GrantError):
        grants.take_back(by=office.SHELL, at=NOW, grant_id=grant, reason="再次")


@pytest.mark.parametrize("first", ["system_admin", "security_admin", "audit_admin"])
@pytest.mark.parametrize("second", ["system_admin", "security_admin", "audit_admin", "officer"])
def test_the_three_administrators_hold_one_role_and_nothing_else(first: str, second: str) -> None:
    office.give("0001", first, "9801")
    with pytest.raises(GrantError, match="兼任"):
        office.give("0001", second, "9801")


def test_an_officer_does_not_become_an_administrator() -> None:
    office.give("0001", "officer", "980102/城东所")
    with pytest.raises(GrantError, match="兼任"):
        office.give("0001", "audit_admin", "9801")


def test_the_database_itself_keeps_administrators_apart() -> None:
    """The planted fault: an action that forgot to ask."""
    grant = office.give("0001", "system_admin", "9801")
    row = Grant.objects.get(id=grant)
    row.id, row.role, row.admin_kind = None, "audit_admin", "AUDIT"  # type: ignore[assignment]
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def test_administrators_see_no_business_data_and_may_not_be_given_any() -> None:
    for role in ("system_admin", "security_admin", "audit_admin"):
        told = role_book().role(role)
        assert told.scope is ScopeKind.NONE and told.shows is FieldLevel.PUBLIC
        assert not {p for p in told.permissions if p.split(".")[0] in {"subject", "case", "signal", "touch"}}
    with pytest.raises(GrantError, match="数据范围"):
        office.give("0001", "system_admin", "9801", scope=ScopeKind.ALL)
    audit = office.at_work(office.give("0001", "audit_admin", "9801"))
    assert audit.viewer.audits and not audit.viewer.is_supervisor


def test_a_model_owner_cannot_touch_signals_under_any_role() -> None:
    other = office.give("0001", "credit_officer", "9801")
    assert "signal.correct" in office.at_work(other).actor.powers
    office.give("0001", "model_owner", "9801")
    powers = office.at_work(other).actor.powers
    assert "class.settle" in powers and not {"signal.correct", "signal.import"} & powers


@pytest.mark.parametrize(
    ("first", "second"),
    [("INVESTIGATE", "REVIEW"), ("INVESTIGATE", "HOST_HEARING"), ("EDIT_LIST", "APPROVE_LIST")],
)
def test_one_matter_is_in_different_hands(first: str, second: str) -> None:
    one, other = (office.at_work(office.give(k, "officer", "980102/城东所")).actor for k in ("0001", "0002"))
    for a, b in ((first, second), (second, first)):
        matter = f"case:{a}"
        grants.take_part(by=one, at=NOW, matter=matter, part=a)
        grants.take_part(by=one, at=NOW, matter=matter, part=a)
        with pytest.raises(ExcludedPartError):
            grants.take_part(by=one, at=NOW, matter=matter, part=b)
        grants.take_part(by=other, at=NOW, matter=matter, part=b)
        grants.take_part(by=one, at=NOW, matter=f"{matter}/other", part=b)
        told = access.parts_taken(viewer=Viewer.bureau("test"), matter=matter)
        assert told == [("0001", a), ("0002", b)]


def test_what_was_taken_stays_taken() -> None:
    actor = office.at_work(office.give("0001", "officer", "980102/城东所")).actor
    grants.take_part(by=actor, at=NOW, matter="case:1", part="INVESTIGATE")
    row = acting.Grant._meta.apps.get_model("accounts", "PartTaken").objects.get()
    with pytest.raises(AppendOnlyError):
        row.delete()
    with pytest.raises(Exception, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_parttaken")


def lend(grant: int, to: str = "0002", days: int = 7, units: tuple[str, ...] = ()) -> int:
    who = acting.standing_grants(TODAY).get(id=grant).person
    actor = Actor(office.HERE.kind.PERSON, who.key, who.name)
    until = TODAY + timedelta(days=days)
    return grants.delegate(
        by=actor, at=NOW, grant_id=grant, to=to, from_on=TODAY, to_on=until, reason="休假", units=units
    )


def test_a_loan_lasts_its_term_falls_with_its_grant_and_needs_the_own_certificate() -> None:
    grant = office.give("0001", "unit_head", office.EAST)
    office.certify("0001", until=date(2030, 1, 1))
    loan = lend(grant)
    assert "touch.decide" not in office.at_work(loan).actor.powers
    office.certify("0002", until=date(2030, 1, 1))
    assert "touch.decide" in office.at_work(loan).actor.powers
    assert acting.grants_of("0002", TODAY + timedelta(days=8)) == []
    with pytest.raises(GrantError, match="受托"):
        lend(loan, to="0001")
    grants.take_back(by=office.SHELL, at=NOW, grant_id=grant, reason="免职")
    assert acting.grants_of("0002", TODAY) == []


def test_a_loan_opens_no_more_than_the_lender_has() -> None:
    grant = office.give("0001", "unit_head", office.EAST)
    assert office.at_work(lend(grant, units=("980102/城东所",))).viewer.scope.stations == {
        (office.EAST, "城东所")
    }
    with pytest.raises(GrantError, match="超出"):
        lend(grant, units=("980103/西浦所",))
    admin = office.hire("0003", "何舟", "9801")
    with pytest.raises(GrantError, match="不得委托"):
        lend(office.give(admin, "audit_admin", "9801"))


def test_nobody_gives_to_oneself_and_every_grant_has_a_reason() -> None:
    security = office.at_work(office.give("0001", "security_admin", "9801")).actor
    new = grants.NewGrant("0001", "officer", "9801", TODAY)
    with pytest.raises(GrantError, match="自己"):
        grants.give(by=security, at=NOW, grant=new, reason="x")
    with pytest.raises(GrantError, match="理由"):
        grants.give(by=security, at=NOW, grant=grants.NewGrant("0002", "officer", "9801", TODAY), reason=" ")
    officer = office.at_work(office.give("0002", "officer", "9801")).actor
    with pytest.raises(PowerLackingError):
        grants.give(by=officer, at=NOW, grant=new, reason="x")


def powers_asked(tree: ast.Module) -> set[str]:
    """The permissions that a module asks for by name."""
    asked = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            place = {"require_power": 0, "require_person": 1}.get(node.func.attr)
            if place is not None and len(node.args) > place and isinstance(node.args[place], ast.Constant):
                asked.add(str(ast.literal_eval(node.args[place])))
    return asked


def test_every_permission_that_code_asks_for_is_declared_and_somebody_can_have_it() -> None:
    tree = {power for _, t in modules_below(Path(zhunsheng.__file__).parent) for power in powers_asked(t)}
    given = {power for role in role_book().roles.values() for power in role.permissions}
    given |= {act.power for act in Act}
    assert tree and tree <= given
    assert powers_asked(ast.parse('by.require_power("no.such")')) - given == {"no.such"}
