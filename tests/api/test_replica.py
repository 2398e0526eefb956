"""A standby is read where it knows all that is known, and only there: a real one, late, lying, dying."""

from __future__ import annotations

import datetime as dt
import os
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection, connections

from tests.trust.children import House, ask
from tools import machine
from tools.postgres import start_standby
from zhunsheng.cli import health
from zhunsheng.config.database import DatabaseUrlError, databases_from_urls
from zhunsheng.core.clock import SHANGHAI
from zhunsheng.foundation import replicas
from zhunsheng.sensing.signals.models import StoredFact

AT = dt.datetime(2026, 1, 1, tzinfo=SHANGHAI)


def tell(name: str) -> None:
    """A fact, committed."""
    told = {"kind": "K", "subject": "S", "occurred_at": AT, "recorded_at": AT, "stated_at": AT}
    StoredFact.objects.create(fact_id=name, source="test", **told)


def read(replica: str, wait_seconds: int, plant: str = "") -> tuple[list[str], bool, str, str]:
    """What an export would read: facts, whether from the standby; what writing says; what the doctor says."""
    databases = databases_from_urls(replica, replica, settings.HOME)
    connections.settings["replica"] = connections.configure_settings(databases)["replica"]
    settings.REPLICA_WAIT_SECONDS = wait_seconds
    said = []

    def work() -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute("SHOW transaction_read_only")
            if cursor.fetchone() == ("on",):
                try:
                    tell("written where only reading is meant")
                except Exception as error:
                    said.append(str(error))
                cursor.execute(plant or "SELECT 1")
        return sorted(StoredFact.objects.values_list("fact_id", flat=True))

    told, elsewhere = replicas.prefer(work)
    (finding,) = health.replica()
    return told, elsewhere, "".join(said), finding.level.value


@pytest.mark.postgres
@pytest.mark.only_on("postgresql")
def test_a_standby_is_read_when_it_is_as_far_as_the_primary_and_else_the_primary(house: House) -> None:
    lacking = machine.why_no_postgres()
    if lacking:
        pytest.skip(lacking)
    name = house.url.partition("?")[0].rpartition("/")[2]
    with start_standby(os.environ["DATABASE_URL"]) as server:
        ask(house, tell, "one")
        told, elsewhere, said, level = ask(house, read, server.url(name), 60)
        assert (told, elsewhere, level) == (["one"], True, "ok"), "what was just told is there"
        assert "read-only" in said

        with psycopg.connect(server.url(name), autocommit=True) as link:
            link.execute("SELECT pg_wal_replay_pause()")
            ask(house, tell, "two")
            late = ask(house, read, server.url(name), 0)
            link.execute("SELECT pg_wal_replay_resume()")
        assert late == (["one", "two"], False, "", "warn"), "a late standby is not asked"

        cut_off = "SELECT pg_terminate_backend(pg_backend_pid())"
        told, elsewhere, _, level = ask(house, read, server.url(name), 60, cut_off)
        assert (told, elsewhere, level) == (["one", "two"], False, "ok"), "cut off in the middle"
        assert ask(house, read, house.url, 60)[1:] == (False, "", "warn"), "the primary is no standby"
        server.kill()
        assert ask(house, read, server.url(name), 60) == (["one", "two"], False, "", "warn")


def test_only_postgresql_has_a_standby() -> None:
    with pytest.raises(DatabaseUrlError, match="备用库"):
        databases_from_urls("", "postgresql://u@h/d", settings.HOME)
    with pytest.raises(DatabaseUrlError, match="备用库"):
        databases_from_urls("postgresql://u@h/d", "sqlite:///x", settings.HOME)
    told: Any = databases_from_urls(
        "postgresql://u@h/d", "postgresql://u@r/d?connect_timeout=1", settings.HOME
    )
    assert [told[name]["HOST"] for name in ("default", "replica")] == ["h", "r"]
    assert told["replica"]["OPTIONS"] == {"connect_timeout": "1"}
