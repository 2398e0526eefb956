"""What every test may ask for. Home folder, network and skips: `tests/session.py`."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator

import pytest

from tests.acts import _walks_what_it_claims as _walks_what_it_claims
from tests.acts import _watched_clients as _watched_clients
from tests.emptying import _flush_with_triggers_at_rest as _flush_with_triggers_at_rest
from tools import machine
from tools.postgres import Server, start_server
from zhunsheng.core.clock import SHANGHAI, FixedClock


@pytest.fixture
def clock() -> FixedClock:
    """Stands at the demo city's date until a test moves it."""
    return FixedClock(dt.datetime(2026, 6, 30, 12, 0, tzinfo=SHANGHAI))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """A real PostgreSQL of its own with default durability, to be killed and restarted by fault tests."""
    lacking = machine.why_no_postgres()
    if lacking:
        pytest.skip(lacking)
    with start_server() as server:
        yield server


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of a Chromium that can start here."""
    found = machine.chromium()
    if found is None:
        pytest.skip("no Chromium; `make test` as root on Debian brings it")
    return found


@pytest.fixture
def strace() -> str:
    """Path of strace, for tests that inject system-call errors."""
    found = machine.which("strace")
    if found is None:
        pytest.skip("no strace; `make test` as root on Debian brings it")
    return found


@pytest.fixture
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shell's locale is English."""
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")


@pytest.fixture(scope="session")
def vendor() -> str:
    """Which database this run uses: sqlite or postgresql."""
    return "postgresql" if os.environ.get("DATABASE_URL", "").startswith("postgres") else "sqlite"
