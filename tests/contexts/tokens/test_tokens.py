"""A token is good for one purpose, until a day, until it is revoked; its text is kept nowhere."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from click.testing import CliRunner
from django.core import serializers
from django.db import Error

from tests.contexts.accounts import office
from zhunsheng.cli.commands import tokens as commands
from zhunsheng.cli.exit_codes import ExitCode
from zhunsheng.core.actors import Actor, ActorKind, HumanDecisionRequiredError, Viewer
from zhunsheng.core.clock import SHANGHAI
from zhunsheng.foundation.evidence import queries as evidence
from zhunsheng.foundation.tokens import actions, digests, queries
from zhunsheng.foundation.tokens.models import AccessToken
from zhunsheng.foundation.tokens.purposes import Purpose

NOW = datetime(2026, 6, 30, 9, tzinfo=SHANGHAI)
LATER = NOW + timedelta(days=30)
CLERK = Actor(ActorKind.PERSON, "9801-07", "程岚")
BUREAU = Viewer.bureau("test")
pytestmark = pytest.mark.django_db


def issued() -> tuple[str, str]:
    return actions.issue(by=CLERK, at=NOW, purpose=Purpose.SEND_EVENTS, source="12315", expires_at=LATER)


def bears(text: str, at: datetime = NOW) -> str:
    card = queries.bearer(viewer=BUREAU, text=text, at=at)
    return card.source if card else ""


def test_the_text_opens_and_is_kept_nowhere() -> None:
    prefix, text = issued()
    assert bears(text) == "12315"
    kept = serializers.serialize("json", AccessToken.objects.all())
    told = evidence.entries_of(target=f"token:{prefix}", viewer=BUREAU)
    secret = text.removeprefix(f"zs_{prefix}_")
    assert len(secret) == 43 and secret not in kept + repr(told)
    assert [entry.action for entry in told] == ["TOKEN_ISSUED"]


def test_any_other_text_opens_nothing() -> None:
    prefix, text = issued()
    other = issued()[1]
    wrong = ["", "zs", f"zs_{prefix}_", text[:-1], text + "x", text.upper(), "x" * 10_000, "令牌", f" {text}"]
    wrong.append(f"zs_{prefix}_{other.rpartition('_')[2]}")
    assert [bears(one) for one in wrong] == [""] * len(wrong)


def test_it_ends_on_its_day_and_when_revoked() -> None:
    prefix, text = issued()
    assert (bears(text, LATER - timedelta(seconds=1)), bears(text, LATER)) == ("12315", "")
    actions.revoke(by=CLERK, at=NOW, prefix=prefix)
    assert bears(text) == ""
    with pytest.raises(actions.UnknownTokenError):
        actions.revoke(by=CLERK, at=NOW, prefix=prefix)
    told = evidence.entries_of(target=f"token:{prefix}", viewer=BUREAU)
    assert [entry.action for entry in told] == ["TOKEN_ISSUED", "TOKEN_REVOKED"]


def test_a_prefix_that_nobody_has_is_compared_like_any_other(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[str] = []

    def compare(left: str, right: str) -> bool:
        compared.append(right)
        return left == right

    monkeypatch.setattr(queries, "constant_time_compare", compare)
    prefix, text = issued()
    bears(text)
    bears(text.replace(prefix, "deadbeef"))
    assert compared == [AccessToken.objects.get().digest, digests.NOBODY]


def test_last_use_is_known_to_the_minute() -> None:
    prefix, _text = issued()
    for seconds in (0, 30, 59, 60, 61):
        actions.note_use(by=CLERK, at=NOW + timedelta(seconds=seconds), prefix=prefix)
    (card,) = queries.tokens(viewer=BUREAU)
    assert card.last_used_at == NOW + timedelta(seconds=60)


def test_only_persons_issue_and_revoke_and_only_the_bureau_looks() -> None:
    machine = Actor.service("x")
    with pytest.raises(HumanDecisionRequiredError):
        actions.issue(by=machine, at=NOW, purpose=Purpose.WATCH, source="", expires_at=LATER)
    prefix, text = issued()
    with pytest.raises(HumanDecisionRequiredError):
        actions.revoke(by=machine, at=NOW, prefix=prefix)
    outsider = Viewer.business("S1")
    assert queries.tokens(viewer=outsider) == []
    assert queries.bearer(viewer=outsider, text=text, at=NOW) is None


def test_a_sender_without_a_source_is_refused_by_the_database_too() -> None:
    with pytest.raises(ValueError, match="来源"):
        actions.issue(by=CLERK, at=NOW, purpose=Purpose.SEND_EVENTS, source="", expires_at=LATER)
    with pytest.raises(Error):
        AccessToken.objects.create(
            prefix="x", digest="x", purpose="SEND_EVENTS", issued_at=NOW, expires_at=LATER
        )


@pytest.mark.django_db(transaction=True)
def test_the_command_line_issues_lists_and_revokes() -> None:
    office.employ("9801-01", "程岚", "system_admin")
    run = CliRunner()
    issue = ["issue", "--purpose", "send-events", "--by", "9801-01", "--json", "--source"]
    told = run.invoke(commands.command, [*issue, "12315"])
    assert told.exit_code == ExitCode.OK, told.output
    (card,) = queries.tokens(viewer=BUREAU)
    assert card.prefix in told.output and card.source == "12315"
    listed = run.invoke(commands.command, ["list", "--json"]).output
    assert card.prefix in listed and "zs_" not in listed
    for own_or_unknown in ("judging", "review", "gossip", ""):
        assert run.invoke(commands.command, [*issue, own_or_unknown]).exit_code == ExitCode.CANNOT_RUN
    revoke = ["revoke", card.prefix, "--by", "9801-01"]
    assert run.invoke(commands.command, revoke).exit_code == ExitCode.OK
    assert run.invoke(commands.command, revoke).exit_code == ExitCode.CANNOT_RUN


def test_a_token_that_has_expired_before_it_is_issued_is_refused() -> None:
    with pytest.raises(ValueError, match="到期时间已过"):
        actions.issue(by=CLERK, at=NOW, purpose=Purpose.WATCH, source="", expires_at=NOW)
    assert not AccessToken.objects.exists()
