"""F-51: five failures lock, sessions end by themselves and with the account, nothing goes round the code."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from unittest.mock import patch

import pytest

from tests.contexts.accounts import office
from tests.contexts.accounts.office import HERE, NOW, PASSWORD, SECRET, SHELL, code
from zhunsheng.core.actors import Actor, ActorKind, Viewer
from zhunsheng.foundation.accounts import sessions
from zhunsheng.foundation.accounts.actions import accounts, signing_in
from zhunsheng.foundation.accounts.actions.signing_in import RefusedError, Step
from zhunsheng.foundation.accounts.lifecycle import (
    TRANSITIONS,
    ForbiddenStageError,
    SessionStage,
    check_stage,
)
from zhunsheng.foundation.accounts.models import Account, LoginSession
from zhunsheng.foundation.accounts.passwords import WeakPasswordError
from zhunsheng.foundation.accounts.policies import LogInPolicy, log_in_policy
from zhunsheng.foundation.accounts.queries import logins
from zhunsheng.foundation.accounts.who import who_is
from zhunsheng.foundation.evidence import queries as evidence

pytestmark = pytest.mark.django_db
ELSEWHERE = Actor(ActorKind.PUBLIC, "10.9.9.9", "10.9.9.9")
BUREAU = Viewer.bureau("test")
MINUTE = timedelta(minutes=1)
NEW = "Yun-Ting-2027-Xin"


@pytest.fixture(autouse=True)
def _chenglan(db: None) -> None:
    office.found_bureau()
    office.hire("0001", "程岚", "980102/城东所")
    office.give("0001", "officer", "980102/城东所")
    office.open_account("0001", "chenglan")


def first(at: datetime = NOW, password: str = PASSWORD, by: Actor = HERE, name: str = "chenglan") -> Step:
    return signing_in.sign_in(by=by, at=at, name=name, password=password)


def enrol(at: datetime = NOW) -> Step:
    """The very first log-in: the second factor is set up and in we are."""
    step = first(at)
    signing_in.begin_enrolment(by=HERE, at=at, token=step.token, secret=SECRET)
    return signing_in.confirm_enrolment(by=HERE, at=at, token=step.token, code=code(at))


def enter(at: datetime) -> Step:
    """Any later log-in."""
    return signing_in.pass_second(by=HERE, at=at, token=first(at).token, code=code(at))


def is_in(token: str, at: datetime) -> bool:
    found = who_is(token, at)
    return found is not None and found.acting is not None


def test_in_by_password_and_code_and_out_again() -> None:
    step = enrol()
    assert step.stage is SessionStage.SIGNED_IN and len(set(step.recovery_codes)) == 10
    found = who_is(step.token, NOW)
    assert found is not None and found.acting is not None
    assert (found.acting.name, found.acting.role, found.acting.unit_name) == ("程岚", "officer", "城东所")
    accounts.sign_out(by=HERE, at=NOW, token=step.token)
    assert who_is(step.token, NOW) is None
    told = [e.action for e in evidence.entries_of(target="account:chenglan", viewer=BUREAU)]
    assert told == [
        "ACCOUNT_OPENED",
        "FIRST_FACTOR_PASSED",
        "SECOND_FACTOR_SET",
        "SIGNED_IN",
        "SESSION_ENDED",
    ]


def test_no_path_goes_round_the_second_factor() -> None:
    """With the password alone nothing opens, whatever is tried with the token."""
    enrol()
    later = NOW + MINUTE
    token = first(later).token
    tries: list[Callable[[], object]] = [
        lambda: signing_in.begin_enrolment(by=HERE, at=later, token=token, secret=b"mine" * 5),
        lambda: signing_in.confirm_enrolment(by=HERE, at=later, token=token, code=code(later, b"mine" * 5)),
        lambda: signing_in.change_password(by=HERE, at=later, token=token, old=PASSWORD, new=NEW),
        lambda: accounts.choose_grant(by=HERE, at=later, token=token, grant_id=1),
        lambda: signing_in.pass_second(by=HERE, at=later, token=token, code=""),
    ]
    for attempt in tries:
        with pytest.raises((RefusedError, accounts.AccountError)):
            attempt()
        assert not is_in(token, later)


def test_a_planted_shortcut_is_seen() -> None:
    """The fault: a log-in that forgets to ask whether a second factor is set."""
    enrol()
    with patch.object(signing_in, "_after_factors", return_value=SessionStage.SIGNED_IN):
        assert not is_in(first(NOW + MINUTE).token, NOW + MINUTE)
    Account.objects.update(totp_confirmed=False)
    loose = LogInPolicy(
        **{f: getattr(log_in_policy(), f) for f in LogInPolicy.__slots__} | {"second_factor_required": False}
    )
    with patch.object(signing_in, "log_in_policy", return_value=loose):
        assert is_in(first(NOW + MINUTE).token, NOW + MINUTE)


@pytest.mark.parametrize("before", list(SessionStage))
@pytest.mark.parametrize("after", list(SessionStage))
def test_only_steps_of_the_table(before: SessionStage, after: SessionStage) -> None:
    if after in TRANSITIONS[before]:
        check_stage(before, after)
    else:
        with pytest.raises(ForbiddenStageError):
            check_stage(before, after)


def test_a_code_is_used_once_and_so_is_a_recovery_code() -> None:
    spare = enrol().recovery_codes[0]
    later = NOW + MINUTE
    seen = code(later)
    signing_in.pass_second(by=HERE, at=later, token=first(later).token, code=seen)
    with pytest.raises(RefusedError, match="已使用"):
        signing_in.pass_second(by=HERE, at=later, token=first(later).token, code=seen)
    step = signing_in.pass_second(by=HERE, at=later, token=first(later).token, code=spare.lower())
    assert is_in(step.token, later)
    with pytest.raises(RefusedError):
        signing_in.pass_second(by=HERE, at=later, token=first(later).token, code=spare)


@pytest.mark.parametrize("name", ["chenglan", "nobody-of-that-name"])
def test_five_failures_lock_account_and_source(name: str) -> None:
    """Whether the name exists cannot be told: the words are the same."""
    words = []
    for _ in range(5):
        with pytest.raises(RefusedError) as refused:
            first(password="wrong", name=name)
        words.append(str(refused.value))
    assert words == ["登录名或密码不正确"] * 4 + ["失败次数过多，09:30 以后再试"]
    with pytest.raises(RefusedError, match="09:30"):
        first(name=name)


def test_a_lock_holds_its_time_and_its_source_only() -> None:
    for _ in range(5):
        with pytest.raises(RefusedError):
            first(password="wrong")
    assert first(by=ELSEWHERE).stage is SessionStage.ENROL
    with pytest.raises(RefusedError):
        first(NOW + 29 * MINUTE)
    assert first(NOW + 30 * MINUTE).stage is SessionStage.ENROL


def test_many_sources_together_lock_the_account() -> None:
    for n in range(20):
        with pytest.raises(RefusedError):
            first(password="wrong", by=Actor(ActorKind.PUBLIC, f"10.0.0.{n}", ""))
    with pytest.raises(RefusedError, match="以后再试"):
        first(by=ELSEWHERE)


def test_wrong_codes_lock_as_well_and_end_the_session() -> None:
    enrol()
    token = first(NOW + MINUTE).token
    for _ in range(5):
        with pytest.raises(RefusedError):
            signing_in.pass_second(by=HERE, at=NOW + MINUTE, token=token, code="000000")
    with pytest.raises(RefusedError, match="超时"):
        signing_in.pass_second(by=HERE, at=NOW + MINUTE, token=token, code=code(NOW + MINUTE))


def test_idle_and_absolute_time_out() -> None:
    policy = log_in_policy()
    token = enrol().token
    last = NOW + policy.idle - MINUTE
    assert is_in(token, last)
    assert not is_in(token, last + policy.idle)
    token = enter(NOW + timedelta(hours=1)).token
    at = start = NOW + timedelta(hours=1)
    while at - start < policy.absolute:
        assert is_in(token, at)
        at += policy.idle - MINUTE
    assert not is_in(token, start + policy.absolute)
    reasons = list(LoginSession.objects.order_by("id").values_list("end_reason", flat=True))
    assert reasons == ["IDLE", "ABSOLUTE"]


def test_all_sessions_die_when_the_account_is_disabled() -> None:
    tokens = [enrol().token, enter(NOW + MINUTE).token]
    at = NOW + 2 * MINUTE
    assert all(is_in(t, at) for t in tokens)
    assert accounts.disable(by=SHELL, at=at, name="chenglan", reason="停职") == 2
    assert not any(is_in(t, at) for t in tokens)
    with pytest.raises(RefusedError, match="不正确"):
        first(at)


def test_a_session_dies_even_if_somebody_forgot_to_end_it() -> None:
    """The planted fault: disabling without ending. The account's state is looked at each time."""
    token = enrol().token
    with patch.object(sessions, "end_all", return_value=0):
        accounts.disable(by=SHELL, at=NOW, name="chenglan", reason="停职")
    assert LoginSession.objects.filter(ended_at=None).count() == 1
    assert not is_in(token, NOW)


