"""The doctor finds each fault that is planted, and names the cure."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder

from tools.postgres import Server
from zhunsheng.cli import health
from zhunsheng.cli.commands import doctor
from zhunsheng.cli.database import ensure_database
from zhunsheng.cli.exit_codes import CannotRunError, ExitCode
from zhunsheng.cli.health import Finding, Level
from zhunsheng.core.generation import GENERATION

pytestmark = pytest.mark.django_db(transaction=True)


def findings(check: Any) -> dict[str, Finding]:
    return {finding.check: finding for finding in check()}


@pytest.mark.only_on("postgresql")
def test_postgresql_is_durable(postgres_server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it is installed; the server of this run does not sync (tools/shares.py)."""
    with psycopg.connect(postgres_server.url()) as link:

        def read(statement: str) -> str:
            (told,) = link.execute(statement.encode()).fetchone() or ("",)
            return str(told)

        monkeypatch.setattr(health, "_read", read)
        assert {f.level for f in health.database_settings()} == {Level.OK}


def test_a_database_that_does_not_sync_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    real = health._read
    planted = "OFF" if connection.vendor == "sqlite" else "off"
    monkeypatch.setattr(
        health, "_read", lambda statement: planted if "synchronous" in statement else real(statement)
    )
    found = [f for f in health.database_settings() if "synchronous" in f.check]
    assert [f.level for f in found] == [Level.FAIL]
    assert found[0].cure


@pytest.mark.only_on("sqlite")
def test_a_pragma_that_is_really_off_is_found() -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA foreign_keys=OFF")
    try:
        assert findings(health.database_settings)["database.foreign_keys"].level is Level.FAIL
    finally:
        connection.close()


def test_missing_migrations_are_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    assert findings(health.migrations)["database.migrations"].level is Level.OK
    monkeypatch.setattr(health, "pending_migrations", lambda: ["signals.0001_initial"])
    assert findings(health.migrations)["database.migrations"].level is Level.WARN


def test_tables_of_a_newer_version_are_used_until_it_takes_away_what_this_one_needs() -> None:
    def told(name: str) -> tuple[Level | None, Level]:
        MigrationRecorder(connection).record_applied("signals", name)
        found = findings(health.migrations)
        return found["database.newer"].level, found["database.migrations"].level

    assert "database.newer" not in findings(health.migrations)
    for harmless in ("9999_more", f"9999_contract_g{GENERATION}"):
        assert told(harmless) == (Level.WARN, Level.OK)
        ensure_database()
    assert told(f"9999_contract_g{GENERATION + 1}") == (Level.FAIL, Level.OK)
    with pytest.raises(CannotRunError, match="升级程序"):
        ensure_database()
    MigrationRecorder(connection).migration_qs.filter(name__startswith="9999").delete()


def test_a_home_that_cannot_be_written_is_found(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    settings.HOME = tmp_path / "file" / "home"
    found = findings(health.home)
    assert found["home.writable"].level is Level.FAIL
    assert "home.free_disk" not in found


@pytest.mark.parametrize(("free", "level"), [(10**10, Level.OK), (10**9, Level.WARN), (10**8, Level.FAIL)])
def test_a_full_disk_is_found(free: int, level: Level, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = type("Usage", (), {"free": free})
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    assert findings(health.home)["home.free_disk"].level is level


def test_missing_packs_are_found(settings: Any, tmp_path: Path) -> None:
    settings.PACKS = tmp_path
    assert findings(health.packs)["packs"].level is Level.FAIL
    (tmp_path / "one.yaml").write_text("")
    assert findings(health.packs)["packs"].level is Level.OK


def test_a_missing_font_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    for there, level in ((True, Level.OK), (False, Level.WARN)):
        monkeypatch.setattr(health, "has_chinese_font", lambda there=there: there)
        assert findings(health.fonts)["fonts"].level is level


def test_a_database_out_of_reach_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_statement: str) -> str:
        raise OperationalError("connection refused")

    monkeypatch.setattr(health, "_read", refuse)
    found = {f.check: f for f in health.examine()}
    assert found["database.database_settings"].level is Level.FAIL
    assert "home.writable" in found


def test_the_report_and_its_exit_code(settings: Any, tmp_path: Path) -> None:
    settings.PACKS = tmp_path
    outcome = CliRunner().invoke(doctor.command, ["--json"])
    answer = json.loads(outcome.stdout)
    assert outcome.exit_code == ExitCode.FOUND
    assert answer["ok"] is False
    for check in answer["checks"]:
        assert bool(check["cure"]) == (check["level"] != "ok")
    assert "packs" in CliRunner().invoke(doctor.command, []).stdout
