"""Who may act for whom: claimed by the registered contact, given for a term, gone at once when taken back."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from tests.contexts.accounts.office import HERE, NOW, SHELL
from tests.journeys.city import BUREAU
from tests.portals.business import TERM, WORDS, appoint, represent, somebody
from zhunsheng.core.actors import Actor, PowerLackingError, Viewer
from zhunsheng.foundation.accounts.actions import accounts, grants, signing_in
from zhunsheng.foundation.accounts.actions.grants import NewGrant
from zhunsheng.foundation.accounts.actions.signing_in import RefusedError
from zhunsheng.foundation.accounts.finding import NotFoundError
from zhunsheng.foundation.accounts.lifecycle import SessionStage
from zhunsheng.foundation.accounts.who import who_is
from zhunsheng.foundation.evidence import queries as evidence
from zhunsheng.registers.mandates import actions as mandates
from zhunsheng.registers.mandates import queries
from zhunsheng.registers.mandates.actions import MandateError
from zhunsheng.registers.mandates.queries import MandateCard
from zhunsheng.registers.registry import actions as registry

pytestmark = pytest.mark.django_db
LIFT, SHOP = "91980102MA100A1B2U", "91980103MA200C2D2N"


@pytest.fixture(autouse=True)
def _subjects() -> None:
    for key, name in ((LIFT, "云汀电梯物业"), (SHOP, "西浦布行")):
        record = registry.SubjectRecord(key, "ENTERPRISE", name, key[2:8], "7020", date(2018, 3, 1))
        registry.record_subject(by=SHELL, at=NOW, record=record)


def at_work(person: str, mandate: int, at: datetime = NOW) -> tuple[MandateCard, Actor]:
    found = queries.acting(viewer=BUREAU, at=at, person=person, mandate_id=mandate)
    assert found is not None
    return found


def gone(person: str, mandate: int, at: datetime = NOW) -> bool:
    return queries.acting(viewer=BUREAU, at=at, person=person, mandate_id=mandate) is None


def given(own: int, by: Actor, agent: str, acts: tuple[str, ...] = ("ANSWER",)) -> int:
    return appoint(by, own, agent, acts)


def test_the_registered_contact_claims_and_gives_a_part_for_a_term() -> None:
    chief, agent = somebody("chief"), somebody("agent")
    own = represent(LIFT, chief)
    _, by = at_work(chief, own)
    number = given(own, by, agent)
    card, acting = at_work(agent, number)
    assert (card.subject, card.acts, card.valid_to) == (LIFT, ("READ", "ANSWER"), TERM)
    assert acting.key == LIFT and acting.powers == {"business.read", "business.answer"}
    assert acting.under == f"mandate:{number} person:{agent}" and "人agent" in acting.name
    assert gone(agent, own) and gone(chief, number)


def test_the_last_day_counts_and_the_day_after_does_not() -> None:
    chief, agent = somebody("chief"), somebody("agent")
    own = represent(LIFT, chief)
    number = given(own, at_work(chief, own)[1], agent)
    last = datetime(2026, 9, 30, 23, 59, 59, tzinfo=NOW.tzinfo)
    assert not gone(agent, number, last)
    assert gone(agent, number, last + timedelta(seconds=1))
    (card,) = [c for c in queries.of_subject(viewer=BUREAU, at=last, subject=LIFT) if c.id == number]
    assert card.state == "ACCEPTED"
    told = queries.of_subject(viewer=BUREAU, at=last + timedelta(seconds=1), subject=LIFT)
    assert [c.state for c in told if c.id == number] == ["EXPIRED"]


def test_what_is_taken_back_is_gone_at_once_and_the_giver_falls_with_all_given() -> None:
    chief, agent, heir = somebody("chief"), somebody("agent"), somebody("heir")
    own = represent(LIFT, chief)
    _, by = at_work(chief, own)
    number = given(own, by, agent)
    mandates.withdraw(by=by, at=NOW, mandate_id=own, target_id=number, reason="离职")
    assert gone(agent, number)
    number = given(own, by, agent)
    represent(LIFT, heir)
    assert gone(chief, own) and gone(agent, number)
    with pytest.raises(MandateError, match="失效"):
        mandates.offer(by=by, at=NOW, mandate_id=own, name="乔安", acts=(), until=TERM)


def test_an_offer_serves_once_in_time_and_only_while_its_giver_stands() -> None:
    chief, agent = somebody("chief"), somebody("agent")
    own = represent(LIFT, chief)
    _, by = at_work(chief, own)
    token = mandates.offer(by=by, at=NOW, mandate_id=own, name="乔安", acts=(), until=TERM)
    assert queries.offered(viewer=BUREAU, at=NOW, token=token) is not None
    with pytest.raises(MandateError, match="已过期"):
        mandates.accept(by=HERE, at=NOW + timedelta(hours=72), token=token, person=agent)
    mandates.accept(by=HERE, at=NOW, token=token, person=agent)
    with pytest.raises(MandateError, match="已使用"):
        mandates.accept(by=HERE, at=NOW, token=token, person=agent)
    other = mandates.offer(by=by, at=NOW, mandate_id=own, name="乔安", acts=(), until=TERM)
    represent(LIFT, somebody("heir"))
    with pytest.raises(MandateError, match="无效"):
        mandates.accept(by=HERE, at=NOW, token=other, person=agent)


def test_an_offer_can_be_declined_and_a_mandate_laid_down() -> None:
    chief, agent = somebody("chief"), somebody("agent")
    own = represent(LIFT, chief)
    _, by = at_work(chief, own)
    token = mandates.offer(by=by, at=NOW, mandate_id=own, name="乔安", acts=(), until=TERM)
    mandates.decline(by=HERE, at=NOW, token=token)
    assert queries.offered(viewer=BUREAU, at=NOW, token=token) is None
    number = given(own, by, agent)
    mandates.lay_down(by=HERE, at=NOW, mandate_id=number, person=agent)
    assert gone(agent, number)
    with pytest.raises(MandateError):
        mandates.lay_down(by=HERE, at=NOW, mandate_id=own, person=chief)


def test_agents_give_nothing_on_and_nobody_gives_for_another_business() -> None:
    chief, agent = somebody("chief"), somebody("agent")
    own, other = represent(LIFT, chief), represent(SHOP, agent)
    _, by = at_work(chief, own)
    number = given(own, by, agent, ("ANSWER", "OBJECT"))
    _, hand = at_work(agent, number)
    with pytest.raises(PowerLackingError):
        mandates.offer(by=hand, at=NOW, mandate_id=number, name="乔安", acts=(), until=TERM)
    with pytest.raises(MandateError, match="失效"):
        mandates.offer(by=by, at=NOW, mandate_id=other, name="乔安", acts=(), until=TERM)
    with pytest.raises(MandateError, match="事项"):
        mandates.offer(by=by, at=NOW, mandate_id=own, name="乔安", acts=("GIVE",), until=TERM)
    with pytest.raises(MandateError, match="期限"):
        mandates.offer(by=by, at=NOW, mandate_id=own, name="乔安", acts=(), until=date(2027, 12, 1))
    assert [c.subject for c in queries.of_person(viewer=BUREAU, at=NOW, person=agent)] == [LIFT, SHOP]
    seen = queries.of_subject(viewer=Viewer.business(SHOP), at=NOW, subject=LIFT)
    assert seen == []


def test_a_claim_serves_once_the_newest_only_and_not_more_often_than_a_day_bears() -> None:
    chief = somebody("chief")
    first, second, third = (mandates.claim(by=HERE, at=NOW, subject=LIFT) for _ in range(3))
    assert first and second and third
    assert mandates.claim(by=HERE, at=NOW, subject=LIFT) is None
    assert mandates.claim(by=HERE, at=NOW, subject="91980102MA000000XX") is None
    for late in (first, second):
        with pytest.raises(MandateError):
            mandates.take_claim(by=HERE, at=NOW, claim_id=late, person=chief)
    with pytest.raises(MandateError):
        mandates.take_claim(by=HERE, at=NOW + timedelta(hours=24), claim_id=third, person=chief)
    mandates.take_claim(by=HERE, at=NOW, claim_id=third, person=chief)
    with pytest.raises(MandateError):
        mandates.take_claim(by=HERE, at=NOW, claim_id=third, person=chief)
    assert queries.claimed(viewer=BUREAU, at=NOW, claim_id=third) is None


def test_each_act_under_a_mandate_says_under_which() -> None:
    chief = somebody("chief")
    own = represent(LIFT, chief)
    _, by = at_work(chief, own)
    mandates.offer(by=by, at=NOW, mandate_id=own, name="乔安", acts=(), until=TERM)
    told = evidence.entries_of(target=f"subject:{LIFT}", viewer=BUREAU)
    assert [e.detail["under"] for e in told if e.action == "MANDATE_OFFERED"] == [
        f"mandate:{own} person:{chief}"
    ]


def test_the_two_doors_know_only_their_own_people() -> None:
    person = somebody("chief")
    with pytest.raises(RefusedError, match="不正确"):
        signing_in.sign_in(by=HERE, at=NOW, name="chief", password=WORDS)
    step = signing_in.sign_in(by=HERE, at=NOW, name="chief", password=WORDS, side="BUSINESS")
    assert step.stage is SessionStage.SIGNED_IN
    assert who_is(step.token, NOW) is None
    found = who_is(step.token, NOW, "BUSINESS")
    assert found is not None and found.person == person and found.acting is None
    with pytest.raises(NotFoundError):
        grants.give(by=SHELL, at=NOW, grant=NewGrant(person, "officer", "9801", TERM), reason="x")
    with pytest.raises(NotFoundError):
        accounts.invite(by=SHELL, at=NOW, person=person)