def test_the_other_sessions_die_when_the_password_changes() -> None:
    mine, other = enrol().token, enter(NOW + MINUTE).token
    at = NOW + 2 * MINUTE
    step = signing_in.change_password(by=HERE, at=at, token=mine, old=PASSWORD, new=NEW)
    assert is_in(step.token, at) and not is_in(mine, at) and not is_in(other, at)
    with pytest.raises(RefusedError):
        first(at)
    assert first(at, NEW).stage is SessionStage.SECOND


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("Short-1a", "长度"),
        ("alllowercaseletters", "至少 3 类"),
        ("alllower12345678", "至少 3 类"),
        ("Xx-chenglan-2026", "登录名"),
        ("Xx-0001-Xx-Yy-Zz", "工号"),
        (PASSWORD, "最近 5 次"),
    ],
)
def test_a_weak_password_is_refused_with_its_reason(password: str, why: str) -> None:
    token = enrol().token
    with pytest.raises(WeakPasswordError, match=why):
        signing_in.change_password(by=HERE, at=NOW, token=token, old=PASSWORD, new=password)


def test_an_issued_password_must_be_replaced_before_anything_opens() -> None:
    enrol()
    at = NOW + MINUTE
    issued = accounts.issue_password(by=SHELL, at=at, name="chenglan")
    step = signing_in.pass_second(by=HERE, at=at, token=first(at, issued).token, code=code(at))
    assert step.stage is SessionStage.CHANGE and not is_in(step.token, at)
    with pytest.raises(WeakPasswordError):
        signing_in.change_password(by=HERE, at=at, token=step.token, old=issued, new=issued)
    step = signing_in.change_password(by=HERE, at=at, token=step.token, old=issued, new=NEW)
    assert is_in(step.token, at)


