"""Under the web server's role PostgreSQL shows nobody's rows by itself; the interface opens its own wall."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import pytest
from django.db import connection

from tests.api.sender import answered, complaint, register, send, states, token
from zhunsheng.api import views

pytestmark = [pytest.mark.django_db, pytest.mark.only_on("postgresql")]
ROLE = "zhunsheng_api_test"


@pytest.fixture
def bearer() -> str:
    """A token, after which this connection is one of a web server: bound by row security, nothing open."""
    register()
    text = token()
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {ROLE} NOLOGIN NOSUPERUSER NOBYPASSRLS")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {ROLE}")
        cursor.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {ROLE}")
        cursor.execute(f"SET LOCAL ROLE {ROLE}")
        cursor.execute("SELECT set_config('zhunsheng.bureau', 'off', true)")
    return text


def test_events_are_taken_behind_the_wall_and_it_closes_again(bearer: str) -> None:
    assert states(answered(send([complaint()], bearer=bearer))) == {"accepted": 1}
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM signals_storedfact")
        assert cursor.fetchone()[0] == 0, "nobody looks any more"


def test_planted_fault_without_its_own_wall_nothing_is_taken(
    bearer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_wall(_viewer: Any) -> Any:
        return nullcontext()

    monkeypatch.setattr(views, "within_wall", no_wall)
    assert states(answered(send([complaint()], bearer=bearer))) == {"quarantined": 1}
