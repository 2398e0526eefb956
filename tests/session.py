"""Loaded before Django's settings (`-p tests.session`): where the tests' data lives, what they may reach.

Settings are read by pytest-django before any conftest.py, so the home folder must be chosen here.
"""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tools.messages import compile_catalogs
from tools.shares import read_cut

HOME = Path(tempfile.mkdtemp(prefix="zhunsheng-tests-"))
(HOME / "static").mkdir()  # as `zhunsheng serve` does; without it the static middleware warns
os.environ["ZHUNSHENG_HOME"] = str(HOME)
os.environ["LC_ALL"] = "zh_CN.UTF-8"
for _name in [name for name in os.environ if name.startswith("ZHUNSHENG_") and name != "ZHUNSHENG_HOME"]:
    del os.environ[_name]
compile_catalogs()

LOOPBACK = ("127.", "::1", "localhost")


class OutsideWorldError(AssertionError):
    """A test tried to reach something that is not on this machine."""


def refuse_outside(address: object) -> None:
    """Unix sockets (a path) and loopback addresses pass; everything else is a fault of the test."""
    if isinstance(address, tuple) and not str(address[0]).startswith(LOOPBACK):
        raise OutsideWorldError(f"tests stay on this machine; this one called {address!r}")


class GuardedSocket(socket.socket):
    """`socket.socket` that connects to this machine only."""

    def connect(self, address: Any) -> None:
        refuse_outside(address)
        super().connect(address)

    def connect_ex(self, address: Any) -> int:
        refuse_outside(address)
        return super().connect_ex(address)

    def sendto(self, *arguments: Any) -> int:
        refuse_outside(arguments[-1])
        return super().sendto(*arguments)


@pytest.fixture(autouse=True, scope="session")
def _closed_network() -> Iterator[None]:
    open_socket, open_lookup = socket.socket, socket.getaddrinfo

    def lookup(host: Any, *arguments: Any, **options: Any) -> Any:
        if host:
            refuse_outside((host.decode() if isinstance(host, bytes) else host,))
        return open_lookup(host, *arguments, **options)

    socket.socket, socket.getaddrinfo = GuardedSocket, lookup  # type: ignore[misc,assignment]
    yield
    socket.socket, socket.getaddrinfo = open_socket, open_lookup  # type: ignore[misc]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--refuse-skips", action="store_true", help="a skipped test is a failure: nothing may hide in CI"
    )


def _asks_for_a_database(item: pytest.Item) -> bool:
    """By a fixture of Django's or by one of ours that differs between the databases."""
    return not {"db", "transactional_db", "vendor"}.isdisjoint(getattr(item, "fixturenames", ()))


def refuse_databases(items: list[pytest.Item]) -> None:
    """What runs once must not be able to answer differently on the other database."""
    once = tuple(place if place.endswith(".py") else f"{place}/" for place in read_cut().once)
    asking = [i.nodeid for i in items if i.nodeid.startswith(once) and _asks_for_a_database(i)]
    if asking:
        raise pytest.UsageError(f"runs once (pyproject.toml), yet asks for a database: {', '.join(asking)}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A test that makes sense on one database only is left out on the other, not skipped."""
    refuse_databases(items)
    vendor = "postgresql" if os.environ.get("DATABASE_URL", "").startswith("postgres") else "sqlite"
    foreign = [i for i in items if (mark := i.get_closest_marker("only_on")) and mark.args[0] != vendor]
    if foreign:
        config.hook.pytest_deselected(items=foreign)
        items[:] = [item for item in items if item not in foreign]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """With --refuse-skips a run that skipped anything has failed."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if session.config.getoption("refuse_skips") and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say why a run without a failed test has failed."""
    skipped = terminalreporter.stats.get("skipped", [])
    if skipped and config.getoption("refuse_skips"):
        terminalreporter.write_line(f"--refuse-skips: {len(skipped)} tests were skipped", red=True)


def pytest_unconfigure() -> None:
    shutil.rmtree(HOME, ignore_errors=True)