def test_a_password_grows_old() -> None:
    enrol()
    old = NOW + log_in_policy().password_age
    step = signing_in.pass_second(by=HERE, at=old, token=first(old).token, code=code(old))
    assert step.stage is SessionStage.CHANGE and not is_in(step.token, old)


def test_no_more_than_two_sessions_at_once() -> None:
    tokens = [enrol().token, enter(NOW + MINUTE).token, enter(NOW + 2 * MINUTE).token]
    at = NOW + 3 * MINUTE
    assert [is_in(t, at) for t in tokens] == [False, True, True]
    listed = logins.open_sessions(viewer=BUREAU, at=at, person="0001")
    assert len(listed) == 2
    accounts.end_session(by=Actor(ActorKind.PERSON, "0001", "程岚"), at=at, session_id=listed[0].id)
    assert [is_in(t, at) for t in tokens] == [False, False, True]


def test_an_invitation_opens_one_account_once_and_in_time() -> None:
    office.hire("0002", "苏禾", "980102/城东所")

    def accept(token: str, at: datetime, name: str) -> str:
        return accounts.accept_invitation(by=HERE, at=at, token=token, name=name, password=NEW)

    void = accounts.invite(by=SHELL, at=NOW, person="0002")
    token = accounts.invite(by=SHELL, at=NOW, person="0002")
    for bad, at in ((void, NOW), (token, NOW + log_in_policy().invitation), ("invented", NOW)):
        with pytest.raises(accounts.AccountError, match="无效"):
            accept(bad, at, "suhe")
    with pytest.raises(accounts.AccountError, match="登录名"):
        accept(token, NOW, "chenglan")
    assert accept(token, NOW, "suhe") == "suhe"
    with pytest.raises(accounts.AccountError, match="无效"):
        accept(token, NOW, "suhe2")


def test_accounts_that_nobody_uses_are_told_and_closed() -> None:
    enrol()
    late = NOW + log_in_policy().dormant
    assert logins.dormant(viewer=BUREAU, at=late) == []
    later = late + MINUTE
    assert logins.dormant(viewer=BUREAU, at=later) == ["chenglan"]
    assert accounts.disable_dormant(by=SHELL, at=later) == ["chenglan"]
    accounts.enable(by=SHELL, at=later, name="chenglan", reason="回岗")
    assert logins.dormant(viewer=BUREAU, at=later) == []


def test_nothing_that_opens_a_door_is_stored_readable() -> None:
    step = enrol()
    row, account = LoginSession.objects.get(), Account.objects.get()
    stored = f"{row.token_hash} {account.password} {account.totp_secret}"
    assert account.password.startswith("scrypt$")
    for secret in (step.token, PASSWORD, SECRET.decode(), *step.recovery_codes):
        assert secret not in stored
