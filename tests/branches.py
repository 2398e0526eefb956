"""Measures branches of the packages listed in pyproject.toml while the tests listed there run.

Loaded by `make test` (`-p tests.branches`) before Django, so that what runs on import counts too. Everything
else runs unmeasured: tracing every test would double the time of the suite. `tools/branches.py` is the judge.
"""

from __future__ import annotations

import os
import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

import coverage
import pytest

from tools.branches import FILE_VARIABLE, WATCHED, measuring

_measure: coverage.Coverage = measuring(os.environ[FILE_VARIABLE])
_measure.start()


@pytest.hookimpl(trylast=True)
def pytest_configure() -> None:
    """Django stands: import all that is watched, then rest until the first of the listed tests."""
    for name in WATCHED.packages:
        module = import_module(name)
        for below in pkgutil.walk_packages(getattr(module, "__path__", ()), f"{name}."):
            import_module(below.name)
    _measure.stop()


@contextmanager
def _measured(wanted: bool) -> Iterator[None]:
    """Measure what happens inside, unless it is measured already."""
    begun = wanted and coverage.Coverage.current() is not _measure
    if begun:
        _measure.start()
    yield
    if begun:
        _measure.stop()


@pytest.hookimpl(hookwrapper=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[object]) -> Iterator[None]:
    """Measure the making of the database, whoever asks for it first: walls and guards are built then."""
    with _measured(fixturedef.argname == "django_db_setup"):
        yield


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Measure a listed test, its fixtures included."""
    with _measured(item.nodeid.startswith(WATCHED.tests)):
        yield


def pytest_sessionfinish() -> None:
    """Leave the result where the judge finds it."""
    _measure.save()
