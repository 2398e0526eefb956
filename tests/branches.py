"""Measures branches of the packages listed in pyproject.toml while the tests listed there run.

Loaded by `make test` (`-p tests.branches`) before Django, so that what runs on import counts too. Everything
else runs unmeasured: tracing every test would double the time of the suite. `tools/branches.py` is the judge.
"""

from __future__ import annotations

import os
import pkgutil
from collections.abc import Iterator
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


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Measure a listed test, its fixtures included."""
    listed = item.nodeid.startswith(WATCHED.tests)
    if listed:
        _measure.start()
    yield
    if listed:
        _measure.stop()


def pytest_sessionfinish() -> None:
    """Leave the result where the judge finds it."""
    _measure.save()
